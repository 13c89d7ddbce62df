import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { loadDocument } from '../../src/cli/load.ts';
import { run, type Running } from '../../src/cli/run.ts';
import { chop, closeBody, exchange, frame, handshakeText, type FrameSpec } from '../conformance/websocket/harness.ts';
import { runRows, type Row } from '../conformance/websocket/runner.ts';

/** The example as a conformance suite sees it: the real server with everything that stands before a route. */

let node: Running;
let port: number;
beforeAll(async () => {
  Object.assign(process.env, { PORT: '0', ADMIN_PORT: '0' });
  const loaded = await loadDocument(resolve(import.meta.dirname, '../../examples/websocket-echo/sallyport.config.ts'));
  node = await run(loaded, { sinks: [], log() {} });
  ({ port } = node.serving);
});
afterAll(() => node.close());

const root = handshakeText('', { Request: 'GET / HTTP/1.1' });
const server = () => ({ port, closed: [], stop: () => Promise.resolve() });
const text = (body: string | Buffer, more: Partial<FrameSpec> = {}): FrameSpec => ({ op: 1, body, ...more });

const rows: Row[] = [
  { name: '6455 5.6: an empty text', send: [text('')], back: ['text:'] },
  { name: '6455 5.6: an empty binary', send: [{ op: 2 }], back: ['binary:'] },
  {
    name: '6455 5.6: binary comes back as binary',
    send: [{ op: 2, body: Buffer.of(0xfe, 0, 255) }],
    back: ['binary:fe00ff'],
  },
  {
    name: '6455 5.6: 65,536 bytes of text in one frame',
    send: [text('*'.repeat(65_536))],
    back: [`text:${'*'.repeat(65_536)}`],
  },
  { name: '6455 5.2: byte by byte', send: [text('€uro')], back: ['text:€uro'], cut: 1 },
  {
    name: '6455 5.5.2: a ping is answered',
    send: [{ op: 9, body: 'x'.repeat(125) }],
    back: [`pong:${'78'.repeat(125)}`],
  },
  {
    name: '6455 5.5.2: ten pings',
    send: Array.from({ length: 10 }, (_, i) => ({ op: 9, body: String(i) })),
    back: Array.from({ length: 10 }, (_, i) => `pong:${(0x30 + i).toString(16)}`),
  },
  { name: '6455 5.5: a ping of 126 bytes', send: [{ op: 9, body: 'x'.repeat(126) }], close: 1002 },
  { name: '6455 5.5.3: a pong nobody asked for', send: [{ op: 10, body: 'x' }, { op: 9 }], back: ['pong:'] },
  { name: '6455 5.2: RSV bits', send: [text('x', { rsv: 3 })], close: 1002 },
  { name: '6455 5.2: RSV1 without compression', send: [text('x', { rsv: 4 })], close: 1002 },
  { name: '6455 5.2: opcode 3', send: [{ op: 3 }], close: 1002 },
  { name: '6455 5.2: opcode 15', send: [text('x'), { op: 15 }], back: ['text:x'], close: 1002 },
  {
    name: '6455 5.4: fragments with a ping between',
    send: [text('frag', { fin: false }), { op: 9, body: 'p' }, { op: 0, body: 'ment' }],
    back: ['pong:70', 'text:fragment'],
  },
  { name: '6455 5.4: a continuation of nothing', send: [{ op: 0, body: 'x' }], close: 1002 },
  { name: '6455 5.4: a message in a message', send: [text('a', { fin: false }), text('b')], close: 1002 },
  {
    name: '6455 5.4: 4096 empty fragments and one that ends',
    send: [
      text('a', { fin: false }),
      ...Array.from({ length: 4096 }, () => ({ op: 0, fin: false })),
      { op: 0, body: 'z' },
    ],
    back: ['text:az'],
  },
  { name: '6455 5.1: a frame that is not masked', send: [text('x', { mask: false })], close: 1002 },
  {
    name: '6455 8.1: wrong bytes in the first of two fragments end it before the second',
    send: [text(Buffer.from('cebae1bdb9cf83cebcceb5eda080', 'hex'), { fin: false })],
    close: 1007,
  },
  {
    name: '6455 8.1: wrong bytes within an unfinished frame end it',
    send: [
      Buffer.concat([
        frame(text('x'.repeat(100), { says: 200 })).subarray(0, 8),
        Buffer.from('f4', 'hex').map((b) => b ^ 0x21),
        Buffer.from('90', 'hex').map((b) => b ^ 0x3d),
        Buffer.alloc(20),
      ]),
    ],
    close: 1007,
  },
  { name: '6455 7.1.5: the code of the peer comes back', send: [{ op: 8, body: closeBody(3999, 'bye') }], close: 3999 },
  { name: '6455 7.1.5: a close without a code', send: [{ op: 8 }], close: 'none' },
  { name: '6455 7.4.1: 1005 may not be sent', send: [{ op: 8, body: closeBody(1005) }], close: 1002 },
  { name: '6455 5.5.1: a close of one byte', send: [{ op: 8, body: Buffer.of(3) }], close: 1002 },
  {
    name: '6455 8.1: a reason that is no UTF-8',
    send: [{ op: 8, body: closeBody(1000, Buffer.from('cebae1bd', 'hex')) }],
    close: 1007,
  },
  {
    name: '6455 5.5.1: nothing is heard after a close',
    send: [{ op: 8, body: closeBody(1000) }, text('late')],
    close: 1000,
  },
];

