import { deflateRawSync, constants, inflateRawSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  closeBody,
  echoServer,
  exchange,
  frame,
  handshakeText,
  type EchoServer,
  type FrameSpec,
  type Seen,
} from './harness.ts';

let plain: EchoServer;
let server: EchoServer;
beforeAll(async () => {
  plain = await echoServer();
  server = await echoServer({}, { sendTakeover: true, receiveTakeover: true, maxSendBits: 15, maxReceiveBits: 15 });
});
afterAll(() => Promise.all([plain.stop(), server.stop()]));

const offer = (params = ''): string => handshakeText(`Sec-WebSocket-Extensions: permessage-deflate${params}\r\n`);
const answered = (head: string): string | undefined => /^Sec-WebSocket-Extensions: (.*)\r$/m.exec(head)?.[1];
const bye = frame({ op: 8, body: closeBody(1000) });

const negotiations: readonly (readonly [name: string, header: string, answer: string | undefined])[] = [
  ['7692 7.1: a bare offer', 'permessage-deflate', 'permessage-deflate'],
  [
    '7692 7.1.1.1: server_no_context_takeover is echoed',
    'permessage-deflate; server_no_context_takeover',
    'permessage-deflate; server_no_context_takeover',
  ],
  [
    '7692 7.1.1.2: client_no_context_takeover is echoed',
    'permessage-deflate; client_no_context_takeover',
    'permessage-deflate; client_no_context_takeover',
  ],
  [
    '7692 7.1.2.1: server_max_window_bits is kept to',
    'permessage-deflate; server_max_window_bits=10',
    'permessage-deflate; server_max_window_bits=10',
  ],
  [
    '7692 7.1.2.2: client_max_window_bits may be left unanswered',
    'permessage-deflate; client_max_window_bits',
    'permessage-deflate',
  ],
  [
    '7692 7.1.2.2: client_max_window_bits with a value is taken at its word',
    'permessage-deflate; client_max_window_bits=12',
    'permessage-deflate; client_max_window_bits=12',
  ],
  [
    '6455 9.1: a quoted value',
    'permessage-deflate; server_max_window_bits="11"',
    'permessage-deflate; server_max_window_bits=11',
  ],
  [
    '7692 5: the first acceptable of several offers',
    'permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=9, permessage-deflate',
    'permessage-deflate; server_max_window_bits=9',
  ],
  ['7692 7.1: an unknown parameter declines the offer', 'permessage-deflate; level=9', undefined],
  [
    '7692 7.1: a doubled parameter declines the offer',
    'permessage-deflate; server_no_context_takeover; server_no_context_takeover',
    undefined,
  ],
  ['7692 7.1.1.1: a value where none may be', 'permessage-deflate; server_no_context_takeover=1', undefined],
  ['7692 7.1.2.1: server_max_window_bits without a value', 'permessage-deflate; server_max_window_bits', undefined],
  ['7692 7.1.2.1: a window of 16 bits', 'permessage-deflate; server_max_window_bits=16', undefined],
  ['7692 7.1.2.1: a window of 7 bits', 'permessage-deflate; server_max_window_bits=7', undefined],
  ['7692 7.1.2.1: a leading zero', 'permessage-deflate; server_max_window_bits=09', undefined],
  ['6455 9.1: an extension that is not known', 'x-webkit-deflate-frame', undefined],
  ['6455 9.1: an unknown extension before a known one', 'x-unknown; a=b, permessage-deflate', 'permessage-deflate'],
];

describe('negotiation', () => {
  it('has 17 rows', () => expect(negotiations.length).toBe(17));
  for (const [name, header, answer] of negotiations) {
    it(name, async () => {
      const { head } = await exchange(server.port, handshakeText(`Sec-WebSocket-Extensions: ${header}\r\n`), [bye]);
      expect(head).toMatch(/^HTTP\/1\.1 101 /);
      expect(answered(head)).toBe(answer);
    });
  }
  it('7692 5: a server without compression answers nothing', async () => {
    const { head } = await exchange(plain.port, offer(), [bye]);
    expect(answered(head)).toBeUndefined();
  });
  it('7692 6: RSV1 without an agreement fails the connection', async () => {
    const { frames } = await exchange(plain.port, offer(), [frame({ op: 1, rsv: 4, body: deflated('x') })]);
    expect(closeCode(frames)).toBe(1002);
  });
});

