import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edge, everythingTo, type Edge } from '../support/edge.ts';
import { recordingOrigin, type RecordingOrigin } from '../support/origin.ts';
import { speak } from '../support/wire.ts';

/**
 * Bytes on a socket, what comes back, and how many requests the origin saw come whole. A status of 0 stands for a
 * connection closed without a word.
 */
type Row = readonly [says: string, bytes: string | readonly string[], statuses: readonly number[], atOrigin?: number];

const host = 'Host: edge.test\r\n';
const get = (path: string): string => `GET ${path} HTTP/1.1\r\n${host}\r\n`;
const post = (fields: string, body: string): string => `POST /in HTTP/1.1\r\n${host}${fields}\r\n${body}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked\r\n', body);
/** What a smuggled request would look like: if it reached the origin, the count would say so. */
const smuggled = `GET /smuggled HTTP/1.1\r\n${host}\r\n`;

const rows: readonly Row[] = [
  // Legal neighbours: as good as they look.
  ['a plain GET', get('/'), [200], 1],
  ['a GET with a query', get('/a?b=c&d=%20'), [200], 1],
  ['a POST with a length', post('Content-Length: 3\r\n', 'abc'), [200], 1],
  ['a POST with blanks around its length', post('Content-Length:  3 \r\n', 'abc'), [200], 1],
  ['a POST in chunks', chunked('3\r\nabc\r\n0\r\n\r\n'), [200], 1],
  ['a POST in chunks with upper-case hex and zeros', chunked('0000A\r\n0123456789\r\n00\r\n\r\n'), [200], 1],
  ['a chunk with an extension', chunked('3;name=value\r\nabc\r\n0\r\n\r\n'), [200], 1],
  ['chunks with a trailer', chunked('3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n'), [200], 1],
  ['Transfer-Encoding in capitals', post('Transfer-Encoding: CHUNKED\r\n', '3\r\nabc\r\n0\r\n\r\n'), [200], 1],
  ['an empty line before the request', `\r\n${get('/')}`, [200], 1],
  ['two requests in one packet', get('/1') + get('/2'), [200, 200], 2],
  ['a body and a request behind it', post('Content-Length: 3\r\n', 'abc') + get('/2'), [200, 200], 2],
  ['chunks and a request behind them', chunked('3\r\nabc\r\n0\r\n\r\n') + get('/2'), [200, 200], 2],
  ['a request in many small packets', get('/slow').split(/(?<=[ :])/), [200], 1],
  ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', [200], 1],
  ['Expect: 100-continue', post('Content-Length: 3\r\nExpect: 100-continue\r\n', 'abc'), [100, 200], 1],
  ['a GET with a body', `GET / HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`, [200], 1],
  ['a request after Connection: close', `GET /1 HTTP/1.1\r\n${host}Connection: close\r\n\r\n${smuggled}`, [200], 1],
  ['bytes above 127 in a value', `GET / HTTP/1.1\r\n${host}X-Name: caf\xe9\r\n\r\n`, [200], 1],

  // The request line.
  ['no request line at all', 'hello\r\n\r\n', [400]],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
  ['a blank before the method', ` ${get('/')}`, [400]],
  ['a tab for a blank', `GET\t/ HTTP/1.1\r\n${host}\r\n`, [400]],
  ['a blank after the version', `GET / HTTP/1.1 \r\n${host}\r\n`, [400]],
  ['a blank in the target', `GET /a b HTTP/1.1\r\n${host}\r\n`, [400]],
  ['a method in lower case', `get / HTTP/1.1\r\n${host}\r\n`, [400]],
  ['a method nobody knows', `FROB / HTTP/1.1\r\n${host}\r\n`, [400]],
  ['an empty method', ` / HTTP/1.1\r\n${host}\r\n`, [400]],
  ['no target', `GET HTTP/1.1\r\n${host}\r\n`, [400]],
  ['HTTP in lower case', `GET / http/1.1\r\n${host}\r\n`, [400]],
  ['version 1.2', `GET / HTTP/1.2\r\n${host}\r\n`, [400]],
  ['version 2.0 on HTTP/1', `GET / HTTP/2.0\r\n${host}\r\n`, [505]],
  ['version 0.9 spelled out', `GET / HTTP/0.9\r\n${host}\r\n`, [505]],
  ['HTTP/0.9', 'GET /\r\n\r\n', [505]],
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  ['CONNECT', 'CONNECT edge.test:443 HTTP/1.1\r\nHost: edge.test:443\r\n\r\n', [405]],
  [
    'CONNECT and a request behind it',
    `CONNECT edge.test:443 HTTP/1.1\r\nHost: edge.test:443\r\n\r\n${smuggled}`,
    [405],
  ],
  ['TRACE', `TRACE / HTTP/1.1\r\n${host}\r\n`, [405]],

  // Line ends, blanks and characters of the header.
  ['bare LF after the request line', `GET / HTTP/1.1\n${host}\r\n`, [400]],
  ['bare LF after a field', `GET / HTTP/1.1\r\nHost: edge.test\nX: y\r\n\r\n`, [400]],
  ['bare LF for the empty line', `GET / HTTP/1.1\r\n${host}\n`, [400]],
  ['bare LF all over', 'GET / HTTP/1.1\nHost: edge.test\n\n', [400]],
  ['bare CR after a field', `GET / HTTP/1.1\r\nHost: edge.test\rX: y\r\n\r\n`, [400]],
  ['bare CR in a value', `GET / HTTP/1.1\r\n${host}X: a\rb\r\n\r\n`, [400]],
  ['obs-fold with a blank', `GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`, [400]],
  ['obs-fold with a tab', `GET / HTTP/1.1\r\n${host}X: a\r\n\tb\r\n\r\n`, [400]],
  ['obs-fold of the first field', `GET / HTTP/1.1\r\n X: a\r\n${host}\r\n`, [400]],
  ['obs-fold in Transfer-Encoding', post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['a blank before the colon', `GET / HTTP/1.1\r\n${host}X : a\r\n\r\n`, [400]],
  ['a line without a colon', `GET / HTTP/1.1\r\n${host}X\r\n\r\n`, [400]],
  ['a field without a name', `GET / HTTP/1.1\r\n${host}: a\r\n\r\n`, [400]],
  ['a bracket in a name', `GET / HTTP/1.1\r\n${host}X(y): a\r\n\r\n`, [400]],
  ['a byte above 127 in a name', `GET / HTTP/1.1\r\n${host}X\xe9: a\r\n\r\n`, [400]],
  ['NUL in a value', `GET / HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, [400]],
  ['NUL in a name', `GET / HTTP/1.1\r\n${host}X\0: a\r\n\r\n`, [400]],
  ['a control character in a value', `GET / HTTP/1.1\r\n${host}X: a\x01b\r\n\r\n`, [400]],
  ['DEL in a value', `GET / HTTP/1.1\r\n${host}X: a\x7fb\r\n\r\n`, [400]],

  // Content-Length.
  ['two lengths that differ', post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd'), [400]],
  ['two lengths that agree', post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'), [400]],
  ['a list of lengths', post('Content-Length: 3, 3\r\n', 'abc'), [400]],
  ['a list of lengths that differ', post('Content-Length: 3, 5\r\n', 'abc'), [400]],
  ['a length with a plus', post('Content-Length: +3\r\n', 'abc'), [400]],
  ['a length below zero', post('Content-Length: -3\r\n', 'abc'), [400]],
  ['a length in hex', post('Content-Length: 0x3\r\n', 'abc'), [400]],
  ['a length with a fraction', post('Content-Length: 3.0\r\n', 'abc'), [400]],
  ['a length with a blank within', post('Content-Length: 1 3\r\n', 'abc'), [400]],
  ['an empty length', post('Content-Length:\r\n', 'abc'), [400]],
  ['a length beyond 64 bits', post('Content-Length: 18446744073709551619\r\n', 'abc'), [400]],
  ['a length beyond what may come', post('Content-Length: 900000000000\r\n', 'abc'), [413]],
  ['a length in words', post('Content-Length: three\r\n', 'abc'), [400]],
  ['a length behind an underscore', post('Content_Length: 3\r\nContent-Length: 0\r\n', smuggled), [200, 200], 2],

  // Transfer-Encoding.
  ['coding and length', post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['length and coding', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['xchunked', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['identity', post('Transfer-Encoding: identity\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['an empty coding', post('Transfer-Encoding:\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['gzip, chunked', post('Transfer-Encoding: gzip, chunked\r\n', '3\r\nabc\r\n0\r\n\r\n'), [400]],
  ['chunked, gzip', post('Transfer-Encoding: chunked, gzip\r\n', '3\r\nabc\r\n0\r\n\r\n'), [400]],
  ['chunked, chunked', post('Transfer-Encoding: chunked, chunked\r\n', `0\r\n\r\n${smuggled}`), [400]],
  [
    'chunked twice',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`),
    [400],
  ],
  [
    'chunked and then identity',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', `0\r\n\r\n${smuggled}`),
    [400],
  ],
  ['chunked in quotes', post('Transfer-Encoding: "chunked"\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['chunked with a parameter', post('Transfer-Encoding: chunked;q=1\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['chunked behind a vertical tab', post('Transfer-Encoding: \x0bchunked\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['a blank before the colon of the coding', post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['chunked in HTTP/1.0', `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, [400]],

  // Chunks. The head is good, so the origin may have been spoken to; but nothing comes whole, and nothing comes after.
  ['a chunk size that is none', chunked(`xyz\r\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['a chunk size with 0x', chunked(`0x3\r\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['a chunk size below zero', chunked(`-3\r\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['a chunk size beyond 64 bits', chunked(`fffffffffffffffff\r\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['an empty chunk size', chunked(`\r\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['a blank after the chunk size', chunked(`3 \r\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['bare LF after the chunk size', chunked(`3\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['bare LF after a chunk', chunked(`3\r\nabc\n0\r\n\r\n${smuggled}`), [400]],
  ['nothing after a chunk', chunked(`3\r\nabc0\r\n\r\n${smuggled}`), [400]],
  ['a chunk longer than it says', chunked(`3\r\nabcd\r\n0\r\n\r\n${smuggled}`), [400]],
  ['bare LF at the very end', chunked(`3\r\nabc\r\n0\r\n\n${smuggled}`), [400]],
  ['bare LF in a chunk extension', chunked(`3;a\nb\r\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['chunk extensions without end', chunked(`3;${'a'.repeat(40_000)}\r\nabc\r\n0\r\n\r\n${smuggled}`), [400]],
  ['NUL in a trailer', chunked(`3\r\nabc\r\n0\r\nX: \0\r\n\r\n${smuggled}`), [400]],
  [
    'trailers without end',
    chunked(`3\r\nabc\r\n0\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(30)}\r\n${smuggled}`),
    [431],
  ],

  // Too much.
  ['a target that is too long', get(`/${'a'.repeat(9000)}`), [414]],
  ['a request line that never ends', `GET /${'a'.repeat(40_000)}`, [431]],
  ['a field that is too long', `GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(20_000)}\r\n\r\n`, [431]],
  ['too many bytes of fields', `GET / HTTP/1.1\r\n${host}${`X: ${'a'.repeat(500)}\r\n`.repeat(40)}\r\n`, [431]],
  ['too many fields', `GET / HTTP/1.1\r\n${host}${'X: a\r\n'.repeat(101)}\r\n`, [431]],

  // Host.
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', [400]],
  ['two Hosts', `GET / HTTP/1.1\r\n${host}Host: other.test\r\n\r\n`, [400]],
  ['the same Host twice', `GET / HTTP/1.1\r\n${host}${host}\r\n`, [400]],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', [400]],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: edge.test/admin\r\n\r\n', [400]],
  ['a Host with a user', 'GET / HTTP/1.1\r\nHost: user@edge.test\r\n\r\n', [400]],
  ['a Host with a blank', 'GET / HTTP/1.1\r\nHost: edge.test other\r\n\r\n', [400]],
  ['a Host with a port that is none', 'GET / HTTP/1.1\r\nHost: edge.test:http\r\n\r\n', [400]],
  ['a list of Hosts', 'GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n', [400]],

  // The target.
  ['absolute form', get('http://edge.test/'), [400]],
  ['absolute form of another host', get('http://169.254.169.254/latest/'), [400]],
  ['authority form', get('edge.test:80'), [400]],
  ['asterisk form', `OPTIONS * HTTP/1.1\r\n${host}\r\n`, [400]],
  ['no slash at the beginning', get('admin'), [400]],
  ['an encoded slash', get('/a%2Fb'), [400]],
  ['an encoded slash in lower case', get('/a%2fb'), [400]],
  ['an encoded backslash', get('/a%5cb'), [400]],
  ['a backslash', get('/a\\b'), [400]],
  ['a double slash', get('//a'), [400]],
  ['a double slash within', get('/a//b'), [400]],
  ['two dots', get('/a/../b'), [400]],
  ['one dot', get('/a/./b'), [400]],
  ['two dots at the end', get('/a/..'), [400]],
  ['encoded dots', get('/a/%2e%2E/b'), [400]],
  ['half-encoded dots', get('/a/.%2e/b'), [400]],
  ['dots with a parameter', get('/a/..;x=1/b'), [400]],
  ['encoded NUL', get('/a%00.png'), [400]],
  ['encoded line break', get('/a%0d%0aX:%20y'), [400]],
  ['encoded DEL', get('/a%7f'), [400]],
  ['a broken escape', get('/a%2'), [400]],
  ['an escape that is no hex', get('/a%zz'), [400]],
  ['escapes that are no UTF-8', get('/a%ff%fe'), [400]],
  ['an overlong slash', get('/a%c0%afb'), [400]],
  ['a raw byte above 127', get('/caf\xe9'), [400]],
  ['a control character', get('/a\x01b'), [400]],
  ['NUL in the target', get('/a\0b'), [400]],
  ['a fragment', get('/a#b'), [400]],
  ['a fragment behind a query', get('/a?b#c'), [400]],
  ['a quote in the path', get('/a"b'), [400]],

  // Upgrades that nobody here makes.
  [
    'an upgrade to HTTP/2 is an ordinary request',
    `GET / HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
    [200],
    1,
  ],
  [
    'an upgrade and a request behind it',
    `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n${smuggled}`,
    [200],
    1,
  ],
  [
    'an upgrade with a body',
    post('Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 60\r\n', smuggled.padEnd(60, 'x')),
    [400],
  ],

  // Expectations, and what comes behind a refusal.
  ['an unknown expectation', post('Content-Length: 3\r\nExpect: 200-ok\r\n', 'abc'), [417]],
  ['an unknown expectation and a request behind it', post('Content-Length: 0\r\nExpect: tea\r\n', smuggled), [417]],
  ['a refused body without end and a request in it', post('Content-Length: 20000000\r\n', smuggled), [413]],
  ['a good request, then garbage', `${get('/1')}garbage\r\n\r\n`, [200], 1],
  ['a good request, then a broken length', get('/1') + post('Content-Length: x\r\n', smuggled), [200], 1],
];

it('has rows enough to mean something', () => {
  expect(rows.length).toBeGreaterThanOrEqual(140);
  expect(new Set(rows.map(([says]) => says)).size).toBe(rows.length);
});

describe.each(['own', 'node'] as const)('the engine `%s`', (engine) => {
  let origin: RecordingOrigin;
  let running: Edge;

  beforeAll(async () => {
    origin = await recordingOrigin();
    running = await edge({ ...everythingTo(origin.url), listen: { engine } });
  });
  afterAll(async () => {
    await running.close();
    await origin.close();
  });

  describe('bad input on a real socket', () => {
    it.each(rows.map(([says, bytes, statuses, atOrigin = 0]) => ({ says, bytes, statuses, atOrigin })))(
      '$says',
      async ({ bytes, statuses, atOrigin }) => {
        const before = origin.requests.length;
        const expected = statuses.filter((status) => status >= 200).length;
        const spoken = await speak(running.port, bytes, { expected });
        expect(spoken.answers.map((answer) => answer.status)).toEqual(statuses);
        expect(spoken.rest).toBe('');
        // A good request on a connection of its own: the edge is alive, and by now whatever was to reach the origin has.
        const after = await speak(running.port, get('/after'));
        expect(after.answers.map((answer) => answer.status)).toEqual([200]);
        const reached = origin.requests.slice(before);
        expect(reached.filter((request) => request.complete && request.url !== '/after').length).toBe(atOrigin);
        expect(reached.length - 1).toBeLessThanOrEqual(Math.max(1, atOrigin));
        if (atOrigin < 2) expect(reached.map((request) => request.url)).not.toContain('/smuggled');
      },
    );

    it('every refusal has a record with a code', () => {
      const refused = running.records.filter((record) => record.code !== null);
      expect(refused.length).toBeGreaterThan(100);
      expect(
        refused.filter((record) => !/^(?:wire|admit|integration|http)\.[a-z.-]+$/.test(record.code ?? '')),
      ).toEqual([]);
    });
  });

  describe('refusals that end the connection', () => {
    it.each([
      ['broken framing', post('Transfer-Encoding: xchunked\r\n', '')],
      ['a broken chunk', chunked('zz\r\n')],
      ['a broken line', 'GET / HTTP/1.1\nHost: a\n\n'],
    ])('%s: closed, and said so', async (_, bytes) => {
      const spoken = await speak(running.port, bytes, { expected: 9 }).catch((thrown: Error) => thrown);
      expect(spoken).toMatchObject({ closed: true, answers: [{ status: 400 }] });
      expect((spoken as Awaited<ReturnType<typeof speak>>).answers[0]?.headers.get('connection')).toBe('close');
    });
  });

  describe('senders that take their time', () => {
    it.each([
      ['the header', [`GET / HTTP/1.1\r\nHost: e`, 'dge']],
      ['the body', [post('Content-Length: 10\r\n', 'abc')]],
      ['a chunk', [chunked('5\r\nabc')]],
      ['nothing at all', ['']],
    ])('%s: 408 or closed, and nothing whole at the origin', async (_, bytes) => {
      const mine = await recordingOrigin();
      const impatient = await edge({
        ...everythingTo(mine.url),
        listen: { engine, limits: { headerTimeout: '150ms', requestTimeout: '300ms' } },
      });
      try {
        const spoken = await speak(impatient.port, bytes, { expected: 9 });
        expect(spoken.closed).toBe(true);
        expect(spoken.answers.every((answer) => answer.status === 408)).toBe(true);
        expect(mine.requests.filter((request) => request.complete)).toEqual([]);
        const after = await speak(impatient.port, get('/'));
        expect(after.answers[0]?.status).toBe(200);
      } finally {
        await impatient.close();
        await mine.close();
      }
    });
  });
});
