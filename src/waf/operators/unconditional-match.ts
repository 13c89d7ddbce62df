import { wholeValue } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@unconditionalMatch`. */
export default defineOperator({
  name: 'unconditionalMatch',
  says: 'Always a hit.',
  examples: [
    { argument: '', value: 'x', matches: true, captures: ['x'] },
    { argument: 'ignored', value: '', matches: true },
  ],
  compile: () => wholeValue(() => true),
});
