import { byteString, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `hexDecode`. v2 does not check its digits: it computes with whatever byte is there,
 * and so do we; an odd last digit is dropped.
 */
export default defineTransform({
  name: 'hexDecode',
  says: 'reads two hexadecimal digits a byte',
  examples: [
    { input: '414AfF', output: 'AJ\xff' },
    { input: '415', output: 'A' },
    { input: '', output: '' },
  ],
  apply(value) {
    const out = workspace(value.length);
    const count = value.length >> 1;
    for (let i = 0; i < count; i += 1) {
      out[i] = (digit(value.charCodeAt(i * 2)) * 16 + digit(value.charCodeAt(i * 2 + 1))) & 0xff;
    }
    return byteString(out, count);
  },
});

function digit(code: number): number {
  return code >= 0x41 ? (code & 0xdf) - 0x41 + 10 : code - 0x30;
}
