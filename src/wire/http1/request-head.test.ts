import { describe, expect, it } from 'vitest';
import type { Flaw } from './flaws.ts';
import { RequestHead } from './request-head.ts';

const limits = { headerBytes: 400 };
const host = 'Host: a.test\r\n';
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

interface Read {
  readonly at: number;
  readonly flaw: Flaw | null;
  readonly head: Partial<RequestHead> | null;
}

/** Reads a head whose bytes come in pieces of `size`. */
function read(text: string, size = text.length): Read {
  const head = new RequestHead(limits);
  const all = bytes(text);
  for (let end = size; ; end += size) {
    const at = head.read(all.subarray(0, end), 0);
    if (at === 0 && end < all.length) continue;
    const { method, target, version, fields, length, persists, upgrades, expects } = head;
    const said = at > 0 ? { method, target, version, fields, length, persists, upgrades, expects } : null;
    return { at, flaw: head.flaw, head: said };
  }
}

const plain = {
  method: 'GET',
  target: '/',
  version: '1.1',
  fields: ['Host', 'a.test'],
  length: 0,
  persists: true,
  upgrades: false,
  expects: null,
};
type Good = readonly [says: string, text: string, wanted: Partial<RequestHead>];
const with_ = (more: string): string => `GET / HTTP/1.1\r\n${host}${more}\r\n`;
const good: readonly Good[] = [
  ['a plain GET', with_(''), {}],
  ['a GET after an empty line', `\r\n${with_('')}`, {}],
  ['no fields at all', 'GET / HTTP/1.1\r\n\r\n', { fields: [] }],
  [
    'names and values as they came',
    with_('x-ONE:\t a  b \t\r\nX-one:\r\n'),
    { fields: ['Host', 'a.test', 'x-ONE', 'a  b', 'X-one', ''] },
  ],
  ['obs-text in a value', with_('X: caf\xe9\r\n'), { fields: ['Host', 'a.test', 'X', 'caf\xe9'] }],
  [
    'another method and a query',
    'M-SEARCH /a?b=%20 HTTP/1.1\r\n\r\n',
    { method: 'M-SEARCH', target: '/a?b=%20', fields: [] },
  ],
  ['absolute form', 'GET http://a.test/b HTTP/1.1\r\n\r\n', { target: 'http://a.test/b', fields: [] }],
  ['asterisk form', 'OPTIONS * HTTP/1.1\r\n\r\n', { method: 'OPTIONS', target: '*', fields: [] }],
  ['authority form', 'CONNECT a.test:443 HTTP/1.1\r\n\r\n', { method: 'CONNECT', target: 'a.test:443', fields: [] }],
  ['a length', with_('Content-Length: 0012\r\n'), { length: 12 }],
  ['chunks', with_('Transfer-Encoding: Chunked\r\n'), { length: -1 }],
  ['close', with_('Connection: foo, Close\r\n'), { persists: false }],
  ['close beside keep-alive', with_('Connection: keep-alive\r\nConnection: close\r\n'), { persists: false }],
  ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', { version: '1.0', persists: false, fields: [] }],
  ['HTTP/1.0 that stays', 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', { version: '1.0', persists: true }],
  ['HTTP/0.9', 'GET /\r\n\r\n', { version: '0.9', persists: false, fields: [] }],
  ['HTTP/2.0 spelled out', 'GET / HTTP/2.0\r\n\r\n', { version: '2.0', persists: false, fields: [] }],
  ['an upgrade', with_('Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n'), { upgrades: true }],
  ['an upgrade that Connection does not know', with_('Upgrade: websocket\r\n'), { upgrades: false }],
  ['an expectation', with_('Expect: 100-continue\r\n'), { expects: '100-continue' }],
  ['an expectation in HTTP/1.0', 'GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n', { version: '1.0', persists: false }],
];

const bad: readonly (readonly [says: string, text: string, flaw: Flaw])[] = [
  ['no blank', 'GET\r\n\r\n', 'request-line'],
  ['two blanks', 'GET  / HTTP/1.1\r\n\r\n', 'request-line'],
  ['a blank behind', 'GET / HTTP/1.1 \r\n\r\n', 'request-line'],
  ['an unknown method', 'FROB / HTTP/1.1\r\n\r\n', 'method'],
  ['a lower-case method', 'get / HTTP/1.1\r\n\r\n', 'method'],
  ['a target without a slash', 'GET admin HTTP/1.1\r\n\r\n', 'target'],
  ['an asterisk that is not for OPTIONS', 'GET * HTTP/1.1\r\n\r\n', 'target'],
  ['version 1.2', 'GET / HTTP/1.2\r\n\r\n', 'version'],
  ['http in lower case', 'GET / http/1.1\r\n\r\n', 'version'],
  ['bare LF', 'GET / HTTP/1.1\n\r\n', 'line-end'],
  ['bare LF after a field', `GET / HTTP/1.1\r\n${host}X: y\n\r\n`, 'line-end'],
  ['bare CR in a value', with_('X: a\rb\r\n'), 'line-end'],
  ['bare CR behind the target', 'GET /\rX HTTP/1.1\r\n\r\n', 'line-end'],
  ['NUL in the target', 'GET /\0 HTTP/1.1\r\n\r\n', 'character'],
  ['NUL in a value', with_('X: \0\r\n'), 'character'],
  ['DEL in a value', with_('X: \x7f\r\n'), 'character'],
  ['a TLS greeting', '\x16\x03\x01\x02\x00', 'character'],
  ['a fold', with_('X: a\r\n b\r\n'), 'fold'],
  ['a blank before the colon', with_('X : a\r\n'), 'field-name'],
  ['no colon', with_('X\r\n'), 'field-name'],
  ['no name', with_(': a\r\n'), 'field-name'],
  ['a byte above 127 in a name', with_('X\xe9: a\r\n'), 'field-name'],
  ['two lengths', with_('Content-Length: 1\r\nContent-Length: 1\r\n'), 'content-length'],
  ['a list of lengths', with_('Content-Length: 1, 1\r\n'), 'content-length'],
  ['an empty length', with_('Content-Length:\r\n'), 'content-length'],
  ['a length of sixteen digits', with_('Content-Length: 1000000000000000\r\n'), 'content-length'],
  ['gzip, chunked', with_('Transfer-Encoding: gzip, chunked\r\n'), 'transfer-encoding'],
  ['chunked twice', with_('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'), 'transfer-encoding'],
  ['chunks in HTTP/1.0', 'GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 'transfer-encoding'],
  ['both framings', with_('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'), 'two-framings'],
  ['a head that is too long', with_(`X: ${'a'.repeat(400)}\r\n`), 'head-too-long'],
  ['a line that never ends', `GET /${'a'.repeat(400)}`, 'head-too-long'],
];

describe('the head of a request', () => {
  it('has rows enough to mean something', () => {
    expect(good.length).toBeGreaterThanOrEqual(20);
    expect(bad.length).toBeGreaterThanOrEqual(30);
  });

  it.each(good)('reads %s', (_, text, wanted) => {
    const { at, head, flaw } = read(`${text}body`);
    expect([at, flaw]).toEqual([text.length, null]);
    const { fields = head?.fields, ...others } = wanted;
    expect(head).toEqual({ ...plain, ...others, fields });
  });

  it.each(bad)('refuses %s', (_, text, flaw) => {
    expect(read(text)).toEqual({ at: -1, flaw, head: null });
  });

  it.each([...good, ...bad].map(([says, text]): [string, string] => [says, text]))(
    'says the same however it is cut: %s',
    (_, text) => {
      const whole = read(text);
      for (const size of [1, 2, 3, 5, 7]) expect(read(text, size)).toEqual(whole);
    },
  );

  it('waits for the rest, and reads the next head where the last ended', () => {
    const head = new RequestHead(limits);
    const two = bytes(with_('') + with_('X: y\r\n'));
    const first = head.read(two, 0);
    expect(two.toString('latin1', first)).toBe(with_('X: y\r\n'));
    expect(head.read(two.subarray(0, first + 9), first)).toBe(0);
    expect(head.read(two, first)).toBe(two.length);
    expect(head.fields).toEqual(['Host', 'a.test', 'X', 'y']);
  });
});
