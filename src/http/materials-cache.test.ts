import { describe, expect, it } from 'vitest';
import { parseDirectives } from './cache-control.ts';
import { formatHttpDate, parseHttpDate } from './date.ts';
import { namesTag, sameStrongly, sameWeakly } from './etag.ts';
import { canonicalPreferences, codingWeight, parsePreferences } from './negotiate.ts';
import { parseContentRange, parseRange, resolveRange } from './range.ts';

describe('Cache-Control', () => {
  const rows: readonly (readonly [lines: readonly string[], wanted: object])[] = [
    [['max-age=60'], { maxAge: 60 }],
    [['MaX-aGe=60, S-MAXAGE="5"'], { maxAge: 60, sMaxAge: 5 }],
    [['max-age=003600'], { maxAge: 3600 }],
    [['max-age=99999999999'], { maxAge: 2147483648 }],
    [["max-age='60'"], { maxAge: 'invalid' }],
    [['max-age=-5'], { maxAge: 'invalid' }],
    [['max-age=1.5'], { maxAge: 'invalid' }],
    [['max-age'], { maxAge: 'invalid' }],
    [['max-age =100'], { maxAge: 'invalid' }],
    [['max-age= 100'], { maxAge: 'invalid' }],
    [['max-age=100', 'max-age=1'], { maxAge: 1 }],
    [['max-age=1, max-age=a'], { maxAge: 'invalid' }],
    [['no-cache="Set-Cookie, A", no-store'], { noCache: ['set-cookie', 'a'], noStore: true }],
    [['no-cache="a", no-cache'], { noCache: [] }],
    [['private, public, must-understand'], { private: [], public: true, mustUnderstand: true }],
    [['max-stale'], { maxStale: 'any' }],
    [['max-stale=7, min-fresh=3, only-if-cached'], { maxStale: 7, minFresh: 3, onlyIfCached: true }],
    [['x="max-age=3600", max-age=1'], { maxAge: 1, others: new Map([['x', 'max-age=3600']]) }],
    // Names that every object answers to are names like any other.
    [
      ['constructor, toString=1, __proto__="x", valueOf, max-age=2'],
      {
        maxAge: 2,
        others: new Map([
          ['constructor', null],
          ['tostring', '1'],
          ['__proto__', 'x'],
          ['valueof', null],
        ]),
      },
    ],
    [[], {}],
  ];
  it(`reads ${rows.length} spellings`, () => {
    for (const [lines, wanted] of rows) expect(parseDirectives(lines), lines.join(' | ')).toEqual(wanted);
    expect(rows.length).toBeGreaterThan(15);
  });
});

describe('dates', () => {
  const now = Date.UTC(2026, 0, 1);
  const at = Date.UTC(1994, 10, 6, 8, 49, 37);
  it('reads three forms and refuses what is near them', () => {
    for (const text of [
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
      'SUN, 06 nov 1994 08:49:37 gMT',
      'sunDAY, 06-NOV-94 08:49:37 GMT',
    ]) {
      expect(parseHttpDate(text, now), text).toBe(at);
    }
    for (const text of [
      '0',
      '',
      'son, 06 Nov 1994 08:49:37 GMT',
      'Sun, 06 Nov 1994 08:49:37 UTC',
      'Sun 06 Nov 1994 08:49:37 GMT',
      'Sun, 06 Nov 94 08:49:37 GMT',
      'Sun, 06 Nov 1994 25:49:37 GMT',
    ]) {
      expect(parseHttpDate(text, now), text).toBeNull();
    }
    expect(formatHttpDate(at)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });
});

describe('entity tags', () => {
  it('compares weakly and strongly', () => {
    expect(sameStrongly('"a"', '"a"')).toBe(true);
    expect(sameStrongly('W/"a"', 'W/"a"')).toBe(false);
    expect(sameWeakly('W/"a"', '"a"')).toBe(true);
    expect(namesTag('"x", W/"a,b"', '"a,b"', sameWeakly)).toBe(true);
    expect(namesTag('*', undefined, sameWeakly)).toBe(true);
    expect(namesTag('"x"', undefined, sameWeakly)).toBe(false);
  });
});

describe('ranges', () => {
  it('reads and resolves them', () => {
    expect(parseRange('bytes=0-1,5-,-3')).toEqual([{ from: 0, to: 1 }, { from: 5, to: null }, { last: 3 }]);
    for (const bad of ['bytes=', 'bytes=5-1', 'items=0-1', 'bytes=a-b', 'bytes=-', 'bytes=0-1;2'])
      expect(parseRange(bad), bad).toBeNull();
    expect(resolveRange({ from: 2, to: 99 }, 10)).toEqual({ from: 2, to: 9 });
    expect(resolveRange({ from: 10, to: null }, 10)).toBeNull();
    expect(resolveRange({ last: 20 }, 10)).toEqual({ from: 0, to: 9 });
    expect(resolveRange({ last: 0 }, 10)).toBeNull();
    expect(parseContentRange('bytes 0-4/10')).toEqual({ from: 0, to: 4, size: 10 });
    expect(parseContentRange('bytes 0-4/*')).toEqual({ from: 0, to: 4, size: null });
    for (const bad of ['bytes 4-0/10', 'bytes 0-10/10', 'bytes */10', 'bytes 0-4'])
      expect(parseContentRange(bad), bad).toBeNull();
  });
});

describe('preferences', () => {
  it('gives one spelling to lists that mean the same', () => {
    expect(canonicalPreferences(' de , EN;q=1.0')).toBe(canonicalPreferences('en, de'));
    expect(canonicalPreferences('en;q=0.5, de')).toBe('de,en;q=0.5');
  });
  it('weighs codings', () => {
    const list = parsePreferences('gzip;q=0.5, br;q=0, *;q=0.1');
    expect([codingWeight(list, 'gzip'), codingWeight(list, 'br'), codingWeight(list, 'zstd')]).toEqual([0.5, 0, 0.1]);
    expect(codingWeight(parsePreferences('gzip'), 'br')).toBe(0);
  });
});
