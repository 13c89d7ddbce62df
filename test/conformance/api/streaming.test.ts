import { afterEach, describe, expect, it } from 'vitest';
import { edge, type Edge } from '../../support/edge.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

const opened: { edge: Edge; folder: ReturnType<typeof temporaryFolder> }[] = [];
afterEach(async () => {
  for (const { edge: running, folder } of opened.splice(0)) {
    await running.close();
    folder.remove();
  }
});

const metadata =
  '{ statusCode: 201, headers: { "X-A": "1" }, multiValueHeaders: { "X-B": ["1", "2"] }, cookies: ["a=1", "b=2"] }';
const sources: Record<string, string> = {
  // Waits for the test between its two chunks.
  slow: `import { existsSync } from 'node:fs';
    export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
      const out = awslambda.HttpResponseStream.from(stream, ${metadata});
      out.write('first ' + event.path + ' ' + typeof context.getRemainingTimeInMillis());
      while (!existsSync(process.env.GO)) await new Promise((next) => setTimeout(next, 5));
      out.end(' second');
    });`,
  big: `import { pipeline } from 'node:stream/promises';
    import { Readable } from 'node:stream';
    export const handler = awslambda.streamifyResponse(async (event, stream) => {
      const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { 'Content-Type': 'text/plain' } });
      await pipeline(Readable.from((function* () { for (let at = 0; at < 160; at++) yield 'x'.repeat(65536); })()), out);
    });`,
  breaks: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200 });
      out.write('begun');
      await new Promise((next) => setTimeout(next, 20));
      throw new Error('secret reason');
    });`,
  throws: 'export const handler = awslambda.streamifyResponse(async () => { throw new Error("secret reason"); });',
  plain: 'export const handler = async () => ({ statusCode: 200, body: "not a stream" });',
  bare: 'export const handler = awslambda.streamifyResponse(async (event, stream) => stream.end("no metadata"));',
  wrong: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      awslambda.HttpResponseStream.from(stream, { statusCode: 'none' }).end('x');
    });`,
  extra: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      awslambda.HttpResponseStream.from(stream, { body: 'here' }).end('x');
    });`,
  never:
    'export const handler = awslambda.streamifyResponse(async (event, stream) => new Promise((next) => setTimeout(next, 9000)));',
};

async function start(more: object = {}): Promise<Edge> {
  const folder = temporaryFolder(
    Object.fromEntries(Object.entries(sources).map(([name, text]) => [`${name}.mjs`, text])),
  );
  const routes = Object.keys(sources).flatMap((name) => {
    const own = { file: `./${name}.mjs`, env: { GO: `${folder.path}/go` }, concurrency: 1 };
    return [
      [
        `GET /${name}`,
        { to: { use: 'function', with: { ...own, stream: true } }, ...(name === 'never' ? { timeout: '700ms' } : {}) },
      ],
      [`GET /buffered/${name}`, { to: { use: 'function', with: own } }],
    ];
  });
  const running = await edge(
    { apis: { shop: { kind: 'rest', routes: Object.fromEntries(routes) as never, ...more } } },
    { folder: folder.path },
  );
  opened.push({ edge: running, folder });
  return running;
}

describe('streamed answers of functions', () => {
  it('PR-13 ST-1 ST-2 head and first bytes arrive before the function has ended', async () => {
    const running = await start();
    const answer = await fetch(`${running.url}/prod/slow`);
    expect([answer.status, answer.headers.get('x-a'), answer.headers.get('x-b')]).toEqual([201, '1', '1, 2']);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect([answer.headers.get('content-length'), answer.headers.get('x-amzn-trace-id')]).toEqual([
      null,
      expect.stringContaining('Root=1-'),
    ]);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const text = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString();
    expect(await text()).toBe('first /slow number');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${opened[0]?.folder.path}/go`, '');
    expect(await text()).toBe(' second');
    expect((await reader.read()).done).toBe(true);
  });

  it('ST-1 more than ten megabytes, which a buffered answer cannot have', async () => {
    const running = await start();
    const answer = await fetch(`${running.url}/prod/big`);
    expect((await answer.text()).length).toBe(160 * 65_536);
    expect((await fetch(`${running.url}/prod/buffered/big`)).status).toBe(502);
  });

  it('ST-2 after the head an error can only break the answer off; the reason is for the log', async () => {
    const running = await start();
    const answer = await fetch(`${running.url}/prod/breaks`);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    await until('it is logged', async () => running.logged.some((line) => line.includes('secret reason')));
    expect((await fetch(`${running.url}/prod/big`)).status).toBe(200);
  });

  it.each([
    ['throws', 502, 'integration.function.error'],
    ['plain', 502, 'integration.function.malformed'],
    ['bare', 502, 'integration.function.malformed'],
    ['wrong', 502, 'integration.function.malformed'],
    ['extra', 502, 'integration.function.malformed'],
    ['never', 504, 'integration.function.timeout'],
  ])('ST-2 before the head: %s is %i', async (name, status, code) => {
    const running = await start();
    const answer = await fetch(`${running.url}/prod/${name}`);
    const body = await answer.text();
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, 'InternalServerErrorException']);
    expect(body).not.toContain('secret');
    expect(running.records.at(-1)?.code).toBe(code);
  });

  it('ST-1 nothing of it is kept in the stage cache', async () => {
    const running = await start({ stageCache: {} });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${opened[0]?.folder.path}/go`, '');
    const ids = new Set<string | null>();
    for (let at = 0; at < 2; at++) {
      const answer = await fetch(`${running.url}/prod/slow`);
      await answer.text();
      ids.add(answer.headers.get('x-amzn-trace-id'));
    }
    expect(ids.size).toBe(2);
  });

  it('ST-1 only proxy functions of REST APIs stream', async () => {
    const with_ = (more: object): object => ({
      to: { use: 'function-rest', with: { file: './plain.mjs', stream: true, ...more } },
    });
    await expect(start({ routes: { 'GET /a': with_({ proxy: false }) } })).rejects.toThrow(
      /only proxy functions of REST APIs/,
    );
    await expect(start({ kind: 'http', routes: { 'GET /a': with_({}) } })).rejects.toThrow(/only proxy functions/);
  });
});
