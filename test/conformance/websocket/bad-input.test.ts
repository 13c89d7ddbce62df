import { connect, type Socket } from 'node:net';
import { constants, deflateRawSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { run, type Running } from '../../../src/cli/run.ts';
import type { Happening } from '../../../src/socket/happening.ts';
import { client, until, type Client } from './api-stage.ts';
import { closeBody, exchange, frame, handshakeText, parseFrames, type FrameSpec } from './harness.ts';

/**
 * What no client should send, against a whole edge: the right close code, the reason told to the operator, and a bystander
 * on the same API and one that passes through who notice nothing.
 */

type Closed = Extract<Happening, { readonly kind: 'closed' }>;

let running: Running;
let bystanders: Client[] = [];
const closed: Closed[] = [];

const api = (more: object = {}): object => ({
  to: {
    use: 'websocket',
    with: {
      api: 'echo',
      waf: false,
      compression: true,
      routes: { $default: { to: { mock: { says: '$request.body' } }, replies: true } },
      limits: { message: '64kb', frame: '32kb', fragments: 100, pending: '256kb', stall: '1s', control: 50 },
      ...more,
    },
  },
});

beforeAll(async () => {
  const listen = { port: 0, shutdown: '500ms' };
  const quiet = { admin: { enabled: false }, store: { use: 'memory' }, logging: { sinks: [] } };
  const origin = await run(
    { document: { listen, ...quiet, routes: { 'GET /': api() } }, folder: import.meta.dirname, plugins: [] },
    { log: () => undefined },
  );
  origins.push(origin);
  const pass = {
    to: {
      use: 'websocket-origin',
      with: {
        url: `http://127.0.0.1:${origin.serving.port}`,
        path: '/',
        allow: ['127.0.0.0/8'],
        rates: { perConnection: { rate: 10_000, burst: 10_000 } },
        limits: { message: '64kb', frame: '32kb', fragments: 100, stall: '1s' },
        ping: '300ms',
        pongWithin: '300ms',
      },
    },
  };
  const document = {
    listen,
    ...quiet,
    routes: {
      'GET /': api(),
      'GET /text': api({ binary: false }),
      'GET /binary': api({ binary: true }),
      'GET /pinged': api({ ping: '300ms', pongWithin: '300ms' }),
      'GET /pass': pass,
    },
  };
  running = await run({ document, folder: import.meta.dirname, plugins: [] }, { log: () => undefined });
  running.app.sockets.watch((what) => void (what.kind === 'closed' && closed.push(what)));
});
const origins: Running[] = [];
afterAll(async () => {
  await running.close();
  for (const origin of origins) await origin.close();
});

const url = (path: string): string => `ws://127.0.0.1:${running.serving.port}${path}`;
const head = (path = '/', extra = ''): string => handshakeText(extra, { Request: `GET ${path} HTTP/1.1` });

beforeEach(async () => {
  bystanders = [await client(url('/')), await client(url('/pass'))];
  closed.length = 0;
});
afterEach(async () => {
  for (const { ws, next } of bystanders) {
    ws.send('still here');
    expect(await next()).toBe('still here');
    ws.terminate();
  }
  await until(() => running.app.sockets.size === 0);
});

const bomb = deflateRawSync(Buffer.alloc(16 << 20, 0x61), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
const packed = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';
const flood = (count: number, spec: FrameSpec): FrameSpec[] => Array.from({ length: count }, () => spec);

interface Row {
  readonly name: string;
  readonly send: readonly FrameSpec[];
  readonly code: number;
  readonly why: string;
  readonly path?: string;
  readonly extra?: string;
}

const shared: readonly Row[] = [
  {
    name: '6455 5.4: a continuation of nothing',
    send: [{ op: 0, body: 'x' }],
    code: 1002,
    why: 'continuation-of-nothing',
  },
  {
    name: '6455 5.4: a message in a message',
    send: [{ op: 1, fin: false }, { op: 1 }],
    code: 1002,
    why: 'message-in-message',
  },
  {
    name: '6455 5.1: a frame that is not masked',
    send: [{ op: 1, body: 'x', mask: false }],
    code: 1002,
    why: 'not-masked',
  },
  { name: '6455 5.5: a fragmented ping', send: [{ op: 9, fin: false }], code: 1002, why: 'control-fragmented' },
  { name: '6455 5.2: a reserved opcode', send: [{ op: 5 }], code: 1002, why: 'reserved-opcode' },
  { name: '6455 5.2: a reserved bit', send: [{ op: 1, rsv: 1 }], code: 1002, why: 'reserved-bit' },
  {
    name: '6455 5.2: a length that is not minimal',
    send: [{ op: 1, body: 'x', form: 126 }],
    code: 1002,
    why: 'length-not-minimal',
  },
  { name: '6455 8.1: wrong UTF-8', send: [{ op: 1, body: Buffer.of(0xc0, 0xaf) }], code: 1007, why: 'text-not-utf8' },
  {
    name: '6455 8.1: wrong UTF-8 in an unfinished message',
    send: [{ op: 1, body: Buffer.of(0xff), fin: false }],
    code: 1007,
    why: 'text-not-utf8',
  },
  {
    name: '6455 7.4.1: a frame too long, by its head',
    send: [{ op: 1, says: 40_000 }],
    code: 1009,
    why: 'frame-too-big',
  },
  {
    name: '6455 7.4.1: fragments too long together',
    send: [
      { op: 1, body: 'x'.repeat(32_000), fin: false },
      ...flood(3, { op: 0, body: 'x'.repeat(32_000), fin: false }),
    ],
    code: 1009,
    why: 'message-too-big',
  },
  {
    name: '6455 7.4.1: a flood of fragments',
    send: [{ op: 1, fin: false }, ...flood(100, { op: 0, fin: false })],
    code: 1008,
    why: 'too-many-fragments',
  },
  {
    name: '6455 5.5.1: a close body of one byte',
    send: [{ op: 8, body: 'x' }],
    code: 1002,
    why: 'close-one-byte',
  },
  {
    name: '6455 7.4: a close code that may not be sent',
    send: [{ op: 8, body: closeBody(1006) }],
    code: 1002,
    why: 'close-code',
  },
];

const rows: readonly Row[] = [
  ...shared,
  ...shared.map((row) => ({ ...row, name: `${row.name}, passing through`, path: '/pass' })),
  { name: '6455 5.5.2: a flood of pings', send: flood(120, { op: 9 }), code: 1008, why: 'control-flood' },
  { name: '6455 5.5.3: a flood of pongs', send: flood(120, { op: 10 }), code: 1008, why: 'control-flood' },
  {
    name: '7692 7.2.2: a compression bomb',
    send: [{ op: 1, rsv: 4, body: bomb }],
    extra: packed,
    code: 1009,
    why: 'message-too-big',
  },
  {
    name: '7692 7.2.2: rubbish for DEFLATE',
    send: [{ op: 1, rsv: 4, body: Buffer.alloc(20, 0xff) }],
    extra: packed,
    code: 1007,
    why: 'deflate-data',
  },
  {
    name: '7692 6: compression that was not agreed on',
    send: [{ op: 1, rsv: 4, body: 'x' }],
    code: 1002,
    why: 'reserved-bit',
  },
  {
    name: '6455 7.4.1: binary where only text is taken',
    send: [{ op: 2, body: 'x' }],
    path: '/text',
    code: 1003,
    why: 'binary-refused',
  },
];

describe('messages and frames that break a rule', () => {
  it('has 34 rows', () => expect(new Set(rows.map((row) => row.name)).size).toBe(34));
  for (const { name, send, code, why, path, extra } of rows) {
    it(name, async () => {
      const bytes = Buffer.concat(send.map((spec) => frame(spec)));
      const { head: said, frames } = await exchange(running.serving.port, head(path, extra), [bytes]);
      expect(said).toMatch(/^HTTP\/1\.1 101 /);
      expect(frames.at(-1)?.opcode).toBe(8);
      expect(frames.at(-1)?.payload.readUInt16BE(0)).toBe(code);
      await until(() => closed.length > 0);
      expect(closed[0]).toMatchObject({ code, by: 'us', why });
    });
  }
});

const handshakes: readonly (readonly [string, number, Readonly<Record<string, string>>])[] = [
  ['6455 4.2.1: HTTP/1.0', 426, { Request: 'GET / HTTP/1.0' }],
  ['6455 4.2.1: POST', 404, { Request: 'POST / HTTP/1.1' }],
  ['6455 4.2.1: no key', 400, { Key: '' }],
  ['6455 4.2.1: a key of 15 bytes', 400, { Key: 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA' }],
  [
    '6455 4.2.1: two keys',
    400,
    { Key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' },
  ],
  ['6455 4.4: version 8', 426, { Version: 'Sec-WebSocket-Version: 8' }],
  ['6455 4.4: no version', 426, { Version: '' }],
  ['6455 4.1: a subprotocol twice', 400, { Extra: 'Sec-WebSocket-Protocol: a, a' }],
  ['6455 9.1: extensions that cannot be read', 400, { Extra: 'Sec-WebSocket-Extensions: permessage-deflate; =' }],
  ['9112 6: a body', 400, { Extra: 'Content-Length: 5' }],
  ['9112 3.2: no Host', 400, { Host: '' }],
];

describe('handshakes that are refused', () => {
  it('has 11 rows', () => expect(handshakes.length).toBe(11));
  for (const [name, status, lines] of handshakes) {
    it(name, async () => {
      const { head: said } = await exchange(
        running.serving.port,
        handshakeText('', { Request: 'GET / HTTP/1.1', ...lines }),
        [],
      );
      expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(closed).toEqual([]);
    });
  }
});

/** A connection that is open and of which only the bytes are seen. */
async function opened(path: string): Promise<{ readonly socket: Socket; readonly got: Buffer[] }> {
  const socket = connect({ port: running.serving.port, host: '127.0.0.1', noDelay: true });
  const got: Buffer[] = [];
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.once('data', (data: Buffer) => {
      got.push(data.subarray(data.indexOf('\r\n\r\n') + 4));
      socket.on('data', (more: Buffer) => got.push(more));
      resolve();
    });
    socket.write(head(path));
  });
  return { socket, got };
}

describe('peers that are not there any more', () => {
  for (const path of ['/pinged', '/pass']) {
    it(`a half-open one at ${path} is pinged and dropped`, async () => {
      const { socket, got } = await opened(path);
      await until(() => closed.length > 0);
      expect(closed[0]).toMatchObject({ code: 1006, by: path === '/pass' ? 'us' : 'drop', why: 'no-pong' });
      expect(parseFrames(Buffer.concat(got)).frames.map((seen) => seen.opcode)).toEqual([9]);
      socket.destroy();
    });

    it(`one that answers pings at ${path} stays`, async () => {
      const { ws, next } = await client(url(path));
      let pings = 0;
      ws.on('ping', () => pings++);
      await until(() => pings >= 2);
      ws.send('alive');
      expect(await next()).toBe('alive');
      ws.close(1000);
      await until(() => closed.length > 0);
      expect(closed[0]).toMatchObject({ code: 1000, by: 'peer' });
    });
  }

  it('one that resets within a message is gone at once', async () => {
    for (const path of ['/', '/pass']) {
      closed.length = 0;
      const { socket } = await opened(path);
      socket.write(frame({ op: 1, body: 'x'.repeat(1000), says: 2000 }));
      setTimeout(() => socket.resetAndDestroy(), 20);
      await until(() => closed.length > 0);
      expect(closed[0]).toMatchObject({ code: 1006, by: 'drop' });
    }
  });

  for (const path of ['/', '/pass']) {
    it(`a slow reader at ${path} is dropped, and what waits for it is bounded`, async () => {
      const { socket } = await opened(path);
      socket.pause();
      const block = frame({ op: 1, body: 'y'.repeat(30_000) });
      let most = 0;
      const pump = setInterval(() => {
        for (let i = 0; i < 20 && socket.writableLength < 1 << 20; i++) socket.write(block);
        most = Math.max(most, process.memoryUsage().external + process.memoryUsage().arrayBuffers);
      }, 5);
      const before = process.memoryUsage().external + process.memoryUsage().arrayBuffers;
      await until(() => closed.length > 0);
      clearInterval(pump);
      expect(closed[0]?.why).toBe('stall');
      // Server, client and bystanders are one process here; without a bound this grows by hundreds of megabytes.
      expect(most - before).toBeLessThan(100 << 20);
      socket.destroy();
    }, 60_000);
  }
});
