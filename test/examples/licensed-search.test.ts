import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadDocument } from '../../src/cli/load.ts';
import { run, type Running } from '../../src/cli/run.ts';
import type { DecisionRecord } from '../../src/trace/record.ts';

const folder = resolve(import.meta.dirname, '../../examples/licensed-search');

describe('examples/licensed-search', () => {
  let running: Running;
  let origin: ChildProcess;
  const records: DecisionRecord[] = [];

  const begin = async (
    check: 'edge' | 'origin',
  ): Promise<(path: string, headers?: Record<string, string>) => Promise<readonly [number, string]>> => {
    origin = spawn(process.execPath, [resolve(folder, 'origin.mjs'), '0'], {
      env: { ...process.env, DELAY: '30' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(origin.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    Object.assign(process.env, { PORT: '0', ADMIN_PORT: '0', ORIGIN: `http://127.0.0.1:${port}`, CHECK: check });
    records.length = 0;
    const loaded = await loadDocument(resolve(folder, 'sallyport.config.ts'));
    running = await run(loaded, {
      sinks: [{ name: 'test', write: (record) => void records.push(record), flush: async () => {} }],
      log() {},
    });
    searches = async () => Number(await (await fetch(`http://127.0.0.1:${port}/count`)).text());
    return async (path, headers = {}) => {
      const reply = await fetch(running.serving.url + path, { headers });
      return [reply.status, await reply.text()];
    };
  };
  let searches: () => Promise<number>;
  afterEach(async () => {
    await running.close();
    origin.kill();
  });

  it('asks the origin once for many customers, and lets nobody in without a good key', async () => {
    const ask = await begin('edge');
    const keys = ['acme-0001', 'globex-0002', 'initech-0003', 'nobody'];
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, at) => ask(`/search?q=fish&license=${keys[at % 4]}`)),
    );
    expect(replies.map(([status]) => status)).toEqual(
      Array.from({ length: 40 }, (_, at) => [200, 200, 403, 403][at % 4]),
    );
    const bodies = new Set(replies.filter(([status]) => status === 200).map(([, body]) => body));
    expect([bodies.size, await searches()]).toEqual([1, 1]);
    expect((await ask('/search?q=fish'))[0]).toBe(401);
    expect((await ask('/search?q=fish&page=1', { 'x-license': 'acme-0001' }))[0]).toBe(200);
    expect(await searches()).toBe(2);
    const log = JSON.stringify(records);
    for (const key of keys) expect(log).not.toContain(key);
    expect(records.filter(({ key }) => key !== null).length).toBeGreaterThanOrEqual(21);
  });

  it('shares what the origin let in, and none of its refusals', async () => {
    const ask = await begin('origin');
    const keys = ['initech-0003', 'acme-0001', 'globex-0002'];
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, at) => ask(`/search?q=fowl&license=${keys[at % 3]}`)),
    );
    for (const [at, [status]] of replies.entries()) if (at % 3 > 0) expect(status).toBe(200);
    expect((await ask('/search?q=fresh&license=initech-0003'))[0]).toBe(403);
    expect((await ask('/search?q=fresh&license=acme-0001'))[0]).toBe(200);
    expect((await ask('/search?q=fresh&license=globex-0002'))[0]).toBe(200);
    expect(await searches()).toBeLessThanOrEqual(3);
  });
});
