import { byteString, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `replaceNulls`. */
export default defineTransform({
  name: 'replaceNulls',
  says: 'turns each NUL byte into a space',
  examples: [
    { input: 'a\0\0b', output: 'a  b' },
    { input: 'ab', output: 'ab' },
  ],
  triggers: '\0',
  apply(value) {
    if (!value.includes('\0')) return value;
    const out = workspace(value.length);
    for (let i = 0; i < value.length; i += 1) out[i] = value.charCodeAt(i) || 0x20;
    return byteString(out, value.length);
  },
});
