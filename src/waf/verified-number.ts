import type { Found, Matcher } from './operator.ts';
import type { Pattern } from './regex/pattern.ts';

/**
 * How many candidates of one value are verified. A value with more counts as a hit and says so: a search that was cut
 * short must not look like a clean answer.
 */
export const candidateLimit = 4096;

/**
 * A matcher for numbers of a certain kind: candidates by pattern, the first one that `holds` is the hit. As in ModSecurity
 * v2 the search goes on one byte behind where the last candidate began, so that a number inside a longer one is
 * found; unlike there, the pattern sees the rest of the value alone, so look-behind and `\b` treat it as its beginning.
 */
export function verified(pattern: Pattern, holds: (digits: string) => boolean): Matcher {
  const find = (value: string): Found | null => {
    let from = 0;
    for (let tries = 0; from < value.length; tries += 1) {
      const match = pattern.exec(from === 0 ? value : value.slice(from));
      const text = match?.groups[0] ?? '';
      if (match === null || (text === '' && !match.cut)) return null;
      const offset = from + match.index;
      const found = { offset, length: text.length, groups: match.groups };
      if (match.cut) return { ...found, says: 'the pattern was cut off by its budget' };
      if (tries >= candidateLimit) return { ...found, says: `more than ${candidateLimit} candidates` };
      if (holds(text.replace(/\D+/g, ''))) return found;
      from = offset + 1;
    }
    return null;
  };
  return { test: (value) => find(value) !== null, find };
}
