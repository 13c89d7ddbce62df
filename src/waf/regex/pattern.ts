/**
 * The one way in which the engine uses regular expressions. A pattern is written in PCRE's syntax as rules have it and
 * means what ModSecurity v2 means: dot matches newline, `$` only at the very end, bytes as latin1.
 *
 * Nothing is compiled before it is first needed, and no pattern can run longer than linear in its value: see
 * `pattern-compile.ts` for how that is kept.
 */
export interface Pattern {
  readonly source: string;
  test(value: string): boolean;
  /** Offset, and the text of group 0 and up ('' for a group that took no part); null when there is no match. */
  exec(value: string): PatternMatch | null;
}

export interface PatternMatch {
  readonly index: number;
  readonly groups: readonly string[];
  /** The search was cut off by its budget and counts as a match, so that a slow rule fails closed. */
  readonly cut?: true;
}

/** Finds a pattern that was compiled before; null for any other. */
export type KnownPatterns = (source: string) => Pattern | null;
