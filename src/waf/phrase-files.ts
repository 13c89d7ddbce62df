import { matcherOf } from './matchers.ts';
import type { Matcher, OperatorContext } from './operator.ts';
import { fileLines } from './phrase-text.ts';
import { Phrases } from './phrases.ts';
import { RuleError } from './rule-error.ts';

/**
 * `@pmFromFile`: one or more files with blanks between their names, a phrase a line. Lines are literal, as in
 * ModSecurity v3: v2 also reads `|hex|` in them, which spoils phrases that have bars in them.
 */
export function phrasesFromFiles(argument: string, context: OperatorContext): Matcher {
  const files = fileNames(argument);
  const phrases = new Phrases(files.flatMap((file) => fileLines(context.readFile(file))));
  if (phrases.size === 0) throw new RuleError(`no phrases in ${argument}`, { hint: 'write one phrase a line' });
  return phraseMatcher(phrases);
}

export function phraseMatcher(phrases: Phrases): Matcher {
  const { find } = matcherOf((value) => phrases.find(value));
  return { needs: { texts: phrases.all }, test: (value) => phrases.test(value), find };
}

/** File names between blanks; none is an error. */
export function fileNames(argument: string): readonly string[] {
  const files = argument.split(/\s+/).filter((file) => file !== '');
  if (files.length === 0) throw new RuleError('no file is named', { hint: 'write a path relative to the rule file' });
  return files;
}
