import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bySpecificity, wildcard } from './match.ts';

const letters = fc.stringMatching(/^[ab/]{0,12}$/);
const pattern = fc.stringMatching(/^[ab/*?]{0,10}$/);
const oracle = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]')}$`,
  );

describe('wildcards', () => {
  it('match what the regular expression matches', () => {
    fc.assert(
      fc.property(pattern, letters, (text, value) => {
        expect(wildcard(text).test(value)).toBe(oracle(text).test(value));
      }),
      { numRuns: 3000 },
    );
  });

  it('take other characters for themselves', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const exact = text.replaceAll(/[*?]/g, '');
        expect(wildcard(exact).test(exact)).toBe(true);
        expect(wildcard(exact).exact).toBe(true);
        expect(wildcard(`${exact}*`).test(exact)).toBe(true);
      }),
    );
  });

  it('cost no more than the product of the lengths', () => {
    // Exponential matching of this pair would not come back in the life of the machine.
    expect(wildcard(`${'a*'.repeat(30)}b`).test('a'.repeat(5000))).toBe(false);
  });

  it('without regard to case where told', () => {
    expect(wildcard('/Admin*', { ignoreCase: true }).test('/aDMIN/x')).toBe(true);
    expect(wildcard('/Admin*').test('/admin/x')).toBe(false);
  });

  it('are ordered the same however they come', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { maxLength: 8 }), (texts) => {
        const sorted = (list: readonly string[]): string[] =>
          list
            .map((text) => wildcard(text))
            .sort(bySpecificity)
            .map((each) => each.pattern);
        expect(sorted([...texts].reverse())).toEqual(sorted(texts));
      }),
    );
  });
});
