import { byteString, workspace } from '../bytes.ts';
import { digitOf } from '../base64.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `base64Encode`: RFC 4648 section 4, with padding, without line breaks. */
export default defineTransform({
  name: 'base64Encode',
  says: 'encodes as base64 with padding',
  examples: [
    { input: '<script>', output: 'PHNjcmlwdD4=' },
    { input: '\xff\0\xfe', output: '/wD+' },
    { input: '', output: '' },
  ],
  apply(value) {
    const out = workspace(Math.ceil(value.length / 3) * 4);
    let n = 0;
    for (let i = 0; i < value.length; i += 3) {
      const left = value.length - i;
      const second = left > 1 ? value.charCodeAt(i + 1) : 0;
      const third = left > 2 ? value.charCodeAt(i + 2) : 0;
      const bits = (value.charCodeAt(i) << 16) | (second << 8) | third;
      out[n++] = digitOf(bits >> 18);
      out[n++] = digitOf(bits >> 12);
      out[n++] = left > 1 ? digitOf(bits >> 6) : 0x3d;
      out[n++] = left > 2 ? digitOf(bits) : 0x3d;
    }
    return byteString(out, n);
  },
});
