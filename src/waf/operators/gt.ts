import { compares } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@gt`: both sides as whole numbers, what is none counts as 0. */
export default defineOperator({
  name: 'gt',
  says: 'The value as a number is greater than the argument.',
  examples: [
    { argument: '10', value: '11', matches: true, captures: ['11'] },
    { argument: '10', value: '10', matches: false },
    { argument: '0', value: 'word', matches: false },
    { argument: '-3', value: ' -3x', matches: false },
  ],
  compile: (argument) => compares(argument, (value, limit) => value > limit),
});
