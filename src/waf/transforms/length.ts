import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `length`: in bytes, as a decimal number. */
export default defineTransform({
  name: 'length',
  says: 'the length of the value in bytes, as a decimal number',
  examples: [
    { input: 'abcdefghijkl', output: '12' },
    { input: '', output: '0' },
    { input: '1', output: '1' },
  ],
  apply: (value) => String(value.length),
});
