import { describe, expect, it } from 'vitest';
import { ChunkedDecoder, chunkSize, LAST_CHUNK } from './chunked.ts';
import { flaws, type Flaw } from './flaws.ts';

interface Read {
  readonly content: string;
  /** Bytes that are left for whatever comes behind the body. */
  readonly rest: string;
  readonly done: boolean;
  readonly flaw: Flaw | null;
}

/** Decodes text (one character per byte), cut as told. */
function decode(text: string, cuts: readonly number[] = []): Read {
  const decoder = new ChunkedDecoder({ trailerBytes: 200 });
  let content = '';
  let rest = '';
  const ends = [...cuts, text.length];
  let from = 0;
  for (const to of ends) {
    const piece = Buffer.from(text.slice(from, to), 'latin1');
    from = to;
    if (decoder.done) rest += piece.toString('latin1');
    else if (decoder.flaw === null) {
      const stop = decoder.read(piece, 0, (bytes) => (content += Buffer.from(bytes).toString('latin1')));
      if (decoder.done) rest += piece.toString('latin1', stop);
    }
  }
  return { content, rest, done: decoder.done, flaw: decoder.flaw };
}

const good: readonly (readonly [says: string, bytes: string, content: string, rest?: string])[] = [
  ['nothing', '0\r\n\r\n', ''],
  ['one chunk', '3\r\nabc\r\n0\r\n\r\n', 'abc'],
  ['two chunks', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n', 'abcde'],
  ['hex in both cases and zeros', '00a\r\n0123456789\r\n0B\r\nabcdefghijk\r\n000\r\n\r\n', '0123456789abcdefghijk'],
  ['line ends within', '4\r\n\r\n\r\n\r\n0\r\n\r\n', '\r\n\r\n'],
  ['bytes above 127', '2\r\n\xe9\xff\r\n0\r\n\r\n', '\xe9\xff'],
  ['an extension', '3;name=value\r\nabc\r\n0\r\n\r\n', 'abc'],
  ['a bare extension', '3;name\r\nabc\r\n0;last\r\n\r\n', 'abc'],
  ['a quoted extension', '3;name="a;b"\r\nabc\r\n0\r\n\r\n', 'abc'],
  ['two extensions', '3;a=1;b=2\r\nabc\r\n0\r\n\r\n', 'abc'],
  ['a trailer', '3\r\nabc\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n', 'abc'],
  ['what comes behind', '3\r\nabc\r\n0\r\n\r\nGET /', 'abc', 'GET /'],
  ['what comes behind a trailer', '0\r\nX: y\r\n\r\n\r\nGET', '', '\r\nGET'],
];

type Row = [says: string, bytes: string, content: string, rest: string];

const bad: readonly (readonly [says: string, bytes: string, flaw: Flaw])[] = [
  ['no size', '\r\nabc\r\n', 'chunk-size'],
  ['a word for a size', 'xyz\r\n', 'chunk-size'],
  ['0x', '0x3\r\nabc\r\n', 'chunk-size'],
  ['a sign', '-3\r\nabc\r\n', 'chunk-size'],
  ['a plus', '+3\r\nabc\r\n', 'chunk-size'],
  ['an underscore', '1_0\r\n', 'chunk-size'],
  ['a blank before the size', ' 3\r\nabc\r\n', 'chunk-size'],
  ['a blank after the size', '3 \r\nabc\r\n', 'chunk-size'],
  ['a tab after the size', '3\t\r\nabc\r\n', 'chunk-size'],
  ['a size beyond 52 bits', `${'f'.repeat(14)}\r\n`, 'chunk-size'],
  ['zeros without end', `${'0'.repeat(40)}3\r\nabc`, 'chunk-size'],
  ['bare LF after the size', '3\nabc\r\n', 'line-end'],
  ['bare CR after the size', '3\rabc\r\n', 'line-end'],
  ['bare LF after the chunk', '3\r\nabc\n0\r\n\r\n', 'chunk-end'],
  ['bare CR after the chunk', '3\r\nabc\r0\r\n\r\n', 'chunk-end'],
  ['a chunk longer than it says', '3\r\nabcd\r\n0\r\n\r\n', 'chunk-end'],
  ['nothing after the chunk', '3\r\nabc0\r\n\r\n', 'chunk-end'],
  ['bare LF at the end', '0\r\n\n', 'line-end'],
  ['bare CR at the end', '0\r\n\rX', 'line-end'],
  ['bare LF in an extension', '3;a\nb\r\nabc\r\n', 'chunk-extension'],
  ['NUL in an extension', '3;a\0b\r\nabc\r\n', 'chunk-extension'],
  ['an empty extension', '3;\r\nabc\r\n', 'chunk-extension'],
  ['a blank in an extension', '3; a\r\nabc\r\n', 'chunk-extension'],
  ['an open quote in an extension', '3;a="b\r\nabc\r\n', 'chunk-extension'],
  ['an extension without end', `3;${'a'.repeat(2000)}`, 'chunk-extension'],
  ['a trailer without a colon', '0\r\nX\r\n\r\n', 'field-name'],
  ['a trailer with a blank before its colon', '0\r\nX : y\r\n\r\n', 'field-name'],
  ['a folded trailer', '0\r\nX: y\r\n z\r\n\r\n', 'fold'],
  ['NUL in a trailer', '0\r\nX: \0\r\n\r\n', 'field-value'],
  ['bare LF in a trailer', '0\r\nX: y\nZ: a\r\n\r\n', 'line-end'],
  ['a length in a trailer', '0\r\nContent-length: 9\r\n\r\n', 'two-framings'],
  ['trailers without end', `0\r\n${'X: yyyyyyyyyyyyyyyyy\r\n'.repeat(20)}`, 'trailer-too-long'],
];

describe('the chunked coding', () => {
  it('has rows enough to mean something', () => {
    expect(good.length).toBeGreaterThanOrEqual(13);
    expect(bad.length).toBeGreaterThanOrEqual(30);
    expect(bad.filter(([, , flaw]) => !(flaw in flaws))).toEqual([]);
  });

  it.each(good.map(([says, bytes, content, rest = '']): Row => [says, bytes, content, rest]))(
    'reads %s',
    (_, bytes, content, rest) => {
      expect(decode(bytes)).toEqual({ content, rest, done: true, flaw: null });
    },
  );

  it.each(bad)('refuses %s', (_, bytes, flaw) => {
    expect(decode(bytes)).toMatchObject({ done: false, flaw });
  });

  it.each([...good, ...bad].map(([says, bytes]): [string, string] => [says, bytes]))(
    'says the same however it is cut: %s',
    (_, bytes) => {
      const whole = decode(bytes);
      const step = Math.ceil(bytes.length / 100);
      for (let at = 1; at < bytes.length; at += step) expect(decode(bytes, [at])).toEqual(whole);
      expect(
        decode(
          bytes,
          Array.from({ length: bytes.length }, (_each, at) => at),
        ),
      ).toEqual(whole);
    },
  );

  it('reads what is written here', () => {
    const written = ['a', 'b'.repeat(300)].map((text) => `${chunkSize(text.length)}${text}\r\n`).join('');
    expect(decode(written + LAST_CHUNK)).toMatchObject({ content: `a${'b'.repeat(300)}`, rest: '', done: true });
  });

  it('gives views of what it was given, and copies nothing', () => {
    const bytes = Buffer.from('3\r\nabc\r\n0\r\n\r\n', 'latin1');
    const given: Uint8Array[] = [];
    new ChunkedDecoder({ trailerBytes: 100 }).read(bytes, 0, (content) => given.push(content));
    expect(given.map((content) => [content.buffer === bytes.buffer, content.length])).toEqual([[true, 3]]);
  });
});
