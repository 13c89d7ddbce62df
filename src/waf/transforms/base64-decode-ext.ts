import { byteString, workspace } from '../bytes.ts';
import { sextet } from '../base64.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `base64DecodeExt`: a forgiving decoder, after RFC 2045, that skips every byte outside
 * the alphabet. As in v2 it gives nothing when a single `=` stands where one digit is left over; unlike there a NUL, which
 * ends a C string, hides nothing.
 */
export default defineTransform({
  name: 'base64DecodeExt',
  says: 'decodes base64, skipping characters that are not base64',
  examples: [
    { input: 'P.HNjc-mlwdD 4=', output: '<script>' },
    { input: 'PHNjcmlwdD4', output: '<script>' },
    { input: 'YW\0Jj', output: 'abc' },
    { input: 'YWJjZ=x', output: '' },
    { input: '', output: '' },
  ],
  apply(value) {
    const out = workspace(value.length);
    let n = 0;
    let bits = 0;
    let digits = 0;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code === 0x3d && (digits & 3) === 1 && value.charCodeAt(i + 1) !== 0x3d) return '';
      const six = sextet(code);
      if (six < 0) continue;
      bits = ((bits << 6) | six) & 0xffff;
      const place = digits & 3;
      digits += 1;
      if (place > 0) out[n++] = (bits >> (6 - 2 * place)) & 0xff;
    }
    return byteString(out, n);
  },
});