describe('messages', () => {
  const rfc = (hex: string): FrameSpec => ({ op: 1, rsv: 4, body: Buffer.from(hex, 'hex') });
  const rows: readonly (readonly [string, readonly FrameSpec[], readonly string[] | number])[] = [
    ['7692 7.2.3.1: one compressed message', [rfc('f248cdc9c90700')], ['Hello']],
    ['7692 7.2.3.2: the second refers to the first', [rfc('f248cdc9c90700'), rfc('f200110000')], ['Hello', 'Hello']],
    ['7692 7.2.3.3: a block without compression', [rfc('000500faff48656c6c6f00')], ['Hello']],
    ['7692 7.2.3.4: a block with BFINAL', [rfc('f348cdc9c9070000')], ['Hello']],
    ['7692 7.2.3.5: two blocks in one message', [rfc('f248050000 00ffffcac9c90700'.replace(' ', ''))], ['Hello']],
    [
      '7692 6.1: RSV1 stands on the first fragment only',
      [
        { op: 1, rsv: 4, body: Buffer.from('f248cd', 'hex'), fin: false },
        { op: 0, body: Buffer.from('c9c90700', 'hex') },
      ],
      ['Hello'],
    ],
    [
      '7692 6: an uncompressed message may come between',
      [rfc('f248cdc9c90700'), { op: 1, body: 'plain' }, rfc('f200110000')],
      ['Hello', 'plain', 'Hello'],
    ],
    ['7692 7.2.1: an empty message', [rfc('00')], ['']],
    [
      '7692 6.1: RSV1 on a continuation',
      [
        { op: 1, rsv: 4, body: 'x', fin: false },
        { op: 0, rsv: 4, body: 'y' },
      ],
      1002,
    ],
    ['7692 6.1: RSV1 on a ping', [{ op: 9, rsv: 4 }], 1002],
    ['7692 6: RSV2 stays reserved', [{ op: 1, rsv: 2, body: 'x' }], 1002],
    ['7692 7.2.2: not DEFLATE at all', [{ op: 1, rsv: 4, body: Buffer.from('ffffffff', 'hex') }], 1007],
    ['7692 7.2.2: a reference before the beginning', [rfc('f200110000')], 1007],
    [
      '6455 8.1: compressed text that is no UTF-8',
      [{ op: 1, rsv: 4, body: deflated(Buffer.from('c328', 'hex')) }],
      1007,
    ],
    ['7692 7.2.2: a bomb of 10 MB in 10 kB', [{ op: 1, rsv: 4, body: deflated(Buffer.alloc(10 << 20, 0x61)) }], 1009],
    [
      '7692 7.2.2: exactly the limit passes',
      [{ op: 1, rsv: 4, body: deflated(Buffer.alloc(128 << 10, 0x61)) }],
      ['a'.repeat(128 << 10)],
    ],
    [
      '7692 7.2.2: one byte over the limit does not',
      [{ op: 1, rsv: 4, body: deflated(Buffer.alloc((128 << 10) + 1, 0x61)) }],
      1009,
    ],
  ];
  it('has 17 rows', () => expect(rows.length).toBe(17));
  for (const [name, send, outcome] of rows) {
    it(name, async () => {
      const bytes = send.map((spec) => frame(spec));
      if (typeof outcome !== 'number') bytes.push(bye);
      const { frames } = await exchange(server.port, offer(), [Buffer.concat(bytes)]);
      if (typeof outcome === 'number') return expect(closeCode(frames)).toBe(outcome);
      expect(closeCode(frames)).toBe(1000);
      return expect(texts(frames, 15)).toEqual(outcome);
    });
  }

  for (const [name, params, bits] of [
    ['7692 7.1.1.1: answers refer to earlier ones where they may', '', 15],
    ['7692 7.1.1.1: answers stand alone without takeover', '; server_no_context_takeover', 15],
    ['7692 7.1.2.1: answers keep to a window of 512 bytes', '; server_max_window_bits=9', 9],
  ] as const) {
    it(name, async () => {
      const words = Array.from({ length: 400 }, (_, i) => `word${(i * 7919) % 1000}`).join(' ');
      const sent = [words, words, `${words} and more`].map((body) => frame({ op: 1, body }));
      const { frames } = await exchange(server.port, offer(params), [Buffer.concat([...sent, bye])]);
      expect(frames.slice(0, 3).every((seen) => (seen.rsv & 4) === 4)).toBe(true);
      const alone = params.includes('no_context');
      expect(texts(frames, bits, alone)).toEqual([words, words, `${words} and more`]);
      if (bits === 15 && !alone) expect(frames[1]!.payload.length).toBeLessThan(frames[0]!.payload.length / 5);
    });
  }

  it('7692 7.1.1: a long conversation stays in step, window sliding', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `${i}:`.repeat(1500));
    const sent = lines.map((body) => frame({ op: 1, body }));
    const { frames } = await exchange(server.port, offer(), [Buffer.concat([...sent, bye])]);
    expect(texts(frames, 15)).toEqual(lines);
  });
});

function deflated(body: Buffer | string): Buffer {
  const out = deflateRawSync(body, { finishFlush: constants.Z_SYNC_FLUSH });
  return out.subarray(0, -4);
}

function closeCode(frames: readonly Seen[]): number {
  expect(frames.at(-1)?.opcode).toBe(8);
  return frames.at(-1)!.payload.readUInt16BE(0);
}

/** The messages before the close frame, decompressed by one zlib stream over all of them unless each stands alone. */
function texts(frames: readonly Seen[], windowBits: number, alone = false): string[] {
  let before = Buffer.alloc(0);
  const found: string[] = [];
  let parts: Buffer[] = [];
  let compressed = false;
  for (const seen of frames) {
    if (seen.opcode === 8) break;
    if (seen.opcode !== 0) compressed = (seen.rsv & 4) !== 0;
    parts.push(seen.payload);
    if (!seen.fin) continue;
    const whole = Buffer.concat(parts);
    parts = [];
    if (!compressed) {
      found.push(whole.toString());
      continue;
    }
    const input = Buffer.concat([alone ? Buffer.alloc(0) : before, whole, Buffer.from('0000ffff', 'hex')]);
    const out = inflateRawSync(input, { finishFlush: constants.Z_SYNC_FLUSH, windowBits });
    const earlier =
      alone || before.length === 0 ? 0 : inflateRawSync(before, { finishFlush: constants.Z_SYNC_FLUSH }).length;
    found.push(out.subarray(earlier).toString());
    before = input;
  }
  return found;
}
