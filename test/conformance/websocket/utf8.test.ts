import { afterAll, beforeAll, describe } from 'vitest';

import { echoServer, type EchoServer } from './harness.ts';
import { runRows, type Row } from './runner.ts';

let server: EchoServer;
beforeAll(async () => {
  server = await echoServer();
});
afterAll(() => server.stop());

const good: readonly (readonly [string, string])[] = [
  ['ASCII', '48656c6c6f'],
  ['two bytes, least', 'c280'],
  ['two bytes, greatest', 'dfbf'],
  ['three bytes, least', 'e0a080'],
  ['three bytes, before the surrogates', 'ed9fbf'],
  ['three bytes, after the surrogates', 'ee8080'],
  ['three bytes, greatest', 'efbfbf'],
  ['a non-character', 'efbfbe'],
  ['the replacement character', 'efbfbd'],
  ['a byte order mark', 'efbbbf'],
  ['four bytes, least', 'f0908080'],
  ['four bytes, greatest', 'f48fbfbf'],
  ['a NUL', '00'],
  ['Greek', 'cebae1bdb9cf83cebcceb5'],
  ['an emoji in a sentence', '68c3a920f09f9880'],
];

const bad: readonly (readonly [string, string])[] = [
  ['a lone continuation byte', '80'],
  ['another lone continuation byte', 'bf'],
  ['a continuation byte after ASCII', '6180'],
  ['overlong two bytes of NUL', 'c080'],
  ['overlong two bytes, greatest', 'c1bf'],
  ['overlong three bytes of NUL', 'e08080'],
  ['overlong three bytes of a slash', 'e080af'],
  ['overlong three bytes, greatest', 'e09fbf'],
  ['overlong four bytes, least', 'f0808080'],
  ['overlong four bytes, greatest', 'f08fbfbf'],
  ['the first surrogate', 'eda080'],
  ['the last high surrogate', 'edafbf'],
  ['the first low surrogate', 'edb080'],
  ['the last surrogate', 'edbfbf'],
  ['a surrogate pair', 'eda080edb080'],
  ['just above U+10FFFF', 'f4908080'],
  ['a lead byte of F5', 'f5808080'],
  ['five bytes', 'f888808080'],
  ['six bytes', 'fc8480808080'],
  ['FE', 'fe'],
  ['FF', 'ff'],
  ['a lead byte followed by ASCII', 'c361'],
  ['a three-byte lead followed by two leads', 'e2c3c3'],
  ['a four-byte character with a broken third byte', 'f09f2880'],
  ['Greek, then a surrogate, then ASCII', 'cebae1bdb9cf83cebcceb5eda080656469746564'],
];

const cutOff: readonly (readonly [string, string])[] = [
  ['one byte of two', 'c3'],
  ['one byte of three', 'e2'],
  ['two bytes of three', 'e282'],
  ['three bytes of four', 'f09f98'],
  ['text, then one byte of two', '616263c3'],
];

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const halves = (body: Buffer): [Buffer, Buffer] => {
  const middle = Math.ceil(body.length / 2);
  return [body.subarray(0, middle), body.subarray(middle)];
};

const whole: Row[] = [
  ...good.map(([name, hex]) => ({
    name: `3629 3: ${name}`,
    send: [{ op: 1, body: bytes(hex) }],
    back: [`text:${bytes(hex).toString('utf8')}`],
  })),
  ...bad.map(([name, hex]) => ({
    name: `6455 8.1: ${name} (${hex})`,
    send: [{ op: 1, body: bytes(hex) }],
    close: 1007,
  })),
  ...cutOff.map(([name, hex]) => ({
    name: `6455 8.1: a message ends after ${name}`,
    send: [{ op: 1, body: bytes(hex) }],
    close: 1007,
  })),
  { name: '6455 5.6: binary is not judged as text', send: [{ op: 2, body: bytes('ff80c0') }], back: ['binary:ff80c0'] },
];

const split: Row[] = [
  ...good
    .filter(([, hex]) => hex.length > 2)
    .map(([name, hex]) => {
      const [a, b] = halves(bytes(hex));
      const send = [
        { op: 1, body: a, fin: false },
        { op: 0, body: b },
      ];
      return { name: `6455 5.6: ${name} split over fragments`, send, back: [`text:${bytes(hex).toString('utf8')}`] };
    }),
  ...good
    .filter(([, hex]) => hex.length > 2)
    .map(([name, hex]) => ({
      name: `6455 5.6: ${name} byte by byte`,
      send: [{ op: 1, body: bytes(hex) }],
      back: [`text:${bytes(hex).toString('utf8')}`],
      cut: 1,
    })),
  ...cutOff.map(([name, hex]) => ({
    name: `6455 8.1: the last fragment ends after ${name}`,
    send: [
      { op: 1, body: 'ok', fin: false },
      { op: 0, body: bytes(hex) },
    ],
    close: 1007,
  })),
];

// The rest of the message is never sent: the answer must come from what is there.
const failFast: Row[] = [
  ...bad
    .filter(([, hex]) => hex.length > 2)
    .map(([name, hex]) => ({
      name: `6455 8.1: ${name}, refused before the message is whole`,
      send: [{ op: 1, body: Buffer.concat([bytes(hex), Buffer.alloc(8, 0x61)]), fin: false }],
      close: 1007,
    })),
  ...['f4', 'ed', 'e0'].map((lead) => ({
    name: `6455 8.1: ${lead} in one fragment and a forbidden second byte in the next`,
    send: [
      { op: 1, body: bytes(lead), fin: false },
      { op: 0, body: bytes(lead === 'f4' ? '90' : lead === 'ed' ? 'a0' : '80'), fin: false },
    ],
    close: 1007,
  })),
  {
    name: '6455 8.1: a wrong byte in the middle of an unfinished frame',
    send: [{ op: 1, body: Buffer.concat([Buffer.from('start '), bytes('c328')]), says: 5000 }],
    close: 1007,
  },
  {
    name: '6455 8.1: a wrong byte in an unfinished frame, byte by byte',
    send: [{ op: 1, body: Buffer.concat([Buffer.from('start '), bytes('edb0')]), says: 5000 }],
    close: 1007,
    cut: 1,
  },
];

describe('UTF-8 in whole messages', () => runRows(() => server, whole, 46));
describe('UTF-8 over fragments and pieces', () => runRows(() => server, split, 33));
describe('UTF-8 refused at once', () => runRows(() => server, failFast, 26));
