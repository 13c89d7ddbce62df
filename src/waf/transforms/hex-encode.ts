import { byteString, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

const digits = '0123456789abcdef';

/** ModSecurity v2 reference manual, `hexEncode`: two small digits a byte. */
export default defineTransform({
  name: 'hexEncode',
  says: 'writes each byte as two hexadecimal digits',
  examples: [
    { input: 'AZ\xff\0', output: '415aff00' },
    { input: '', output: '' },
  ],
  apply(value) {
    const out = workspace(value.length * 2);
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      out[i * 2] = digits.charCodeAt(code >> 4);
      out[i * 2 + 1] = digits.charCodeAt(code & 15);
    }
    return byteString(out, value.length * 2);
  },
});
