import { describe, expect, it } from 'vitest';
import { cachePolicy } from '../config/cache.ts';
import { HeaderList } from '../http/headers.ts';
import { directivesFor, terms } from './fresh.ts';
import { compilePolicy } from './policy.ts';

type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

const now = Date.UTC(2026, 0, 1);
const Date1 = 'Thu, 01 Jan 2026 00:00:00 GMT';
const policyOf = (given: object = {}) => compilePolicy(cachePolicy.parse(given));
const fields = (given: Fields): HeaderList => HeaderList.of(given as [string, string][]);

/** Seconds that are left when the answer arrives. */
const left = (given: Fields, policy = policyOf()): number => {
  const good = terms(200, fields(given), policy, now, now);
  return (good.lifetime - good.age) / 1000;
};

describe('the age that an answer arrives with', () => {
  const rows: readonly (readonly [lines: readonly string[], age: number])[] = [
    [['0'], 0],
    [['7'], 7],
    [['7, 0'], 7],
    [['0, 7'], 0],
    [['0,7'], 0],
    [['7', '0'], 7],
    [['0', '7'], 0],
    [['5', '5'], 5],
    [['abc'], 0],
    [['-7'], 0],
    [['7.0'], 0],
    [['7;a=1'], 0],
    [[''], 0],
    [['99999999999'], 2 ** 31],
  ];
  it(`reads ${rows.length} spellings as RFC 9111 section 5.1 says`, () => {
    for (const [lines, age] of rows) {
      const given = [['Cache-Control', 'max-age=60'], ...lines.map((line) => ['Age', line] as const)] as const;
      expect(left(given as Fields), lines.join(' | ')).toBe(60 - age);
    }
    expect(rows.length).toBeGreaterThan(12);
  });
  it('takes every doubt for old age where the policy says so', () => {
    const strict = policyOf({ unreadableAge: 'stale' });
    for (const line of ['abc', '0, 0', '7;a=1', '-1', ''])
      expect(left({ 'Cache-Control': 'max-age=60', Age: line }, strict), line).toBeLessThan(0);
    expect(left({ 'Cache-Control': 'max-age=60', Age: '7' }, strict)).toBe(53);
  });
});

describe('an Expires', () => {
  const rows: readonly (readonly [text: string, fresh: boolean])[] = [
    ['Thu, 18 Aug 2050 02:01:18 GMT', true],
    ['Tue, 19 Jan 2038 14:14:08 GMT', true],
    ['Sun, 21 Nov 2286 04:46:39 GMT', true],
    ['Thursday, 18-Aug-50 02:01:18 GMT', true],
    ['Thu Aug  8 02:01:18 2050', true],
    ['THU, 18 Aug 2050 02:01:18 GMT', true],
    ['Thu, 18 AUG 2050 02:01:18 GMT', true],
    ['Thu, 18 Aug 2050 02:01:18 gMT', true],
    ['Thu, 18 Aug 2050 02:01:18 UTC', false],
    ['Thu, 18 Aug 2050 02:01:18 AEST', false],
    ['Thu, 18 Aug 50 02:01:18 GMT', false],
    ['Thu 18 Aug 2050 02:01:18 GMT', false],
    ['Thu, 18  Aug  2050 02:01:18 GMT', false],
    ['Thu, 18-Aug-2050 02:01:18 GMT', false],
    ['Thu, 18 Aug 2050 02.01.18 GMT', false],
    ['Thu, 18 Aug 2050 2:01:18 GMT', false],
    ['0', false],
  ];
  it(`counts in ${rows.length} spellings, or means that it is over`, () => {
    for (const [text, fresh] of rows) expect(left({ Date: Date1, Expires: text }) > 0, text).toBe(fresh);
    expect(rows.length).toBeGreaterThan(15);
  });
});

describe('a targeted field (RFC 9213)', () => {
  const rows: readonly (readonly [field: string, beats: boolean])[] = [
    ['max-age=3600', true],
    ['foobar, max-age=3600', true],
    ['max-age=3600;x="a, b"', true],
    ['MaX-aGe=3600', true],
    ['max-age=3600, ext=("a" b);q=1', false],
    ['max-age=3600, ext="a\\"b"', true],
    ['max-age=3600, &&&&&', false],
    ['max-age="3600"', false],
    ['max-age =3600', false],
    ['max-age= 3600', false],
    ['max-age=3600,', false],
    ['', false],
  ];
  it(`beats Cache-Control in ${rows.length} spellings, or is as good as absent`, () => {
    for (const [field, beats] of rows) {
      const headers = fields({ 'Cache-Control': 'max-age=1', 'CDN-Cache-Control': field });
      expect(directivesFor(headers, policyOf()).targeted, field).toBe(beats);
    }
    expect(rows.length).toBeGreaterThan(10);
  });
  it('is over when it says so, whatever Expires says', () => {
    expect(left({ 'CDN-Cache-Control': 'max-age=0', Date: Date1, Expires: 'Thu, 18 Aug 2050 02:01:18 GMT' })).toBe(0);
  });
});
