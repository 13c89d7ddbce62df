import { defineOperator } from '../operator.ts';
import { verified } from '../verified-number.ts';
import { patternMatcher } from '../regex/pattern-matcher.ts';

/** ModSecurity v2 reference manual, `@verifyCC`: candidates by pattern, checked by Luhn's sum (ISO/IEC 7812-1). */
export default defineOperator({
  name: 'verifyCC',
  says: 'The value contains a credit card number: a match of the pattern whose check digit is right.',
  examples: [
    { argument: '\\d{13,16}', value: 'card 4111111111111111.', matches: true, captures: ['4111111111111111'] },
    { argument: '\\d{4}-?\\d{4}-?\\d{4}-?\\d{4}', value: '5500-0000-0000-0004', matches: true },
    { argument: '\\d{16}', value: '4111111111111112', matches: false },
    { argument: '\\d{13,16}', value: 'no digits', matches: false },
  ],
  compile: (argument, context) => verified(patternMatcher('verifyCC', argument, context).pattern, passesLuhn),
});

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return digits.length > 0 && sum % 10 === 0;
}
