import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { run, type Running } from '../../../src/cli/run.ts';
import { until } from './api-stage.ts';
import { closeBody, frame, handshakeText } from './harness.ts';

/** Ten thousand connections come, say something, and go in four ways: nothing of them stays. */

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let running: Running;

beforeAll(async () => {
  const websocket = (api: string): object => ({
    use: 'websocket',
    with: {
      api,
      routes: { $connect: { to: { mock: {} } }, $default: { to: { mock: { says: '$request.body' } }, replies: true } },
      connections: { perAddress: 10_000, perSecond: 1e6 },
      rates: { perAddress: { rate: 1e6, burst: 1e6 } },
    },
  });
  const document = {
    listen: { port: 0, shutdown: '500ms' },
    admin: { enabled: false },
    store: { use: 'memory' },
    logging: { sinks: [] },
    routes: { 'GET /': { to: websocket('churn') } },
  };
  running = await run({ document, folder: import.meta.dirname, plugins: [] }, { log: () => undefined });
});
afterAll(() => running.close());

const hello = Buffer.from(handshakeText('', { Request: 'GET / HTTP/1.1' }));
const said = frame({ op: 1, body: 'hello' });
const bye = frame({ op: 8, body: closeBody(1000) });
/** Ways to go: a close frame, a broken rule, a reset, an end of the TCP connection without a word. */
const ways = [bye, frame({ op: 3 }), null, 'end'] as const;

let dials = 0;
function once(): Promise<void> {
  const at = dials++;
  const way = ways[at % ways.length]!;
  return new Promise((resolve, reject) => {
    // Another loopback address each 2,000, so that ports that were just used do not run out.
    const localAddress = `127.0.2.${1 + Math.floor(at / 2000)}`;
    const socket = connect({ port: running.serving.port, host: '127.0.0.1', localAddress });
    let heard = 0;
    socket.on('error', (thrown) => (heard === 0 ? reject(thrown) : undefined));
    socket.on('data', () => {
      if (++heard > 1) return;
      socket.write(said);
      if (way === 'end') socket.end();
      else if (way === null) socket.resetAndDestroy();
      else socket.write(way);
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => (heard > 0 ? resolve() : reject(new Error('closed before the handshake'))));
    socket.write(hello);
  });
}

async function churn(count: number): Promise<number> {
  for (let done = 0; done < count; done += 50) await Promise.all(Array.from({ length: 50 }, once));
  await until(() => running.app.sockets.size === 0);
  await new Promise((settled) => void setTimeout(settled, 100));
  for (let i = 0; i < 3; i++) collect();
  return process.memoryUsage().heapUsed;
}

it('leaves nothing of 10,000 connections in the heap', async () => {
  const before = await churn(2000);
  const after = await churn(8000);
  // A session alone is half a kilobyte: were they kept, 8,000 of them would be four megabytes.
  expect(after - before).toBeLessThan(1 << 20);
  expect(running.app.sockets.size).toBe(0);
}, 180_000);

it('keeps nothing of the handshake of an idle connection but what it needs', async () => {
  const cookie = `Cookie: ${'c'.repeat(12_000)}\r\n`;
  const open = (i: number): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect({ port: running.serving.port, host: '127.0.0.1' });
      socket.once('data', () => resolve(socket));
      const agent = `User-Agent: Mozilla/5.0 (X11; Linux x86_64) number ${i}\r\n`;
      socket.write(handshakeText(agent + cookie, { Request: 'GET / HTTP/1.1' }));
    });
  await churn(200);
  const before = await churn(50);
  const sockets: Socket[] = [];
  for (let i = 0; i < 400; i++) sockets.push(await open(i));
  for (let i = 0; i < 3; i++) collect();
  // Both ends of each are in this process, with some 5 kB; a head that is kept costs 12 kB more.
  expect((process.memoryUsage().heapUsed - before) / sockets.length).toBeLessThan(10_000);
  for (const socket of sockets) socket.destroy();
  await until(() => running.app.sockets.size === 0);
}, 60_000);
