import { byteString, workspace } from '../bytes.ts';
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
    const out = workspace(value.length);
    let n = 0;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code !== 0) out[n++] = code;
    }
    return n === value.length ? value : byteString(out, n);
  },
});
