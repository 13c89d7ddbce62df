import { textAt } from '../matchers.ts';
import { defineOperator } from '../operator.ts';
import { phraseText } from '../phrase-text.ts';
import { RuleError } from '../rule-error.ts';

/** ModSecurity v2 reference manual, `@strmatch`: like `@contains`, with `|hex|` bytes and `\`-escapes in the argument. */
export default defineOperator({
  name: 'strmatch',
  says: 'The value contains a text, which may have bytes in hexadecimal between bars.',
  examples: [
    { argument: 'WebZIP', value: 'agent WebZIP/1', matches: true, captures: ['WebZIP'] },
    { argument: 'A|42 43|\\:', value: 'xABC:', matches: true },
    { argument: 'WebZIP', value: 'agent webzip/1', matches: false },
  ],
  compile(argument) {
    const text = phraseText(argument);
    if (text === '') throw new RuleError('@strmatch has nothing to look for', { hint: 'write a text after @strmatch' });
    return textAt(text, (value) => value.indexOf(text));
  },
});
