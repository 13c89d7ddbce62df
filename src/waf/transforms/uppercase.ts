import { byteString, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v3 reference manual, `uppercase`: C's `toupper` in the C locale. */
export default defineTransform({
  name: 'uppercase',
  says: 'turns a to z into A to Z; other bytes stay',
  examples: [
    { input: 'SeLeCt é', output: 'SELECT é' },
    { input: 'SELECT 1', output: 'SELECT 1' },
  ],
  triggers: 'abcdefghijklmnopqrstuvwxyz',
  apply(value) {
    if (!/[\x80-\xff]/.test(value)) return value.toUpperCase();
    const out = workspace(value.length);
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      out[i] = code >= 0x61 && code <= 0x7a ? code - 32 : code;
    }
    const text = byteString(out, value.length);
    return text === value ? value : text;
  },
});
