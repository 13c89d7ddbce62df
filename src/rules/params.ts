import { z } from 'zod';

/** A regular expression given as data: checked when the document is loaded, matched against short, bounded values only. */
export const patternText = z
  .string()
  .max(500)
  .refine(
    (text) => {
      try {
        return Boolean(new RegExp(text, 'u'));
      } catch {
        return false;
      }
    },
    { error: 'wanted a regular expression' },
  );

/** Longest value that a pattern is tried on; what is longer does not match, so that nobody pays for a slow pattern. */
const MOST_TESTED = 4096;

export function matcher(pattern: string, ignoreCase = false): (value: string) => boolean {
  const regex = new RegExp(pattern, ignoreCase ? 'iu' : 'u');
  return (value) => value.length <= MOST_TESTED && regex.test(value);
}
