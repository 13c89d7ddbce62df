import { textAt } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@endsWith`; an empty argument always matches. */
export default defineOperator({
  name: 'endsWith',
  says: 'The value ends with a text.',
  examples: [
    { argument: '.pdf', value: '/a.pdf', matches: true, captures: ['.pdf'] },
    { argument: '.pdf', value: '/a.pdf?', matches: false },
    { argument: '', value: 'x', matches: true },
  ],
  compile: (argument) => textAt(argument, (value) => (value.endsWith(argument) ? value.length - argument.length : -1)),
});
