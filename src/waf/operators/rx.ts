import { defineOperator, type Found, type Matcher } from '../operator.ts';
import type { Pattern, PatternMatch } from '../regex/pattern.ts';
import { compilePattern } from '../regex/pattern-compile.ts';
import { PatternSyntaxError } from '../regex/syntax-error.ts';
import { RuleError } from '../rule-error.ts';

export const rx = defineOperator({
  name: 'rx',
  says: 'The value matches a regular expression, anywhere unless it is anchored; groups can be captured.',
  examples: [
    { argument: '(?i)un(io)n\\s+select', value: 'x UNION  SELECT y', matches: true, captures: ['UNION  SELECT', 'IO'] },
    { argument: '^[a-z]+$', value: 'letters', matches: true, captures: ['letters'] },
    { argument: '^[a-z]+$', value: 'letters\n', matches: false },
    { argument: 'a.b', value: 'a\nb', matches: true },
    { argument: '\\bcat\\b', value: 'concatenate', matches: false },
  ],
  compile: (argument) => patternMatcher(compileFor('rx', argument)),
});

/** Reads an operator's pattern; what is wrong with it is said with the place in the pattern. */
export function compileFor(operator: string, source: string): Pattern {
  try {
    return compilePattern(source);
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error;
    const around = source.slice(Math.max(0, error.position - 12), error.position + 12);
    throw new RuleError(`@${operator} cannot read its pattern: ${error.message}, near ${JSON.stringify(around)}`);
  }
}

function patternMatcher(pattern: Pattern): Matcher {
  return {
    test: (value) => pattern.test(value),
    find: (value) => found(pattern.exec(value)),
  };
}

export function found(match: PatternMatch | null): Found | null {
  if (match === null) return null;
  const result = { offset: match.index, length: match.groups[0]!.length, groups: match.groups };
  return match.cut
    ? { ...result, says: 'the pattern was cut off before it had an answer, which counts as a hit' }
    : result;
}
