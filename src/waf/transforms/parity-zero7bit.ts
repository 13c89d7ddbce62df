import { setParity } from '../parity.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `parityZero7bit`. */
export default defineTransform({
  name: 'parityZero7bit',
  says: 'clears the top bit of each byte',
  examples: [
    { input: '\xbcscript\xbe', output: '<script>' },
    { input: 'plain', output: 'plain' },
  ],
  triggers: Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join(''),
  apply: (value) => setParity(value, 0, 0),
});
