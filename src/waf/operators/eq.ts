import { compares } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@eq`: both sides as whole numbers, what is none counts as 0. */
export default defineOperator({
  name: 'eq',
  says: 'The value as a number is equal to the argument.',
  examples: [
    { argument: '10', value: '10', matches: true, captures: ['10'] },
    { argument: '10', value: '9', matches: false },
    { argument: '0', value: 'word', matches: true },
    { argument: '-3', value: ' -3x', matches: true },
  ],
  compile: (argument) => compares(argument, (value, limit) => value === limit),
});
