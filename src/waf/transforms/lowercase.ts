import { lowerAscii } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `lowercase`: C's `tolower` in the C locale. */
export default defineTransform({
  name: 'lowercase',
  says: 'turns A to Z into a to z; other bytes stay',
  examples: [
    { input: 'SeLeCt É', output: 'select É' },
    { input: 'select 1', output: 'select 1' },
  ],
  triggers: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  apply: lowerAscii,
});
