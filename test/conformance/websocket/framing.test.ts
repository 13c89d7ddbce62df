import { afterAll, beforeAll, describe } from 'vitest';

import { echoServer, frame, type EchoServer, type FrameSpec } from './harness.ts';
import { runRows, said, type Row } from './runner.ts';

let server: EchoServer;
beforeAll(async () => {
  server = await echoServer({ maxFrame: 256 * 1024, maxMessage: 256 * 1024 });
});
afterAll(() => server.stop());

const TEXT = 1;
const BINARY = 2;
const sizes = [0, 1, 2, 3, 4, 5, 7, 124, 125, 126, 127, 128, 254, 65534, 65535, 65536, 65537];

const lengths: Row[] = [];
for (const size of sizes) {
  const text = 'abcdefghijklmnop'.repeat(Math.ceil(size / 16)).slice(0, size);
  const bytes = Buffer.alloc(size, 0xfe);
  lengths.push({ name: `6455 5.2: text of ${size} bytes`, send: [{ op: TEXT, body: text }], back: [`text:${text}`] });
  lengths.push({
    name: `6455 5.2: binary of ${size} bytes`,
    send: [{ op: BINARY, body: bytes }],
    back: [said(2, bytes)],
  });
}
for (const [size, cut] of [
  [125, 1],
  [126, 1],
  [130, 2],
  [300, 7],
  [65535, 997],
  [65536, 997],
  [65536, 65536],
] as const) {
  const text = '*'.repeat(size);
  const row = { send: [{ op: TEXT, body: text }], back: [`text:${text}`], cut };
  lengths.push({ name: `6455 5.2: text of ${size} bytes in pieces of ${cut}`, ...row });
}

const wrongLengths: Row[] = [
  ...[0, 1, 125].map((size) => wrong(size, 126)),
  ...[0, 125, 126, 65535].map((size) => wrong(size, 127)),
  {
    name: '6455 5.2: a 64-bit length with its highest bit set',
    send: [Buffer.from('82ff800000000000000137fa213d00', 'hex')],
    close: 1002,
  },
  {
    name: '6455 5.2: a 64-bit length with all bits set',
    send: [Buffer.from('82ffffffffffffffffff37fa213d00', 'hex')],
    close: 1002,
  },
  {
    name: '6455 5.2: a long form of a short length, byte by byte',
    send: [{ op: TEXT, body: 'hi', form: 126 }],
    close: 1002,
    cut: 1,
  },
  {
    name: '6455 5.2: a long form after a good message',
    send: [
      { op: TEXT, body: 'good' },
      { op: BINARY, body: 'x', form: 127 },
    ],
    back: ['text:good'],
    close: 1002,
  },
];
function wrong(size: number, form: 126 | 127): Row {
  const send = [{ op: BINARY, body: Buffer.alloc(size, 1), form }];
  return { name: `6455 5.2: ${size} bytes said in ${form === 126 ? 16 : 64} bits`, send, close: 1002 };
}

const reserved: Row[] = [];
for (let rsv = 1; rsv <= 7; rsv++) {
  const bad = (op: number, body = ''): FrameSpec => ({ op, body, rsv });
  reserved.push({ name: `6455 5.2: text with reserved bits ${rsv}`, send: [bad(TEXT, 'x')], close: 1002 });
  reserved.push({ name: `6455 5.2: binary with reserved bits ${rsv}`, send: [bad(BINARY)], close: 1002 });
  reserved.push({ name: `6455 5.2: ping with reserved bits ${rsv}`, send: [bad(9)], close: 1002 });
}
reserved.push(
  {
    name: '6455 5.2: a reserved bit after a good message and before another',
    send: [
      { op: TEXT, body: 'a' },
      { op: TEXT, body: 'b', rsv: 3 },
      { op: TEXT, body: 'c' },
    ],
    back: ['text:a'],
    close: 1002,
  },
  {
    name: '6455 5.2: a reserved bit on a close frame',
    send: [{ op: 8, body: Buffer.of(3, 0xe8), rsv: 1 }],
    close: 1002,
  },
  {
    name: '6455 5.2: a reserved bit on a continuation',
    send: [
      { op: TEXT, body: 'a', fin: false },
      { op: 0, body: 'b', rsv: 4 },
    ],
    close: 1002,
  },
  { name: '6455 5.2: a reserved bit, byte by byte', send: [{ op: TEXT, body: 'a', rsv: 2 }], close: 1002, cut: 1 },
);

