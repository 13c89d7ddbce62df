import type { KnownPatterns } from './regex/pattern.ts';
import { looseTest } from './selector.ts';

/** Tests for names by the patterns of selectors, each made when it is first asked for. */
export function namesBy(known?: KnownPatterns): (pattern: string) => (name: string) => boolean {
  const tests = new Map<string, (name: string) => boolean>();
  return (pattern) => {
    let test = tests.get(pattern);
    if (test === undefined) tests.set(pattern, (test = looseTest(pattern, undefined, known)));
    return test;
  };
}
