import { describe, expect, it } from 'vitest';
import { bytesOf, groupBits, profileOf, profiles } from '../automaton/byte-groups.ts';
import { rulePatterns } from '../../../test/support/rule-patterns.ts';
import { compilePattern } from './pattern-compile.ts';
import { parsePattern } from './parse.ts';
import { requirementOf } from './requirement.ts';
import { disturb, sample, seeded } from './testing/samples.ts';

/** Everything that is asked of a value before a pattern is run on it: a match without it would be missed. */
function meets(source: string, value: string): boolean {
  const bits = Array.from(value, (char) => groupBits[char.charCodeAt(0)]!).reduce((all, bit) => all | bit, 0);
  const requirement = requirementOf(parsePattern(source).root, bytesOf(profiles[profileOf(bits)]!));
  if (requirement === null) return false;
  const folded = value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const texts = requirement.literals === null || requirement.literals.some((text) => folded.includes(text));
  return texts && requirement.bytes.every((set) => Array.from(value).some((char) => set.has(char.charCodeAt(0))));
}

describe('what a pattern needs', () => {
  it.each([
    ['(?i)union.*?select', ['select']],
    ['a|bc', null],
    ['(?:foo|bar)baz', ['foobaz', 'barbaz']],
    ['x?yz', ['xyz', 'yz']],
    ['[0-9]+', null],
  ])('%s', (source, literals) => {
    const found = requirementOf(parsePattern(source).root, bytesOf(-1))?.literals ?? null;
    if (literals === null) expect(found).toBeNull();
    else for (const text of found ?? ['nothing']) expect(literals.some((literal) => literal.includes(text))).toBe(true);
  });

  it('cannot be met by values without the bytes it is made of', () => {
    expect(requirementOf(parsePattern('<script').root, bytesOf(profiles[0]!))).toBeNull();
    expect(requirementOf(parsePattern('<?script').root, bytesOf(profiles[0]!))?.literals).toEqual(['script']);
  });

  const patterns = rulePatterns('crs4');
  it.skipIf(patterns === null)(
    'holds for every value that a pattern of the rule set matches (skipped where it is not installed)',
    () => {
      const random = seeded(11);
      let rows = 0;
      for (const source of new Set(patterns)) {
        const { root } = parsePattern(source);
        const pattern = compilePattern(source);
        for (let i = 0; i < 6; i++) {
          const made = sample(root, random).slice(0, 300);
          const value = i % 2 === 0 ? made : disturb(made, random);
          if (!pattern.test(value)) continue;
          expect(meets(source, value), `${source} on ${JSON.stringify(value)}`).toBe(true);
          rows++;
        }
      }
      expect(rows).toBeGreaterThan(500);
    },
  );
});
