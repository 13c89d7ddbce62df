import { isSpace } from './bytes.ts';
import type { Found, Matcher, Needs } from './operator.ts';

/** A matcher from one search: where a hit begins and how long it is, or null. */
export function matcherOf(
  search: (value: string) => { readonly offset: number; readonly length: number; readonly says?: string } | null,
): Matcher {
  return {
    test: (value) => search(value) !== null,
    find(value) {
      const hit = search(value);
      return hit === null ? null : { ...hit, groups: [value.slice(hit.offset, hit.offset + hit.length)] };
    },
  };
}

/** A matcher that says yes or no to the whole value. */
export function wholeValue(test: (value: string) => boolean, says?: string): Matcher {
  return {
    test,
    find: (value) => (test(value) ? whole(value, says) : null),
  };
}

export function whole(value: string, says?: string): Found {
  const found = { offset: 0, length: value.length, groups: [value] };
  return says === undefined ? found : { ...found, says };
}

/** The same matcher, which says what every value that it hits has in it. */
export const needing = (needs: Needs, matcher: Matcher): Matcher => ({ ...matcher, needs });

/** A matcher that finds `needle` where `at` says, -1 for nowhere. */
export function textAt(needle: string, at: (value: string) => number): Matcher {
  return {
    ...(needle !== '' && { needs: { texts: [needle] } }),
    test: (value) => at(value) >= 0,
    find(value) {
      const offset = at(value);
      return offset < 0 ? null : { offset, length: needle.length, groups: [needle] };
    },
  };
}

/**
 * C's `atoi` without its overflow: blanks, a sign, digits; what follows is ignored and no digits at all are 0, so a word
 * compares as 0.
 */
export function leadingInteger(value: string): number {
  let i = 0;
  while (isSpace(value.charCodeAt(i))) i += 1;
  const sign = value.charCodeAt(i);
  if (sign === 0x2b || sign === 0x2d) i += 1;
  let number = 0;
  for (let digit = value.charCodeAt(i) - 0x30; digit >= 0 && digit <= 9; digit = value.charCodeAt(i) - 0x30) {
    number = number * 10 + digit;
    i += 1;
  }
  return sign === 0x2d ? 0 - number : number;
}

/** A matcher that compares the value as a number with the argument as a number. */
export function compares(argument: string, holds: (value: number, limit: number) => boolean): Matcher {
  const limit = leadingInteger(argument);
  return wholeValue((value) => holds(leadingInteger(value), limit));
}
