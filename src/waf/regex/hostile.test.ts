import { describe, expect, it } from 'vitest';
import { rulePatterns } from '../../../test/support/rule-patterns.ts';
import { LazyDfa } from './lazy-dfa.ts';
import { parsePattern } from './parse.ts';
import { compilePattern } from './pattern-compile.ts';
import { compileProgram } from './program.ts';

const units = [
  '\n',
  ' ',
  '<',
  "'",
  '"',
  'a',
  '0',
  'a ',
  '\n ',
  '(',
  '../',
  '$',
  '{',
  'a=',
  ';',
  '\\',
  '/*',
  'x\n',
  '&#',
  '\xff',
];

/** Values whose runs make engines that go back slow; how fast we are is for a clock to say, that we end is for a test. */
const values = [1, 4, 50].flatMap((kilobytes) =>
  units.map((unit) => unit.repeat(Math.ceil((kilobytes * 1024) / unit.length))),
);

describe('patterns that make engines explode', () => {
  it.each([
    ['^(a+)+$', 'a'.repeat(5000).concat('!'), false],
    ['(a|a)*b', 'a'.repeat(5000), false],
    ['(?:\\s+|\\n)*;', '\n'.repeat(5000), false],
    ['(.*,){20}x', 'a,'.repeat(2000), false],
    ['^(a|ab|b)*c$', 'ab'.repeat(3000).concat('c'), true],
  ])('%s answers on a long value', (source, value, expected) => {
    const pattern = compilePattern(source);
    expect(pattern.test(value)).toBe(expected);
    expect(pattern.exec(value) !== null).toBe(expected);
  });

  it('cuts off what refers back and counts it as a hit', () => {
    const match = compilePattern('(a*)(a*)(a*)(a*)\\1\\2\\3\\4x').exec('a'.repeat(400));
    expect(match).toMatchObject({ index: 0, cut: true });
  });

  it('keeps one table within its bound whatever runs through it', () => {
    const automaton = new LazyDfa(compileProgram(parsePattern('[ab]*a[ab]{12}c')));
    let value = '';
    for (let i = 0; i < 40_000; i++) value += (i * 7919) % 13 < 6 ? 'a' : 'b';
    expect(automaton.test(value)).toBe(false);
    expect(automaton.test(`${value}${'a'.repeat(13)}c`)).toBe(true);
  });

  const patterns = rulePatterns('crs4');
  it.skipIf(patterns === null)(
    'every pattern of the rule set gets to the end of every hostile value (skipped where it is not installed)',
    { timeout: 60_000 },
    () => {
      let rows = 0;
      for (const source of new Set(patterns)) {
        const pattern = compilePattern(source);
        for (const value of values) {
          pattern.test(value);
          rows++;
        }
      }
      expect(rows).toBeGreaterThan(15_000);
    },
  );
});
