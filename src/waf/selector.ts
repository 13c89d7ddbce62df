import type { Selector } from './condition.ts';
import type { KnownPatterns } from './regex/pattern.ts';
import { compilePattern } from './regex/pattern-compile.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';

/** A pattern as selectors and rule lists use it: found anywhere, without regard to case. */
export function looseTest(source: string, place?: SourcePlace, known?: KnownPatterns): (text: string) => boolean {
  const start = /^\^([\w-]+)$/.exec(source)?.[1]?.toLowerCase();
  // A beginning is what most rules mean, and variables are looked through one by one.
  if (start !== undefined) return (text) => text.slice(0, start.length).toLowerCase() === start;
  try {
    const written = `(?i)${source}`;
    const pattern = known?.(written) ?? compilePattern(written);
    return (text) => pattern.test(text);
  } catch (error) {
    throw new RuleError(
      `the pattern /${source}/ cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
      {
        ...(place && { place }),
      },
    );
  }
}

/** Null means every name is meant. */
export function keyTest(
  selector: Selector,
  place?: SourcePlace,
  known?: KnownPatterns,
): ((key: string) => boolean) | null {
  if (selector.kind === 'all') return null;
  if (selector.kind === 'pattern') return looseTest(selector.source, place, known);
  const wanted = selector.key;
  return (key) => key.length === wanted.length && key.toLowerCase() === wanted;
}
