import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../../src/base/clock.ts';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { client, refusedWith } from './api-stage.ts';

/** What a handshake has to keep to before anybody is asked about it: LM-6 and LM-9 of the limits table. */

const clock = manualClock();
const open: (() => Promise<void>)[] = [];
let serving: Serving;

async function edge(routes: object): Promise<{ readonly app: App; readonly serving: Serving }> {
  const app = await sallyport({
    document: {
      listen: { port: 0, shutdown: '100ms' },
      admin: { enabled: false },
      store: { use: 'memory' },
      logging: { sinks: [] },
      answers: { codeHeader: true },
      routes,
    },
    ports: { clock, log: () => undefined },
  });
  const listening = await serve(app);
  open.unshift(async () => {
    await listening.close();
    await app.close();
  });
  return { app, serving: listening };
}

const api = (name: string, more: object): object => ({
  to: { use: 'websocket', with: { api: name, routes: { $connect: { to: { mock: {} } } }, ...more } },
});

beforeAll(async () => {
  const origin = await edge({ 'GET /{path+}': api('origin', {}) });
  const through = (name: string, more: object): object => ({
    to: {
      use: 'websocket-origin',
      with: { api: name, url: `http://127.0.0.1:${origin.serving.port}`, allow: ['127.0.0.1'], ...more },
    },
  });
  ({ serving } = await edge({
    'GET /plain': api('plain', {}),
    'GET /wide': api('wide', { limits: { url: 5000 } }),
    'GET /few': api('few', { connections: { perSecond: 2 } }),
    'GET /through': through('through', {}),
    'GET /through-few': through('through-few', { connections: { perSecond: 2 } }),
  }));
});
afterAll(async () => {
  for (const close of open) await close();
});

const at = (target: string): string => `ws://127.0.0.1:${serving.port}${target}`;
/** A target of so many characters. */
const long = (path: string, length: number): string => at(`${path}?q=`.padEnd(length, 'x'));
const enter = async (url: string): Promise<void> => {
  (await client(url)).ws.terminate();
};
const refused = async (url: string): Promise<readonly unknown[]> => {
  const { status, headers } = await refusedWith(url);
  return [status, headers['x-sallyport-code']];
};

describe('LM-6: the URL of a handshake', () => {
  it.each(['/plain', '/through'])('%s: 4,096 characters pass, one more is 414', async (path) => {
    await enter(long(path, 4096));
    expect(await refused(long(path, 4097))).toEqual([414, 'socket.url-long']);
    clock.turn(1000);
  });
  it('limits.url sets another', async () => {
    await enter(long('/wide', 5000));
    expect(await refused(long('/wide', 5001))).toEqual([414, 'socket.url-long']);
  });
});

describe('LM-9: new connections in a second', () => {
  it.each(['/few', '/through-few'])('%s: connections.perSecond, and again as time goes by', async (path) => {
    await enter(at(path));
    await enter(at(path));
    expect(await refused(at(path))).toEqual([429, 'socket.too-many-new']);
    expect((await refusedWith(at(path))).headers['retry-after']).toBe('1');
    clock.turn(500);
    await enter(at(path));
    expect(await refused(at(path))).toEqual([429, 'socket.too-many-new']);
  });
  it('500 of them where nothing is said', async () => {
    clock.turn(10_000);
    for (let at500 = 0; at500 < 500; at500 += 50)
      await Promise.all(Array.from({ length: 50 }, () => enter(at('/plain'))));
    expect(await refused(at('/plain'))).toEqual([429, 'socket.too-many-new']);
  });
});
