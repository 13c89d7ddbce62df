import { setParity } from '../parity.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `parityOdd7bit`. */
export default defineTransform({
  name: 'parityOdd7bit',
  says: 'makes the parity of each seven-bit byte odd with its top bit',
  examples: [
    { input: 'AC', output: '\xc1C' },
    { input: 'C', output: 'C' },
  ],
  apply: (value) => setParity(value, 0, 0x80),
});
