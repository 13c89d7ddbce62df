import { defineOperator } from '../operator.ts';
import { verified } from '../verified-number.ts';
import { patternMatcher } from '../regex/pattern-matcher.ts';

/** ModSecurity v2 reference manual, `@verifySSN`: nine digits, no field of zeros, no area of 666 or from 740. */
export default defineOperator({
  name: 'verifySSN',
  says: 'The value contains a US social security number: a match of the pattern that could have been issued.',
  examples: [
    { argument: '\\d{3}-?\\d{2}-?\\d{4}', value: 'ssn 536-22-1234', matches: true, captures: ['536-22-1234'] },
    { argument: '\\d{3}-?\\d{2}-?\\d{4}', value: '666-22-1234', matches: false },
    { argument: '\\d{3}-?\\d{2}-?\\d{4}', value: '111-11-1111', matches: false },
    { argument: '\\d{3}-?\\d{2}-?\\d{4}', value: '123-45-6789', matches: false },
  ],
  compile: (argument, context) => verified(patternMatcher('verifySSN', argument, context).pattern, couldBeIssued),
});

function couldBeIssued(digits: string): boolean {
  const area = Number(digits.slice(0, 3));
  const group = Number(digits.slice(3, 5));
  const serial = Number(digits.slice(5));
  const plain = /^(\d)\1*$/.test(digits) || '0123456789'.includes(digits);
  return digits.length === 9 && !plain && area > 0 && group > 0 && serial > 0 && area < 740 && area !== 666;
}
