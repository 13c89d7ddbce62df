import { byteString, hexByte, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `sqlHexDecode`: `0x` and the longest run of digit pairs. As in v2 the character
 * after a run is copied unread; unlike v2 a NUL does not end the value.
 */
export default defineTransform({
  name: 'sqlHexDecode',
  says: 'decodes SQL hexadecimal literals such as 0x414243',
  examples: [
    { input: '0X414243 or 0x4', output: 'ABC or 0x4' },
    { input: '0x41420x43', output: 'AB0x43' },
    { input: '0 or x', output: '0 or x' },
  ],
  triggers: '0',
  apply(value) {
    const length = value.length;
    const out = workspace(length);
    let n = 0;
    let i = 0;
    while (i < length) {
      if (value.charCodeAt(i) === 0x30 && (value.charCodeAt(i + 1) | 0x20) === 0x78) {
        let at = i + 2;
        for (let byte = hexByte(value, at); byte >= 0; byte = hexByte(value, at)) {
          out[n++] = byte;
          at += 2;
        }
        if (at > i + 2) i = at;
        if (i >= length) break;
      }
      out[n++] = value.charCodeAt(i);
      i += 1;
    }
    return n === length ? value : byteString(out, n);
  },
});