const opcodes: Row[] = [];
for (const op of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
  opcodes.push({ name: `6455 5.2: opcode ${op}`, send: [{ op }], close: 1002 });
  opcodes.push({
    name: `6455 5.2: opcode ${op} with a payload, after a message`,
    send: [{ op: TEXT, body: 'first' }, { op, body: 'x' }, { op: 9 }],
    back: ['text:first'],
    close: 1002,
  });
  opcodes.push({ name: `6455 5.2: opcode ${op} byte by byte`, send: [{ op, body: 'payload' }], close: 1002, cut: 1 });
}

const masking: Row[] = [
  { name: '6455 5.1: an unmasked text', send: [{ op: TEXT, body: 'x', mask: false }], close: 1002 },
  { name: '6455 5.1: an unmasked empty text', send: [{ op: TEXT, mask: false }], close: 1002 },
  { name: '6455 5.1: an unmasked ping', send: [{ op: 9, mask: false }], close: 1002 },
  { name: '6455 5.1: an unmasked close', send: [{ op: 8, body: Buffer.of(3, 0xe8), mask: false }], close: 1002 },
  {
    name: '6455 5.1: an unmasked continuation',
    send: [
      { op: TEXT, body: 'a', fin: false },
      { op: 0, body: 'b', mask: false },
    ],
    close: 1002,
  },
  {
    name: '6455 5.1: an unmasked frame after masked ones',
    send: [
      { op: TEXT, body: 'a' },
      { op: TEXT, body: 'b', mask: false },
    ],
    back: ['text:a'],
    close: 1002,
  },
  { name: '6455 5.3: the key may be zero', send: [{ op: TEXT, body: 'zero', key: [0, 0, 0, 0] }], back: ['text:zero'] },
  {
    name: '6455 5.3: a key of ones',
    send: [{ op: TEXT, body: 'ones', key: [255, 255, 255, 255] }],
    back: ['text:ones'],
  },
  {
    name: '6455 5.3: each frame has its own key',
    send: [
      { op: TEXT, body: 'one', key: [1, 2, 3, 4] },
      { op: TEXT, body: 'two', key: [0x80, 0x90, 0xa0, 0xb0] },
    ],
    back: ['text:one', 'text:two'],
  },
  ...[1, 2, 3, 5, 6, 7].map((cut) => ({
    name: `6455 5.3: the key's turn survives pieces of ${cut}`,
    send: [{ op: TEXT, body: 'the quick brown fox jumps over the lazy dog' }],
    back: ['text:the quick brown fox jumps over the lazy dog'],
    cut,
  })),
  {
    name: '6455 5.7: the masked Hello of the RFC',
    send: [Buffer.from('818537fa213d7f9f4d5158', 'hex')],
    back: ['text:Hello'],
  },
  {
    name: '6455 5.7: the masked ping of the RFC',
    send: [Buffer.from('898537fa213d7f9f4d5158', 'hex')],
    back: ['pong:48656c6c6f'],
  },
  {
    name: '6455 5.2: many frames in one piece',
    send: [Buffer.concat(Array.from({ length: 50 }, (_, i) => frame({ op: TEXT, body: `m${i}` })))],
    back: Array.from({ length: 50 }, (_, i) => `text:m${i}`),
  },
];

describe('lengths', () => runRows(() => server, lengths, 41));
describe('lengths that are wrong', () => runRows(() => server, wrongLengths, 11));
describe('reserved bits', () => runRows(() => server, reserved, 25));
describe('opcodes', () => runRows(() => server, opcodes, 30));
describe('masking', () => runRows(() => server, masking, 18));
