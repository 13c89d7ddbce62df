import { textAt } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@containsWord`: letters, digits and `_` make words; an empty argument matches. */
export default defineOperator({
  name: 'containsWord',
  says: 'The value contains a text with no letter, digit or _ right before or after it.',
  examples: [
    { argument: 'select', value: '1;select(2)', matches: true, captures: ['select'] },
    { argument: 'select', value: 'selected selections unselect my_select', matches: false },
    { argument: 'a', value: 'aa a', matches: true },
    { argument: '', value: 'x', matches: true },
  ],
  compile: (argument) => textAt(argument, (value) => wordAt(value, argument)),
});

function wordAt(value: string, word: string): number {
  if (word === '') return 0;
  for (let at = value.indexOf(word); at >= 0; at = value.indexOf(word, at + 1)) {
    if (!isWord(value.charCodeAt(at - 1)) && !isWord(value.charCodeAt(at + word.length))) return at;
  }
  return -1;
}

function isWord(code: number): boolean {
  const letter = code | 0x20;
  return code === 0x5f || (code >= 0x30 && code <= 0x39) || (code < 0x80 && letter >= 0x61 && letter <= 0x7a);
}
