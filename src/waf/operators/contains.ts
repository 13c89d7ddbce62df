import { textAt } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@contains`; an empty argument always matches. */
export default defineOperator({
  name: 'contains',
  says: 'The value contains a text.',
  examples: [
    { argument: '-->', value: 'a-->b', matches: true, captures: ['-->'] },
    { argument: 'AB', value: 'xaby', matches: false },
    { argument: '', value: '', matches: true },
  ],
  compile: (argument) => textAt(argument, (value) => value.indexOf(argument)),
});
