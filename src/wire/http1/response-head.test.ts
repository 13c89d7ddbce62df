import { describe, expect, it } from 'vitest';
import { ResponseHead } from './response-head.ts';

const date = 'Date: today\r\n';
const writer = new ResponseHead({
  phrases: { 200: 'OK', 204: 'No Content', 304: 'Not Modified' },
  keepAliveSeconds: 5,
});
const get = { method: 'GET', version: '1.1', persists: true };
const staying = 'Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n';
const closing = 'Connection: close\r\n\r\n';

describe('the head of a response', () => {
  it.each<[string, Parameters<ResponseHead['write']>, string, string]>([
    [
      'a body of known length',
      [200, ['X', 'y'], 3, get, date],
      `HTTP/1.1 200 OK\r\nX: y\r\n${date}Content-Length: 3\r\n${staying}`,
      'length',
    ],
    ['no body', [200, [], 0, get, date], `HTTP/1.1 200 OK\r\n${date}Content-Length: 0\r\n${staying}`, 'length'],
    [
      'a body that flows',
      [200, [], null, get, date],
      `HTTP/1.1 200 OK\r\n${date}Transfer-Encoding: chunked\r\n${staying}`,
      'chunked',
    ],
    [
      'a body that flows, with a length',
      [200, ['content-length', '7'], null, get, date],
      `HTTP/1.1 200 OK\r\n${date}Content-Length: 7\r\n${staying}`,
      'length',
    ],
    [
      'a length that is not true',
      [200, ['Content-Length', '7'], 3, get, date],
      `HTTP/1.1 200 OK\r\n${date}Content-Length: 3\r\n${staying}`,
      'length',
    ],
    [
      'a body that flows to HTTP/1.0',
      [200, [], null, { ...get, version: '1.0' }, date],
      `HTTP/1.1 200 OK\r\n${date}${closing}`,
      'close',
    ],
    [
      'a date of its own',
      [200, ['date', 'x'], 0, get, date],
      `HTTP/1.1 200 OK\r\ndate: x\r\nContent-Length: 0\r\n${staying}`,
      'length',
    ],
    ['204', [204, ['Content-Length', '0'], 0, get, date], `HTTP/1.1 204 No Content\r\n${date}${staying}`, 'none'],
    [
      '304 with the length of a 200',
      [304, ['Content-Length', '9'], 0, get, date],
      `HTTP/1.1 304 Not Modified\r\n${date}Content-Length: 9\r\n${staying}`,
      'none',
    ],
    [
      'HEAD',
      [200, ['Content-Length', '9'], 0, { ...get, method: 'HEAD' }, date],
      `HTTP/1.1 200 OK\r\n${date}Content-Length: 9\r\n${staying}`,
      'none',
    ],
    [
      'HEAD, nobody knows the length',
      [200, [], null, { ...get, method: 'HEAD' }, date],
      `HTTP/1.1 200 OK\r\n${date}${staying}`,
      'none',
    ],
    [
      'the last answer',
      [200, [], 0, { ...get, persists: false }, date],
      `HTTP/1.1 200 OK\r\n${date}Content-Length: 0\r\n${closing}`,
      'length',
    ],
    [
      'an answer that wants to be the last',
      [200, ['Connection', 'close'], 0, get, date],
      `HTTP/1.1 200 OK\r\n${date}Content-Length: 0\r\n${closing}`,
      'length',
    ],
    [
      'fields about the connection',
      [200, ['keep-alive', 'x', 'Transfer-Encoding', 'gzip'], 0, get, date],
      `HTTP/1.1 200 OK\r\n${date}Content-Length: 0\r\n${staying}`,
      'length',
    ],
    [
      'an offer to upgrade',
      [299, ['Upgrade', 'x', 'Connection', 'Upgrade'], 0, get, date],
      `HTTP/1.1 299 Status\r\nUpgrade: x\r\n${date}Content-Length: 0\r\nConnection: Upgrade\r\n\r\n`,
      'length',
    ],
    [
      'an offer to upgrade and the end',
      [200, ['Connection', 'Upgrade, close'], 0, get, date],
      `HTTP/1.1 200 OK\r\n${date}Content-Length: 0\r\nConnection: Upgrade, close\r\n\r\n`,
      'length',
    ],
  ])('%s', (_, given, text, framing) => {
    expect(writer.write(...given)).toBe(text);
    expect(writer.framing).toBe(framing);
    expect(writer.persists).toBe(!/close/.test(text));
  });

  it.each([
    ['a line break in a value', ['X', 'a\r\nY: b']],
    ['a line break in a name', ['X: a\r\nY', 'b']],
    ['NUL', ['X', '\0']],
    ['a character of more than one byte', ['X', '\u0159']],
    ['an empty name', ['', 'x']],
  ])('refuses %s', (_, fields) => {
    expect(() => writer.write(200, fields, 0, get, date)).toThrow(TypeError);
  });

  it.each([99, 1000, 200.5])('refuses the status %s', (status) => {
    expect(() => writer.write(status, [], 0, get, date)).toThrow(RangeError);
  });
});
