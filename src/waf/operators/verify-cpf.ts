import { defineOperator } from '../operator.ts';
import { verified } from '../verified-number.ts';
import { patternMatcher } from '../regex/pattern-matcher.ts';

/** ModSecurity v2 reference manual, `@verifyCPF`: eleven digits, the last two of which check the others. */
export default defineOperator({
  name: 'verifyCPF',
  says: 'The value contains a Brazilian taxpayer number: a match of the pattern whose check digits are right.',
  examples: [
    {
      argument: '\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}',
      value: 'x 529.982.247-25',
      matches: true,
      captures: ['529.982.247-25'],
    },
    { argument: '\\d{11}', value: '52998224725', matches: true },
    { argument: '\\d{11}', value: '52998224726', matches: false },
    { argument: '\\d{11}', value: '11111111111', matches: false },
  ],
  compile: (argument, context) => verified(patternMatcher('verifyCPF', argument, context).pattern, passesCheck),
});

function passesCheck(digits: string): boolean {
  if (digits.length !== 11 || /^(\d)\1*$/.test(digits) || digits === '01234567890') return false;
  return check(digits, 9) === Number(digits[9]) && check(digits, 10) === Number(digits[10]);
}

/** The check digit over the first `count` digits, which weigh `count + 1` down to 2. */
function check(digits: string, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += Number(digits[i]) * (count + 1 - i);
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}
