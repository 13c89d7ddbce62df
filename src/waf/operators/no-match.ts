import { wholeValue } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@noMatch`. */
export default defineOperator({
  name: 'noMatch',
  says: 'Never a hit.',
  examples: [
    { argument: '', value: 'x', matches: false },
    { argument: 'x', value: 'x', matches: false },
  ],
  compile: () => wholeValue(() => false),
});
