import type { Flaw } from '../../src/wire/http1/flaws.ts';

/** What is to become of an origin's bytes. */
export type Wanted =
  /** The answer is passed on whole; `reused`: another request goes over the same connection. */
  | { readonly is: 'whole'; readonly status: number; readonly body: string; readonly reused: boolean }
  /** The head may be passed on, the body must be seen to break. */
  | { readonly is: 'cut' }
  /** No HTTP, or HTTP that two readers could read in two ways. */
  | { readonly is: 'malformed'; readonly flaw: Flaw };

export interface Row {
  readonly name: string;
  readonly method: string;
  /** One character a byte. */
  readonly bytes: string;
  /** Does the origin close behind these bytes? */
  readonly closes: boolean;
  readonly wanted: Wanted;
}

const row = (name: string, bytes: string, wanted: Wanted, more: Partial<Row> = {}): Row => ({
  name,
  method: 'GET',
  bytes,
  closes: false,
  wanted,
  ...more,
});
const whole = (body: string, reused = true, status = 200): Wanted => ({ is: 'whole', status, body, reused });
const bad = (flaw: Flaw): Wanted => ({ is: 'malformed', flaw });
const cut: Wanted = { is: 'cut' };
const closes = { closes: true } as const;
const head = { method: 'HEAD' } as const;

const ok = 'HTTP/1.1 200 OK\r\n';
const two = `${ok}Content-Length: 2\r\n\r\nok`;
const chunks = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const chunked = `${chunks}2\r\nok\r\n0\r\n\r\n`;

