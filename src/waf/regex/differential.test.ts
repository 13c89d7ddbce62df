import { describe, expect, it } from 'vitest';
import { some } from './ast.ts';
import { compilePattern } from './pattern-compile.ts';
import { parsePattern } from './parse.ts';
import { toEcmaScript } from './testing/ecmascript.ts';
import { rulePatterns } from '../../../test/support/rule-patterns.ts';
import { disturb, sample, seeded } from './testing/samples.ts';

const written = [
  'a|ab|abc(d|de)?',
  '(a+|b+)*c',
  '(?:a|b)*?abb',
  '^(?:[a-z]+:)?//',
  '\\bselect\\b.{0,5}\\bfrom\\b',
  'x$|^y',
  '(?m)^b$|c$',
  '(?i)straSSe\\xdf',
  '[^\\W\\d]+\\B.',
  '(\\w)(\\w)\\2\\1',
  '(?=.*\\d)(?=.*[a-z])\\w{4,}$',
  '(?<![a-z])b+(?!c)',
  'a{2,4}b{0,2}c{3}',
  '(?:\\s*,\\s*)+;',
  '\\Babc\\B',
  '(?s:.)(?-s:.)',
  '(a?b??)*c',
  '|a',
  '(?:)',
  '[[:alpha:]_][[:^space:]]*',
  '(?:a\\b)?.\\b',
  '^$',
  '\\d+(?:\\.\\d+)?\\Z',
];

/** Index and text of the match in V8, or null. Groups are left out: ECMAScript resets them in each turn of a loop. */
function inV8(pattern: RegExp, value: string): readonly [number, string] | null {
  const match = pattern.exec(value);
  return match === null ? null : [match.index, match[0]];
}

function compare(sources: readonly string[], valuesEach: number): { readonly rows: number; readonly hits: number } {
  const random = seeded(20_250_131);
  let rows = 0;
  let hits = 0;
  for (const source of sources) {
    const { root } = parsePattern(source);
    if (some(root, (node) => node.kind === 'atomic' || (node.kind === 'repeat' && node.mode === 'possessive')))
      continue;
    const theirs = new RegExp(toEcmaScript(root));
    const ours = compilePattern(source);
    for (let i = 0; i < valuesEach; i++) {
      const fit = sample(root, random).slice(0, 120);
      const value = i % 3 === 0 ? fit : disturb(fit, random);
      const match = ours.exec(value);
      const expected = inV8(theirs, value);
      const got = match === null ? null : [match.index, match.groups[0]];
      expect(got, `${source} on ${JSON.stringify(value)}`).toEqual(expected);
      expect(ours.test(value), `${source} tested on ${JSON.stringify(value)}`).toBe(expected !== null);
      rows++;
      if (expected !== null) hits++;
    }
  }
  return { rows, hits };
}

describe('our engine agrees with V8 on where a match is', () => {
  it('for patterns written to be awkward', () => {
    const { rows, hits } = compare(written, 120);
    expect(rows).toBe(written.length * 120);
    expect(hits).toBeGreaterThan(rows / 4);
  });

  for (const set of ['crs4', 'crs3'] as const) {
    const patterns = rulePatterns(set);
    it.skipIf(patterns === null)(`for every pattern of ${set} (skipped where the rule set is not installed)`, () => {
      const { rows, hits } = compare(patterns!, 12);
      expect(rows).toBeGreaterThan(2_500);
      expect(hits).toBeGreaterThan(rows / 4);
    });
  }
});