describe('framing, as groups 1 to 7 of the Autobahn suite look at it', () => {
  runRows(server, rows, 26, root);
});

describe('long messages, as group 9 sends them', () => {
  const sizes: readonly (readonly [string, number, number])[] = [
    ['one frame of 4 MB', 4 << 20, 4 << 20],
    ['one frame of 16 MB', 16 << 20, 16 << 20],
    ['4 MB in 65,536 fragments of 64 bytes', 4 << 20, 64],
    ['4 MB in fragments of 1 MB', 4 << 20, 1 << 20],
  ];
  it('has 4 rows', () => expect(sizes.length).toBe(4));
  for (const [name, size, piece] of sizes) {
    it(`6455 5.4: ${name}`, async () => {
      const body = randomBytes(size);
      const pieces = chop(body, piece);
      const frames = pieces.map((part, i) => frame({ op: i === 0 ? 2 : 0, body: part, fin: i === pieces.length - 1 }));
      const back = await echoed([Buffer.concat(frames)], size);
      expect(back.equals(body)).toBe(true);
    });
  }
  it('6455 5.2: 4 MB in pieces of 64 kB on the wire', async () => {
    const body = randomBytes(4 << 20);
    expect((await echoed(chop(frame({ op: 2, body }), 65_536), body.length)).equals(body)).toBe(true);
  });
});

/** Says one message in these pieces of wire, and joins what comes back until it has so many bytes. */
async function echoed(pieces: readonly Buffer[], size: number): Promise<Buffer> {
  const bye = frame({ op: 8, body: closeBody(1000) });
  const { frames } = await exchange(port, root, [...pieces, bye]);
  const back = Buffer.concat(frames.filter((seen) => seen.opcode < 8).map((seen) => seen.payload));
  expect(back.length).toBe(size);
  return back;
}

describe('compression, as groups 12 and 13 use it', () => {
  it('7692 7: a thousand messages of every size come back as they went, in order', async () => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: { threshold: 0 }, maxPayload: 0 });
    await new Promise((done, failed) => void ws.on('open', done).on('error', failed));
    expect(ws.extensions).toContain('permessage-deflate');
    const line = JSON.stringify({ action: 'say', room: 'harbour', text: 'the tide is coming in' });
    const sizes = [16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
    const sent = Array.from({ length: 1000 }, (_, i) =>
      line.repeat(2000).slice(0, i % 50 === 0 ? sizes[(i / 50) % 10] : sizes[i % 4]),
    );
    const got: string[] = [];
    const all = new Promise<void>((done) => {
      ws.on('message', (data) => {
        got.push((data as Buffer).toString());
        if (got.length === sent.length) done();
      });
    });
    for (const each of sent) ws.send(each);
    await all;
    expect(got).toEqual(sent);
    ws.close(1000);
    expect(await new Promise((done) => void ws.on('close', done))).toBe(1000);
  });
});
