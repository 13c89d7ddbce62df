import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `none`. In a rule it also drops what `SecDefaultAction` had put in the chain. */
export default defineTransform({
  name: 'none',
  says: 'leaves the value as it is and forgets transformations inherited from a default action',
  examples: [
    { input: 'a%20B', output: 'a%20B' },
    { input: '', output: '' },
  ],
  triggers: '',
  apply: (value) => value,
});
