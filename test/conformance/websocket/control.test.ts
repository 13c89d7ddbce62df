import { afterAll, beforeAll, describe } from 'vitest';

import { closeBody, echoServer, type EchoServer, type FrameSpec } from './harness.ts';
import { runRows, type Row } from './runner.ts';

let server: EchoServer;
beforeAll(async () => {
  server = await echoServer();
});
afterAll(() => server.stop());

const ping = (body: Buffer | string = ''): FrameSpec => ({ op: 9, body });
const pong = (body: Buffer | string = ''): FrameSpec => ({ op: 10, body });
const text = (body: string): FrameSpec => ({ op: 1, body });
const hexOf = (body: string): string => Buffer.from(body).toString('hex');
const full = Buffer.alloc(125, 0xfe);

const pings: Row[] = [
  { name: '6455 5.5.2: an empty ping', send: [ping()], back: ['pong:'] },
  { name: '6455 5.5.3: a pong says the same', send: [ping('Hello, world!')], back: [`pong:${hexOf('Hello, world!')}`] },
  {
    name: '6455 5.5.2: a binary payload',
    send: [ping(Buffer.from('00fffefdfcfb00ff', 'hex'))],
    back: ['pong:00fffefdfcfb00ff'],
  },
  { name: '6455 5.5: 125 bytes in a ping', send: [ping(full)], back: [`pong:${full.toString('hex')}`] },
  { name: '6455 5.5: 126 bytes in a ping', send: [ping(Buffer.alloc(126, 1))], close: 1002 },
  { name: '6455 5.5: 65536 bytes in a ping', send: [ping(Buffer.alloc(65536, 1))], close: 1002 },
  { name: '6455 5.5: 125 bytes, byte by byte', send: [ping(full)], back: [`pong:${full.toString('hex')}`], cut: 1 },
  { name: '6455 5.5: a ping of 126 bytes said in 16 bits', send: [{ op: 9, body: 'x', form: 126 }], close: 1002 },
  { name: '6455 5.5.3: an unasked empty pong', send: [pong()] },
  { name: '6455 5.5.3: an unasked pong with a payload', send: [pong('unasked')] },
  { name: '6455 5.5: 126 bytes in a pong', send: [pong(Buffer.alloc(126, 1))], close: 1002 },
  { name: '6455 5.5.3: an unasked pong, then a ping', send: [pong('x'), ping('y')], back: [`pong:${hexOf('y')}`] },
  {
    name: '6455 5.5.3: ten pings are answered in order',
    send: Array.from({ length: 10 }, (_, i) => ping(`${i}`)),
    back: Array.from({ length: 10 }, (_, i) => `pong:${hexOf(`${i}`)}`),
  },
  {
    name: '6455 5.5.3: ten pings, byte by byte',
    send: Array.from({ length: 10 }, (_, i) => ping(`p${i}`)),
    back: Array.from({ length: 10 }, (_, i) => `pong:${hexOf(`p${i}`)}`),
    cut: 1,
  },
  {
    name: '6455 5.5: a fragmented ping',
    send: [
      { op: 9, body: 'a', fin: false },
      { op: 0, body: 'b' },
    ],
    close: 1002,
  },
  { name: '6455 5.5: a fragmented pong', send: [{ op: 10, body: 'a', fin: false }], close: 1002 },
  { name: '6455 5.5: a fragmented close', send: [{ op: 8, body: closeBody(1000), fin: false }], close: 1002 },
  {
    name: '6455 5.5.2: a ping between messages',
    send: [text('a'), ping('p'), text('b')],
    back: ['text:a', 'pong:70', 'text:b'],
  },
  {
    name: '6455 5.5.2: messages, pings and pongs in one piece',
    send: [ping('1'), text('x'), pong('2'), ping('3'), text('y')],
    back: ['pong:31', 'text:x', 'pong:33', 'text:y'],
  },
];

