import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { chop, echoServer, frame, handshakeText, parseFrames, type EchoServer, type FrameSpec } from './harness.ts';
import { runRows, said, type Row } from './runner.ts';

let server: EchoServer;
let large: EchoServer;
let textOnly: EchoServer;
beforeAll(async () => {
  server = await echoServer();
  large = await echoServer({ maxFrame: 16 << 20, maxMessage: 16 << 20, maxFragments: 100_000, maxPending: 64 << 20 });
  textOnly = await echoServer({ binary: false });
});
afterAll(() => Promise.all([server.stop(), large.stop(), textOnly.stop()]));

const KB = 1024;
const text = (size: number): FrameSpec => ({ op: 1, body: 'x'.repeat(size) });
const pieces = (total: number, size: number, op = 1): FrameSpec[] => {
  const count = Math.ceil(total / size);
  return Array.from({ length: count }, (_, i) => ({
    op: i === 0 ? op : 0,
    body: Buffer.alloc(Math.min(size, total - i * size), 0x78),
    fin: i === count - 1,
  }));
};

const limits: Row[] = [
  { name: '6455 7.4.1: a frame of 32 kB passes', send: [text(32 * KB)], back: [`text:${'x'.repeat(32 * KB)}`] },
  { name: '6455 7.4.1: a frame of one byte more does not', send: [text(32 * KB + 1)], close: 1009 },
  { name: '6455 7.4.1: a frame is refused by its head alone', send: [{ op: 1, says: 40 * KB }], close: 1009 },
  { name: '6455 7.4.1: a frame of 2^53 bytes is refused by its head', send: [{ op: 2, says: 2 ** 53 }], close: 1009 },
  {
    name: '6455 7.4.1: a message of 128 kB in frames of 32',
    send: pieces(128 * KB, 32 * KB),
    back: [`text:${'x'.repeat(128 * KB)}`],
  },
  { name: '6455 7.4.1: a message of one byte more', send: pieces(128 * KB + 1, 32 * KB), close: 1009 },
  {
    name: '6455 7.4.1: a message that grows past the limit is refused at the head that does it',
    send: [...pieces(128 * KB, 32 * KB).map((f) => ({ ...f, fin: false })), { op: 0, says: 1 }],
    close: 1009,
  },
  { name: '6455 7.4.1: a message of 4096 fragments', send: pieces(4096, 1), back: [`text:${'x'.repeat(4096)}`] },
  { name: '6455 7.4.1: a message of 4097 fragments', send: pieces(4097, 1), close: 1008 },
  {
    name: '6455 7.4.1: a flood of empty fragments',
    send: [{ op: 1, fin: false }, ...Array.from({ length: 5000 }, () => ({ op: 0, fin: false }))],
    close: 1008,
  },
  {
    name: '6455 7.4.1: the message before one that is too big is answered',
    send: [text(3), text(40 * KB)],
    back: ['text:xxx'],
    close: 1009,
  },
];

const sizes: Row[] = [64, 256, 1024, 4096].map((kb) => ({
  name: `6455 5.2: text of ${kb} kB in one frame`,
  send: [text(kb * KB)],
  back: [`text:${'x'.repeat(kb * KB)}`],
}));
for (const [total, size] of [
  [1 << 20, 64],
  [1 << 20, 1024],
  [4 << 20, 4096],
  [4 << 20, 1 << 20],
] as const) {
  const whole = Buffer.alloc(total, 0x78);
  sizes.push({
    name: `6455 5.4: binary of ${total >> 10} kB in fragments of ${size}`,
    send: pieces(total, size, 2),
    back: [said(2, whole)],
  });
}
for (const cut of [1000, 16_384, 65_536]) {
  sizes.push({
    name: `6455 5.2: text of 1 MB in pieces of ${cut}`,
    send: [text(1 << 20)],
    back: [`text:${'x'.repeat(1 << 20)}`],
    cut,
  });
}
const greek = 'κόσμε '.repeat(20_000);
sizes.push({
  name: '6455 8.1: a long Greek text in pieces of 1001',
  send: [{ op: 1, body: greek }],
  back: [`text:${greek}`],
  cut: 1001,
});

const binary: Row[] = [
  { name: '6455 7.4.1: binary where only text is taken', send: [{ op: 2, body: 'x' }], close: 1003 },
  {
    name: '6455 7.4.1: a fragmented binary is refused by its first frame',
    send: [{ op: 2, body: 'x', fin: false }],
    close: 1003,
  },
  { name: '6455 7.4.1: text is still taken', send: [text(2)], back: ['text:xx'] },
];

