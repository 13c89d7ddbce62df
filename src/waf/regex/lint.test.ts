import { describe, expect, it } from 'vitest';
import { lintPattern, pumped } from './lint.ts';

describe('lintPattern', () => {
  it.each(['(a+)+$', '(?:a|a)*b', '^(?:[a-z]+\\s?)+$', '(x+x+)+y', '(?:\\s*a?\\s*)*;'])('%s: exponential', (source) => {
    const { explosion } = lintPattern(source);
    expect(explosion?.growth).toBe('exponential');
  });

  it.each([
    ['\\s*\\s*\\s*x', 3],
    ['a*a*a*a*b', 4],
    ['^\\s*\\s*\\s*x', 3],
  ])('%s: a polynomial of about degree %d', (source, degree) => {
    const { explosion } = lintPattern(source);
    expect(explosion?.growth).toBe('polynomial');
    expect(explosion?.degree).toBeGreaterThanOrEqual(degree - 0.4);
  });

  it.each(['abc', '^a+$', 'a+b+c+', '(?i)union\\s+select', '\\b[a-z]{1,20}\\b', '^(?:ab)+$', '[^"]*"'])(
    '%s: nothing to tell',
    (source) => {
      expect(lintPattern(source)).toEqual({ regular: true, explosion: null });
    },
  );

  it('gives a witness that a backtracking engine feels, and says what runs with a budget here', () => {
    const { explosion, regular } = lintPattern('^(?=(a+)+b)(a+)\\2$');
    expect(regular).toBe(false);
    expect(explosion?.growth).toBe('exponential');
    const { witness, steps } = lintPattern('(a+)+$').explosion ?? {
      witness: { before: '', pump: '', after: '' },
      steps: [],
    };
    expect(pumped(witness, 30)).toMatch(/^a{25,30}/);
    expect(steps.length).toBeGreaterThanOrEqual(3);
  });
});
