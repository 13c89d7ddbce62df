import type { Found, Matcher, OperatorContext } from '../operator.ts';
import { wholeValue } from '../matchers.ts';
import { RuleError } from '../rule-error.ts';
import type { Pattern, PatternMatch } from './pattern.ts';
import { compilePattern } from './pattern-compile.ts';
import { ProgramTooLarge } from './program.ts';
import { PatternSyntaxError } from './syntax-error.ts';

/** A matcher that knows its pattern, so that the engine can ask what the pattern needs. */
export interface PatternMatcher extends Matcher {
  readonly pattern: Pattern;
}

/** What `@rx` and its relatives run. What is wrong with a pattern is said with the place in it. */
export function patternMatcher(operator: string, source: string, context: OperatorContext): PatternMatcher {
  const pattern = context.patterns?.(source) ?? compileFor(operator, source);
  return source === everything ? { ...wholeValue(() => true), pattern } : matcherOf(pattern);
}

/** How rules write that they want a whole value captured; often enough not to search for it. */
const everything = '^.*$';

export function matcherOf(pattern: Pattern): PatternMatcher {
  return {
    pattern,
    test: (value) => pattern.test(value),
    find: (value) => found(pattern.exec(value)),
  };
}

export function compileFor(operator: string, source: string): Pattern {
  try {
    return compilePattern(source);
  } catch (error) {
    if (error instanceof ProgramTooLarge) throw new RuleError(`@${operator}: ${error.message}`);
    if (!(error instanceof PatternSyntaxError)) throw error;
    const around = source.slice(Math.max(0, error.position - 12), error.position + 12);
    throw new RuleError(`@${operator} cannot read its pattern: ${error.message}, near ${JSON.stringify(around)}`);
  }
}

function found(match: PatternMatch | null): Found | null {
  if (match === null) return null;
  const result = { offset: match.index, length: match.groups[0]!.length, groups: match.groups };
  return match.cut ? { ...result, says: 'cut off before there was an answer, which counts as a hit' } : result;
}