/** Answers that are in order. */
export const wellFormed: readonly Row[] = [
  row('a length', two, whole('ok')),
  row('a length of nothing', `${ok}Content-Length: 0\r\n\r\n`, whole('')),
  row('a length with leading zeros', `${ok}Content-Length: 0002\r\n\r\nok`, whole('ok')),
  row('field names in any case', `${ok}cONTENT-lENGTH: 2\r\n\r\nok`, whole('ok')),
  row('no blank behind the colon', `${ok}Content-Length:2\r\n\r\nok`, whole('ok')),
  row('blanks and tabs around a value', `${ok}X: \t a \t\r\nContent-Length: 2\r\n\r\nok`, whole('ok')),
  row('an empty value', `${ok}X:\r\nContent-Length: 2\r\n\r\nok`, whole('ok')),
  row('a value with bytes beyond ASCII', `${ok}X: caf\xe9 \xff\r\nContent-Length: 2\r\n\r\nok`, whole('ok')),
  row('a value with colons and tabs', `${ok}X: a:b\tc\r\nContent-Length: 2\r\n\r\nok`, whole('ok')),
  row('every character of a token', `${ok}!#$%&'*+-.^_\`|~09azAZ: 1\r\nContent-Length: 2\r\n\r\nok`, whole('ok')),
  row('the same field twice', `${ok}Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok`, whole('ok')),
  row('no reason', 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok', whole('ok')),
  row('no reason and no blank', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', whole('ok')),
  row('a long reason', 'HTTP/1.1 200 Very well: indeed \xe9\r\nContent-Length: 2\r\n\r\nok', whole('ok')),
  row('a status nobody registered', 'HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\nok', whole('ok', true, 799)),
  row(
    'bodies that look like heads',
    `${ok}Content-Length: 19\r\n\r\nHTTP/1.1 200 OK\r\n\r\n`,
    whole('HTTP/1.1 200 OK\r\n\r\n'),
  ),
  row('chunks', chunked, whole('ok')),
  row('one chunk and another', `${chunks}1\r\no\r\n1\r\nk\r\n0\r\n\r\n`, whole('ok')),
  row('no chunk but the last', `${chunks}0\r\n\r\n`, whole('')),
  row('a last chunk of several zeros', `${chunks}2\r\nok\r\n000\r\n\r\n`, whole('ok')),
  row('chunk sizes in capitals', `${chunks}A\r\n0123456789\r\n0\r\n\r\n`, whole('0123456789')),
  row('chunk sizes with leading zeros', `${chunks}0002\r\nok\r\n0\r\n\r\n`, whole('ok')),
  row('a chunk extension', `${chunks}2;a=b;c="d"\r\nok\r\n0;e\r\n\r\n`, whole('ok')),
  row('a trailer', `${chunks}2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n`, whole('ok')),
  row('two trailers', `${chunks}2\r\nok\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n`, whole('ok')),
  row('the coding in capitals', `${ok}Transfer-Encoding: CHUNKED\r\n\r\n2\r\nok\r\n0\r\n\r\n`, whole('ok')),
  row('no framing: until the end', `${ok}\r\nuntil the end`, whole('until the end', false), closes),
  row('no framing and no body', `${ok}\r\n`, whole('', false), closes),
  row('HTTP/1.0 until the end', 'HTTP/1.0 200 OK\r\n\r\nold', whole('old', false), closes),
  row('HTTP/1.0 with a length', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', whole('ok', false), closes),
  row('HTTP/1.0 that stays', 'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok', whole('ok')),
  row('Connection: close', `${ok}Connection: close\r\nContent-Length: 2\r\n\r\nok`, whole('ok', false)),
  row('close among other options', `${ok}Connection: x, Close\r\nContent-Length: 2\r\n\r\nok`, whole('ok', false)),
  row(
    'close on a line of its own',
    `${ok}Connection: keep-alive\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok`,
    whole('ok', false),
  ),
  row(
    'close with chunks',
    `${ok}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    whole('ok', false),
  ),
  row('Keep-Alive for a long time', `${ok}Keep-Alive: timeout=60, max=100\r\nContent-Length: 2\r\n\r\nok`, whole('ok')),
  row(
    'Keep-Alive for less than is sure',
    `${ok}Keep-Alive: max=5, timeout=1\r\nContent-Length: 2\r\n\r\nok`,
    whole('ok', false),
  ),
  row('closes behind the answer', two, whole('ok', false), closes),
  row('HEAD with a length', `${ok}Content-Length: 100\r\n\r\n`, whole(''), head),
  row('HEAD with a coding', `${ok}Transfer-Encoding: chunked\r\n\r\n`, whole(''), head),
  row('HEAD without framing', `${ok}\r\n`, whole(''), head),
  row('204', 'HTTP/1.1 204 No Content\r\n\r\n', whole('', true, 204)),
  row('204 with a length of nothing', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', whole('', true, 204)),
  row('304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n', whole('', true, 304)),
  row('304 with a coding', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n', whole('', true, 304)),
  row('205 with a length of nothing', 'HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n', whole('', true, 205)),
  row('100 that nobody asked for', `HTTP/1.1 100 Continue\r\n\r\n${two}`, whole('ok')),
  row('102, then the answer', `HTTP/1.1 102 Processing\r\n\r\n${two}`, whole('ok')),
  row('103 with hints', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${two}`, whole('ok')),
  row(
    'several interim answers',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${chunked}`,
    whole('ok'),
  ),
  row('an interim answer with framing', `HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n${two}`, whole('ok')),
  row('an interim answer before HEAD', `HTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 9\r\n\r\n`, whole(''), head),
];

/** Answers that are not, and what is made of them all the same. */
export const misbehaviour: readonly Row[] = [
  row('nothing at all', '', cut, closes),
  row('half a status line', 'HTTP/1.1 20', cut, closes),
  row('half a head', `${ok}Content-Le`, cut, closes),
  row('only an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n', cut, closes),
  row('less than the length', `${ok}Content-Length: 10\r\n\r\n12345`, cut, closes),
  row('no byte of the length', `${ok}Content-Length: 10\r\n\r\n`, cut, closes),
  row('chunks without a last one', `${chunks}2\r\nok\r\n`, cut, closes),
  row('a last chunk without its end', `${chunks}2\r\nok\r\n0\r\n`, cut, closes),
  row('half a chunk', `${chunks}5\r\nok`, cut, closes),
  row('half a chunk size', `${chunks}1`, cut, closes),
  row('no chunk', chunks, cut, closes),
  row('half a trailer', `${chunks}0\r\nX: 1\r\n`, cut, closes),
  row('more than the length', `${two}and more`, whole('ok', false)),
  row('an answer more', two + two, whole('ok', false)),
  row('something behind the last chunk', `${chunked}HTTP/1.1 200 OK\r\n\r\n`, whole('ok', false)),
  row('a line end behind the answer', `${two}\r\n`, whole('ok', false)),
  row('a body behind HEAD', `${ok}Content-Length: 2\r\n\r\nok`, whole('', false), head),
  row('a body behind 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok', whole('', false, 204)),
  row('a length with 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n', whole('', false, 204)),
  row('a coding with 204', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n', whole('', false, 204)),
  row('a body behind 304', 'HTTP/1.1 304 Not Modified\r\n\r\nbody', whole('', false, 304)),
  row('garbage', 'garbage\r\n\r\n', bad('status-line')),
  row('garbage that does not end', 'garbage', bad('status-line')),
  row('an empty line first', `\r\n${two}`, bad('status-line')),
  row('a blank first', ` ${two}`, bad('status-line')),
  row('a greeting of another protocol', '220 mail.example ESMTP\r\n', bad('status-line')),
  row('a TLS alert', '\x15\x03\x03\x00\x02\x02\x28', bad('status-line')),
  row('the name in small letters', 'http/1.1 200 OK\r\n\r\n', bad('status-line')),
  row('HTTP/2.0', 'HTTP/2.0 200 OK\r\n\r\n', bad('status-line')),
  row('HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n', bad('version')),
  row('HTTP/1.11', 'HTTP/1.11 200 OK\r\n\r\n', bad('status-line')),
  row('ICY', 'ICY 200 OK\r\n\r\n', bad('status-line')),
  row('two blanks before the status', 'HTTP/1.1  200 OK\r\n\r\n', bad('status-line')),
  row('a tab before the status', 'HTTP/1.1\t200 OK\r\n\r\n', bad('status-line')),
  row('a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', bad('status-line')),
  row('a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', bad('status-line')),
  row('a status in words', 'HTTP/1.1 OK\r\n\r\n', bad('status-line')),
  row('a status with a sign', 'HTTP/1.1 +20 OK\r\n\r\n', bad('status-line')),
  row('a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok', bad('status-line')),
  row('no status', 'HTTP/1.1\r\n\r\n', bad('status-line')),
  row('a control character in the reason', 'HTTP/1.1 200 O\x01K\r\n\r\n', bad('character')),
  row('a bare LF behind the status line', 'HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok', bad('line-end')),
  row('a bare LF behind a field', `${ok}Content-Length: 2\n\r\nok`, bad('line-end')),
  row('bare LFs throughout', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok', bad('line-end')),
  row('a bare CR in a value', `${ok}X: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok`, bad('line-end')),
  row('a bare CR behind a field', `${ok}Content-Length: 2\r\r\n\r\nok`, bad('line-end')),
  row('a NUL in a value', `${ok}X: a\x00b\r\nContent-Length: 2\r\n\r\nok`, bad('character')),
  row('a DEL in a value', `${ok}X: a\x7fb\r\nContent-Length: 2\r\n\r\nok`, bad('character')),
  row('a control character in a name', `${ok}X\x01: a\r\nContent-Length: 2\r\n\r\nok`, bad('character')),
  row('a blank before the colon', `${ok}Content-Length : 2\r\n\r\nok`, bad('field-name')),
  row('a name of nothing', `${ok}: a\r\nContent-Length: 2\r\n\r\nok`, bad('field-name')),
  row('a name with a blank', `${ok}X Y: a\r\nContent-Length: 2\r\n\r\nok`, bad('field-name')),
  row('a name beyond ASCII', `${ok}X\xe9: a\r\nContent-Length: 2\r\n\r\nok`, bad('field-name')),
  row('a line without colon', `${ok}nonsense\r\nContent-Length: 2\r\n\r\nok`, bad('field-name')),
  row('a fold', `${ok}X: a\r\n b\r\nContent-Length: 2\r\n\r\nok`, bad('fold')),
  row('a fold by a tab', `${ok}X: a\r\n\tb\r\nContent-Length: 2\r\n\r\nok`, bad('fold')),
  row('a fold before any field', `${ok} X: a\r\nContent-Length: 2\r\n\r\nok`, bad('fold')),
  row('a length in words', `${ok}Content-Length: two\r\n\r\nok`, bad('content-length')),
  row('an empty length', `${ok}Content-Length:\r\n\r\nok`, bad('content-length')),
  row('a negative length', `${ok}Content-Length: -2\r\n\r\nok`, bad('content-length')),
  row('a length with a plus', `${ok}Content-Length: +2\r\n\r\nok`, bad('content-length')),
  row('a length with a fraction', `${ok}Content-Length: 2.0\r\n\r\nok`, bad('content-length')),
  row('a length in hexadecimal', `${ok}Content-Length: 0x2\r\n\r\nok`, bad('content-length')),
  row('a length with an underscore', `${ok}Content-Length: 1_0\r\n\r\n0123456789`, bad('content-length')),
  row('a length beyond all numbers', `${ok}Content-Length: 99999999999999999999\r\n\r\nok`, bad('content-length')),
  row('a list of lengths', `${ok}Content-Length: 2, 2\r\n\r\nok`, bad('content-length')),
  row('two lengths', `${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`, bad('content-length')),
  row('the same length twice', `${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`, bad('content-length')),
  row('two lengths for HEAD', `${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\n`, bad('content-length'), head),
  row(
    'length and coding',
    `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    bad('two-framings'),
  ),
  row(
    'coding and length',
    `${ok}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    bad('two-framings'),
  ),
  row(
    'length and coding with 304',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n',
    bad('two-framings'),
  ),
  row('another coding', `${ok}Transfer-Encoding: gzip\r\n\r\nok`, bad('transfer-encoding')),
  row(
    'another coding before chunked',
    `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    bad('transfer-encoding'),
  ),
  row(
    'another coding behind chunked',
    `${ok}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    bad('transfer-encoding'),
  ),
  row(
    'chunked twice',
    `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    bad('transfer-encoding'),
  ),
  row('chunked and a control character', `${ok}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`, bad('character')),
  row(
    'a coding that only looks like it',
    `${ok}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    bad('transfer-encoding'),
  ),
  row('chunked with a parameter', `${ok}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`, bad('transfer-encoding')),
  row('an empty coding', `${ok}Transfer-Encoding:\r\n\r\n`, bad('transfer-encoding')),
  row(
    'chunks in HTTP/1.0',
    'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    bad('transfer-encoding'),
  ),
  row('a chunk size that is none', `${chunks}x\r\nok\r\n0\r\n\r\n`, bad('chunk-size')),
  row('a chunk size with a sign', `${chunks}+2\r\nok\r\n0\r\n\r\n`, bad('chunk-size')),
  row('a negative chunk size', `${chunks}-2\r\nok\r\n0\r\n\r\n`, bad('chunk-size')),
  row('a chunk size with 0x', `${chunks}0x2\r\nok\r\n0\r\n\r\n`, bad('chunk-size')),
  row('a blank before a chunk size', `${chunks} 2\r\nok\r\n0\r\n\r\n`, bad('chunk-size')),
  row('a blank behind a chunk size', `${chunks}2 \r\nok\r\n0\r\n\r\n`, bad('chunk-size')),
  row('no chunk size', `${chunks}\r\nok\r\n0\r\n\r\n`, bad('chunk-size')),
  row('a chunk size beyond all numbers', `${chunks}ffffffffffffffff\r\nok\r\n0\r\n\r\n`, bad('chunk-size')),
  row('a bare LF behind a chunk size', `${chunks}2\nok\r\n0\r\n\r\n`, bad('line-end')),
  row('a bare LF in a chunk extension', `${chunks}2;a\nok\r\n0\r\n\r\n`, bad('chunk-extension')),
  row('a chunk extension without end', `${chunks}2;${'a'.repeat(2000)}\r\nok\r\n0\r\n\r\n`, bad('chunk-extension')),
  row('a chunk shorter than its size', `${chunks}4\r\nok\r\n0\r\n\r\n`, bad('chunk-end')),
  row('a chunk longer than its size', `${chunks}1\r\nok\r\n0\r\n\r\n`, bad('chunk-end')),
  row('a bare LF behind a chunk', `${chunks}2\r\nok\n0\r\n\r\n`, bad('chunk-end')),
  row('a trailer that is none', `${chunks}0\r\nnonsense\r\n\r\n`, bad('field-name')),
  row('a trailer that ends in LF', `${chunks}0\r\nX: 1\n\r\n`, bad('line-end')),
  row('a trailer without end', `${chunks}0\r\n${'X: 1\r\n'.repeat(4000)}\r\n`, bad('trailer-too-long')),
  row('a head without end', `${ok}${'X: 1\r\n'.repeat(4000)}\r\n`, bad('head-too-long')),
  row('one field without end', `${ok}X: ${'a'.repeat(20_000)}\r\n\r\n`, bad('head-too-long')),
  row(
    'a protocol nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    bad('switched'),
  ),
  row('interim answers without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100) + two, bad('too-many-interim')),
  row('an interim answer that is none', `HTTP/1.1 100 Continue\r\nnonsense\r\n\r\n${two}`, bad('field-name')),
];
