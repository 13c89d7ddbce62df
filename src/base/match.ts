/**
 * Wildcard patterns: `*` stands for any run of characters, slashes included, `?` for exactly one. Matching never
 * backtracks over more than one star, so the cost is the product of the two lengths at the very worst.
 */
export interface Wildcard {
  readonly pattern: string;
  /** True when the pattern has neither `*` nor `?`. */
  readonly exact: boolean;
  /** Literal characters: of two patterns that match, the one with more of them says more about the value. */
  readonly literals: number;
  readonly stars: number;
  test(value: string): boolean;
}

export function wildcard(pattern: string, options: { readonly ignoreCase?: boolean } = {}): Wildcard {
  const wanted = options.ignoreCase ? pattern.toLowerCase() : pattern;
  const marks = wanted.match(/[*?]/g)?.length ?? 0;
  const stars = wanted.match(/\*/g)?.length ?? 0;
  const exact = marks === 0;
  return {
    pattern,
    exact,
    literals: wanted.length - marks,
    stars,
    test: (value) => {
      const given = options.ignoreCase ? value.toLowerCase() : value;
      return exact ? given === wanted : glob(wanted, given);
    },
  };
}

function glob(pattern: string, value: string): boolean {
  let p = 0;
  let v = 0;
  let star = -1;
  let resume = 0;
  while (v < value.length) {
    const mark = pattern[p];
    if (mark === '*') {
      star = p++;
      resume = v;
    } else if (mark === '?' || mark === value[v]) {
      p++;
      v++;
    } else if (star >= 0) {
      p = star + 1;
      v = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** The most specific first: exact before wildcard, then more literals, then fewer stars, then the text itself. */
export function bySpecificity(a: Wildcard, b: Wildcard): number {
  if (a.exact !== b.exact) return a.exact ? -1 : 1;
  return b.literals - a.literals || a.stars - b.stars || (a.pattern < b.pattern ? -1 : a.pattern > b.pattern ? 1 : 0);
}
