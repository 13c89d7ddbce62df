import { Agent, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startEdge, type RunningChild } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';
import { recordingOrigin, type Answering, type RecordingOrigin } from '../support/origin.ts';
import { until } from '../support/until.ts';

let origin: RecordingOrigin;
let child: RunningChild;
let folder: ReturnType<typeof temporaryFolder>;

async function start(shutdown: string, answering: Answering): Promise<void> {
  origin = await recordingOrigin(answering);
  folder = temporaryFolder({
    'sallyport.config.json': JSON.stringify({
      listen: { port: 0, shutdown },
      admin: { port: 0 },
      store: { use: 'memory' },
      routes: { 'ANY /{proxy+}': { to: 'main' } },
      origins: { main: { url: origin.url, allow: ['127.0.0.1'] } },
    }),
  });
  child = await startEdge(folder.path);
}
afterEach(async () => {
  await child.close();
  await origin.close();
  folder.remove();
});

const decisions = (): { status: number; path: string }[] =>
  child
    .out()
    .split('\n')
    .filter((line) => line.includes('"decision"'))
    .map((line) => JSON.parse(line) as { status: number; path: string });

describe('SIGTERM', () => {
  it('under load: every request that was sent is answered, and each has its record', async () => {
    await start('5s', (_, outgoing) => void setTimeout(() => outgoing.end('x'.repeat(2000)), 15));
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    let answered = 0;
    let refused = 0;
    const lost: string[] = [];
    let asked = 0;
    const ask = (): Promise<boolean> =>
      new Promise((resolve) => {
        const outgoing = request(`${child.url}/${asked++}`, { agent }, (incoming) => {
          let size = 0;
          incoming.on('data', (chunk: Buffer) => (size += chunk.length));
          incoming.on('end', () => {
            if (incoming.statusCode === 200 && size === 2000) answered++;
            else lost.push(`${incoming.statusCode} ${size}`);
            resolve(true);
          });
          incoming.on('error', (error) => {
            lost.push(`broken: ${error.message}`);
            resolve(true);
          });
        });
        outgoing.on('error', (error: Error & { code?: string }) => {
          // No connection stood, so nothing was in flight: the door is closed.
          if (error.code === 'ECONNREFUSED') refused++;
          else lost.push(error.code ?? error.message);
          resolve(false);
        });
        outgoing.end();
      });
    const viewer = async (): Promise<void> => {
      while (await ask());
    };
    const viewers = Array.from({ length: 16 }, viewer);
    await until('the load runs', () => answered > 100);
    child.kill('SIGTERM');
    await Promise.all(viewers);
    expect(await child.exited).toBe(0);
    agent.destroy();
    expect(lost).toEqual([]);
    expect(refused).toBeGreaterThan(0);
    expect(decisions().filter((record) => record.status === 200).length).toBe(answered);
  });

  it('waits for the slow one, and /readyz says no meanwhile', async () => {
    await start('5s', (_, outgoing) => void setTimeout(() => outgoing.end('late'), 400));
    const answer = fetch(`${child.url}/slow`);
    await until('it is at the origin', () => origin.requests.length === 1);
    expect((await fetch(`${child.adminUrl}/readyz`)).status).toBe(200);
    child.kill('SIGTERM');
    await until('it is not ready any more', async () => (await fetch(`${child.adminUrl}/readyz`)).status === 503);
    expect(await (await answer).text()).toBe('late');
    expect(await child.exited).toBe(0);
  });

  it('does not wait longer than the document says', async () => {
    await start('200ms', () => {});
    const answer = fetch(`${child.url}/never`).then(
      () => 'answered',
      () => 'cut off',
    );
    await until('it is at the origin', () => origin.requests.length === 1);
    child.kill('SIGTERM');
    expect(await child.exited).toBe(0);
    expect(await answer).toBe('cut off');
    expect(child.err()).toContain('cut off at the end of the shutdown');
  });

  it('twice: the end at once', async () => {
    await start('60s', () => {});
    const answer = fetch(`${child.url}/never`).catch(() => null);
    await until('it is at the origin', () => origin.requests.length === 1);
    child.kill('SIGTERM');
    // The first has been heard when the port for operators says so.
    await until('it is not ready any more', async () => (await fetch(`${child.adminUrl}/readyz`)).status === 503);
    child.kill('SIGTERM');
    expect(await child.exited).toBe(1);
    expect(await answer).toBeNull();
  });
});
