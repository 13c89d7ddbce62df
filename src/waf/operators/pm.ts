import { defineOperator } from '../operator.ts';
import { phraseMatcher } from '../phrase-files.ts';
import { phraseText } from '../phrase-text.ts';
import { Phrases } from '../phrases.ts';
import { RuleError } from '../rule-error.ts';

/**
 * ModSecurity v2 reference manual, `@pm`: phrases between blanks, case of letters ignored; `|hex|` and `\`-escapes as in
 * `@strmatch`. Captured is what stood in the value (v2 has the phrase as the rule spells it).
 */
export default defineOperator({
  name: 'pm',
  says: 'The value contains one of several phrases, in any case of letters.',
  examples: [
    { argument: 'select UNION', value: 'x uNioN y', matches: true, captures: ['uNioN'] },
    { argument: 'he hers ushers', value: 'usher', matches: true, captures: ['he'] },
    { argument: 'a|2d|b', value: 'A-B', matches: true },
    { argument: 'select union', value: 'sele ct', matches: false },
  ],
  compile(argument) {
    const phrases = new Phrases(phraseText(argument).split(/[ \t\n\v\f\r]+/));
    if (phrases.size === 0)
      throw new RuleError('@pm has no phrases', { hint: 'write phrases with blanks between them' });
    return phraseMatcher(phrases);
  },
});