describe('limits', () => runRows(() => server, limits, 11));
describe('sizes', () => runRows(() => large, sizes, 12));
describe('text only', () => runRows(() => textOnly, binary, 3));

describe('floods and slow peers', () => {
  it('6455 5.5.2: a flood of pings is ended with 1008', async () => {
    const flooded = await echoServer({ maxControlPerSecond: 50 });
    const socket = connect(flooded.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const seen = await new Promise<Buffer>((resolve) => {
      let got = Buffer.alloc(0);
      socket.on('data', (data: Buffer) => (got = Buffer.concat([got, data])));
      socket.on('close', () => resolve(got));
      socket.on('end', () => socket.end());
      // Two seconds' worth, so that a change of second in between does not matter.
      socket.write(
        Buffer.concat([Buffer.from(handshakeText()), ...Array.from({ length: 120 }, () => frame({ op: 9 }))]),
      );
    });
    const { frames } = parseFrames(seen.subarray(seen.indexOf('\r\n\r\n') + 4));
    expect(frames.at(-1)!.opcode).toBe(8);
    expect(frames.at(-1)!.payload.readUInt16BE(0)).toBe(1008);
    while (flooded.closed.length === 0) await new Promise((next) => void setTimeout(next, 10));
    expect(flooded.closed[0]!.why).toBe('control-flood');
    await flooded.stop();
  });

  it('a peer that does not read costs bounded memory, and others are unharmed', async () => {
    const maxPending = 256 * KB;
    const slow = await echoServer({ maxPending, stallMs: 500 });
    const socket = connect(slow.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(handshakeText());
    await new Promise((resolve) => void socket.once('data', resolve));
    socket.pause();
    const block = frame({ op: 1, body: 'y'.repeat(32 * KB) });
    const gone = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    const flood = setInterval(() => {
      for (let i = 0; i < 20 && socket.writableLength < 1 << 20; i++) socket.write(block);
    }, 5);
    const other = await chatOnce(slow.port);
    expect(other).toBe('text:still here');
    while (slow.closed.every((c) => c.why !== 'stall')) await new Promise((next) => void setTimeout(next, 50));
    clearInterval(flood);
    socket.resume();
    socket.destroy();
    await gone;
    await slow.stop();
  }, 20_000);

  it('6455 7.1.1: a peer that never answers our close is dropped', async () => {
    const strict = await echoServer({ idleMs: 200, closeMs: 200, pingsKeepAlive: false });
    const socket = connect(strict.port, '127.0.0.1');
    socket.on('error', () => undefined);
    let got = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => (got = Buffer.concat([got, data])));
    socket.write(handshakeText());
    await new Promise((resolve) => void socket.once('close', resolve));
    const { frames } = parseFrames(got.subarray(got.indexOf('\r\n\r\n') + 4));
    expect(frames.map((seen) => [seen.opcode, seen.payload.readUInt16BE(0)])).toEqual([[8, 1001]]);
    expect(strict.closed).toMatchObject([{ code: 1001, by: 'us', why: 'idle' }]);
    await strict.stop();
  });

  it('a connection that just goes is reported as 1006', async () => {
    const strict = await echoServer();
    const socket = connect(strict.port, '127.0.0.1');
    socket.write(handshakeText());
    await new Promise((resolve) => void socket.once('data', resolve));
    socket.resetAndDestroy();
    while (strict.closed.length === 0) await new Promise((next) => void setTimeout(next, 10));
    expect(strict.closed[0]).toMatchObject({ code: 1006, by: 'drop' });
    await strict.stop();
  });
});

async function chatOnce(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const seen = await new Promise<Buffer>((resolve) => {
    let got = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => (got = Buffer.concat([got, data])));
    socket.on('close', () => resolve(got));
    socket.on('end', () => socket.end());
    const bytes = Buffer.concat([frame({ op: 1, body: 'still here' }), frame({ op: 8 })]);
    socket.write(handshakeText());
    for (const piece of chop(bytes, 5)) socket.write(piece);
  });
  const first = parseFrames(seen.subarray(seen.indexOf('\r\n\r\n') + 4)).frames[0]!;
  return said(first.opcode, first.payload);
}
