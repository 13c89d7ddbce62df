import { textAt } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@beginsWith`; an empty argument always matches. */
export default defineOperator({
  name: 'beginsWith',
  says: 'The value begins with a text.',
  examples: [
    { argument: '/admin', value: '/admin/users', matches: true, captures: ['/admin'] },
    { argument: '/admin', value: '/Admin', matches: false },
    { argument: '', value: 'x', matches: true },
  ],
  compile: (argument) => textAt(argument, (value) => (value.startsWith(argument) ? 0 : -1)),
});
