import { setParity } from '../parity.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `parityEven7bit`. */
export default defineTransform({
  name: 'parityEven7bit',
  says: 'makes the parity of each seven-bit byte even with its top bit',
  examples: [
    { input: 'AC', output: 'A\xc3' },
    { input: 'A', output: 'A' },
  ],
  apply: (value) => setParity(value, 0x80, 0),
});