const closes: Row[] = [
  { name: '6455 5.5.1: an empty close', send: [{ op: 8 }], close: 'none' },
  { name: '6455 5.5.1: a close body of one byte', send: [{ op: 8, body: 'x' }], close: 1002 },
  { name: '6455 5.5.1: a code without a reason', send: [{ op: 8, body: closeBody(1000) }], close: 1000 },
  { name: '6455 5.5.1: a code with a reason', send: [{ op: 8, body: closeBody(1000, 'bye') }], close: 1000 },
  { name: '6455 5.5.1: a reason of 123 bytes', send: [{ op: 8, body: closeBody(1000, '*'.repeat(123)) }], close: 1000 },
  { name: '6455 5.5: a reason of 124 bytes', send: [{ op: 8, body: closeBody(1000, '*'.repeat(124)) }], close: 1002 },
  { name: '6455 5.5.1: a reason in Greek', send: [{ op: 8, body: closeBody(1000, 'αντίο') }], close: 1000 },
  {
    name: '6455 5.5.1: a reason that is no UTF-8',
    send: [{ op: 8, body: closeBody(1000, Buffer.from('c328', 'hex')) }],
    close: 1007,
  },
  {
    name: '6455 5.5.1: a reason cut inside a character',
    send: [{ op: 8, body: closeBody(1000, Buffer.from('e282', 'hex')) }],
    close: 1007,
  },
  {
    name: '6455 5.5.1: a surrogate in the reason',
    send: [{ op: 8, body: closeBody(1000, Buffer.from('eda080', 'hex')) }],
    close: 1007,
  },
  {
    name: '6455 7.1.5: a message, then a close',
    send: [text('last'), { op: 8, body: closeBody(1000) }],
    back: ['text:last'],
    close: 1000,
  },
  {
    name: '6455 5.5.1: nothing after a close is heard: text',
    send: [{ op: 8, body: closeBody(1000) }, text('late')],
    close: 1000,
  },
  {
    name: '6455 5.5.1: nothing after a close is heard: ping',
    send: [{ op: 8, body: closeBody(1000) }, ping('late')],
    close: 1000,
  },
  {
    name: '6455 5.5.1: a second close is not answered',
    send: [
      { op: 8, body: closeBody(1000) },
      { op: 8, body: closeBody(1001) },
    ],
    close: 1000,
  },
  {
    name: '6455 5.5.1: rubbish after a close is not judged',
    send: [
      { op: 8, body: closeBody(1000) },
      { op: 7, rsv: 7 },
    ],
    close: 1000,
  },
  {
    name: '6455 5.4: a close within a fragmented message ends it',
    send: [
      { op: 1, body: 'half', fin: false },
      { op: 8, body: closeBody(1000) },
      { op: 0, body: 'other half' },
    ],
    close: 1000,
  },
  { name: '6455 5.5.1: a close, byte by byte', send: [{ op: 8, body: closeBody(1000, 'slow') }], close: 1000, cut: 1 },
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map((code) => ({
    name: `6455 7.4: close code ${code} may be sent`,
    send: [{ op: 8, body: closeBody(code) }],
    close: code,
  })),
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map((code) => ({
    name: `6455 7.4: close code ${code} may not be sent`,
    send: [{ op: 8, body: closeBody(code) }],
    close: 1002,
  })),
];

const fragments: Row[] = [
  { name: '6455 5.4: two fragments', send: [part('frag', 1), last('ment')], back: ['text:fragment'] },
  {
    name: '6455 5.4: two fragments, byte by byte',
    send: [part('frag', 1), last('ment')],
    back: ['text:fragment'],
    cut: 1,
  },
  { name: '6455 5.4: binary fragments', send: [part(Buffer.of(1, 2), 2), last(Buffer.of(3))], back: ['binary:010203'] },
  { name: '6455 5.4: empty fragments', send: [part('', 1), part('', 0), last('')], back: ['text:'] },
  { name: '6455 5.4: an empty first fragment', send: [part('', 1), last('x')], back: ['text:x'] },
  { name: '6455 5.4: an empty last fragment', send: [part('x', 1), last('')], back: ['text:x'] },
  {
    name: '6455 5.4: a ping between fragments',
    send: [part('a', 1), ping('p'), last('b')],
    back: ['pong:70', 'text:ab'],
  },
  {
    name: '6455 5.4: a ping between fragments, byte by byte',
    send: [part('a', 1), ping('p'), last('b')],
    back: ['pong:70', 'text:ab'],
    cut: 1,
  },
  { name: '6455 5.4: a pong between fragments', send: [part('a', 1), pong('p'), last('b')], back: ['text:ab'] },
  {
    name: '6455 5.4: two fragmented messages with pings in each',
    send: [part('a', 1), ping('1'), last('b'), part('c', 1), ping('2'), last('d')],
    back: ['pong:31', 'text:ab', 'pong:32', 'text:cd'],
  },
  { name: '6455 5.4: a last continuation of nothing', send: [last('x')], close: 1002 },
  { name: '6455 5.4: a continuation of nothing', send: [part('x', 0)], close: 1002 },
  { name: '6455 5.4: a continuation of nothing, byte by byte', send: [part('x', 0)], close: 1002, cut: 1 },
  {
    name: '6455 5.4: a continuation after a whole message',
    send: [text('a'), last('b')],
    back: ['text:a'],
    close: 1002,
  },
  {
    name: '6455 5.4: a continuation after a finished message',
    send: [part('a', 1), last('b'), last('c')],
    back: ['text:ab'],
    close: 1002,
  },
  { name: '6455 5.4: a text within a text', send: [part('a', 1), text('b')], close: 1002 },
  { name: '6455 5.4: a binary within a text', send: [part('a', 1), { op: 2, body: 'b' }], close: 1002 },
  { name: '6455 5.4: a fragmented text within a text', send: [part('a', 1), part('b', 1)], close: 1002 },
  { name: '6455 5.4: a text within a binary', send: [part('a', 2), text('b')], close: 1002 },
  {
    name: '6455 5.4: a hundred fragments',
    send: [part('0', 1), ...Array.from({ length: 98 }, () => part('x', 0)), last('9')],
    back: [`text:0${'x'.repeat(98)}9`],
  },
  {
    name: '6455 5.3: fragments with different keys',
    send: [
      { ...part('ab', 1), key: [1, 2, 3, 4] },
      { ...last('cd'), key: [9, 8, 7, 6] },
    ],
    back: ['text:abcd'],
  },
  ...[2, 3, 5, 11].map((cut) => ({
    name: `6455 5.4: three fragments in pieces of ${cut}`,
    send: [part('one ', 1), part('two ', 0), last('three')],
    back: ['text:one two three'],
    cut,
  })),
];
function part(body: Buffer | string, op: number): FrameSpec {
  return { op, body, fin: false };
}
function last(body: Buffer | string): FrameSpec {
  return { op: 0, body };
}

describe('ping and pong', () => runRows(() => server, pings, 19));
describe('close', () => runRows(() => server, closes, 46));
describe('fragmentation', () => runRows(() => server, fragments, 25));
