import { wholeValue } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@within`: the other way round than `@contains`; an empty value always matches. */
export default defineOperator({
  name: 'within',
  says: 'The value is found inside a text.',
  examples: [
    { argument: 'GET HEAD POST', value: 'HEAD', matches: true, captures: ['HEAD'] },
    { argument: '|text/xml| |application/json|', value: '|application/json|', matches: true },
    { argument: 'GET HEAD POST', value: 'PUT', matches: false },
    { argument: 'GET', value: '', matches: true },
  ],
  compile: (argument) => wholeValue((value) => argument.includes(value)),
});
