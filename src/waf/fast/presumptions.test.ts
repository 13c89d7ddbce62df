import { describe, expect, it } from 'vitest';
import { bitsOf } from '../automaton/scan.ts';
import { groupsOf } from '../automaton/byte-groups.ts';
import { ByteSet } from '../regex/byte-set.ts';
import { seeded } from '../regex/testing/samples.ts';
import { transformNamed } from '../transform-table.ts';
import { all } from '../transforms/all.gen.ts';
import { narrowing } from './routes.ts';
import { neverLonger } from './step-limits.ts';

const random = seeded(42);
const pieces = [
  'a',
  'Z',
  '0',
  ' ',
  '  ',
  '\t',
  '\n',
  '\0',
  '/',
  '//',
  '/./',
  '/../',
  '\\',
  '\\x41',
  '\\u0041',
  '%41',
  '%u0041',
  '+',
  '&lt;',
].concat([
  '&#x41;',
  '/*',
  '*/',
  '<!--',
  '-->',
  '--',
  '#',
  '"',
  "'",
  '^',
  ',',
  ';',
  '(',
  '=',
  'YWJj',
  '\xa0',
  '\xc3\xa9',
  '.',
  '..',
  '&amp',
  '\\41 ',
]);
const values = Array.from({ length: 600 }, () =>
  Array.from({ length: random(12) }, () => pieces[random(pieces.length)]!).join(''),
);

/** The screen leaves out work because of what transformations cannot do; each of these would make it miss a match. */
describe('what the screen takes for granted of transformations', () => {
  it.each([...neverLonger])('%s never makes a value longer', (name) => {
    for (const value of values)
      expect(transformNamed(name).apply(value).length, value).toBeLessThanOrEqual(value.length);
  });

  it.each([...narrowing.keys()])('%s puts in no bytes but those it may', (name) => {
    for (const value of values) {
      const made = bitsOf(transformNamed(name).apply(value));
      expect(made & ~(bitsOf(value) | narrowing.get(name)!), JSON.stringify(value)).toBe(0);
    }
  });

  it('changes nothing without a trigger', () => {
    let rows = 0;
    for (const { triggers, apply, name } of all) {
      const bits = triggers === undefined ? null : groupsOf(ByteSet.chars(triggers));
      if (bits === null || bits === 0) continue;
      for (const value of values) {
        if ((bitsOf(value) & bits) !== 0) continue;
        expect(apply(value), name).toBe(value);
        rows++;
      }
    }
    expect(rows).toBeGreaterThan(500);
  });

  it('only lowers without what a transformation names for that', () => {
    let rows = 0;
    for (const { lowersBut, apply, name } of all) {
      if (lowersBut === undefined) continue;
      const bits = groupsOf(ByteSet.chars(lowersBut))!;
      expect(bits).not.toBeNull();
      for (const value of values) {
        if ((bitsOf(value) & bits) !== 0) continue;
        expect(apply(value), name).toBe(transformNamed('lowercase').apply(value));
        rows++;
      }
    }
    expect(rows).toBeGreaterThan(40);
  });
});
