import { compares } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@lt`: both sides as whole numbers, what is none counts as 0. */
export default defineOperator({
  name: 'lt',
  says: 'The value as a number is less than the argument.',
  examples: [
    { argument: '10', value: '9', matches: true, captures: ['9'] },
    { argument: '10', value: '10', matches: false },
    { argument: '0', value: 'word', matches: false },
    { argument: '-3', value: ' -3x', matches: false },
  ],
  compile: (argument) => compares(argument, (value, limit) => value < limit),
});
