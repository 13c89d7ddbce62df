const refused: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\\[1-9]|\\g\{?-?\d|\\k[<{']|\(\?P=/, 'a back reference'],
  [/\(\?(?:R|\d+|[+-]\d+|&|P>)/, 'a subroutine or recursion'],
  [/\(\?\(/, 'a conditional'],
  [/\(\*[A-Z]/, 'a backtracking verb'],
  [/\\[CRKX]/, '\\C, \\R, \\K or \\X'],
  [/\(\?C\d*\)/, 'a call-out'],
  [/\(\?>/, 'an atomic group'],
  [/\(\?<?[=!]/, 'a look-around'],
  [/(?:[*+?]|\{\d+(?:,\d*)?\})\+/, 'a possessive quantifier'],
];

/** What AWS WAF's engine cannot run in this pattern, in words; null when nothing. Parentheses are taken for grouping only. */
export function refusedByAws(source: string): string | null {
  // Escaped characters and classes hold nothing that could be mistaken for syntax.
  const bare = source
    .replace(/\\\\/g, '')
    .replace(/\[\^?\]?(?:\\.|[^\]\\])*\]/g, '[]')
    .replace(/\\[^\dgkCRKX]/g, '.');
  return refused.find(([pattern]) => pattern.test(bare))?.[1] ?? null;
}
