import { byteString, bytesIn, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `removeNulls`. */
export default defineTransform({
  name: 'removeNulls',
  says: 'removes NUL bytes',
  examples: [
    { input: 'a\0\0b', output: 'ab' },
    { input: 'ab', output: 'ab' },
  ],
  triggers: '\0',
  apply(value) {
    if (!value.includes('\0')) return value;
    const out = workspace(value.length);
    const bytes = bytesIn(value);
    const { length } = value;
    let n = 0;
    for (let i = 0; i < length; i += 1) {
      const code = bytes[i]!;
      if (code !== 0) out[n++] = code;
    }
    return n === value.length ? value : byteString(out, n);
  },
});
