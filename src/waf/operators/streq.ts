import { needing, wholeValue } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@streq`. */
export default defineOperator({
  name: 'streq',
  says: 'The value equals a text, byte for byte.',
  examples: [
    { argument: 'POST', value: 'POST', matches: true, captures: ['POST'] },
    { argument: 'POST', value: 'post', matches: false },
    { argument: '', value: '', matches: true },
  ],
  compile: (argument) =>
    needing(
      argument === '' ? {} : { texts: [argument] },
      wholeValue((value) => value === argument),
    ),
});
