import { byteString, hexByte, workspace } from '../bytes.ts';
import { escapeLetter, octal, octalLength } from '../escapes.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `escapeSeqDecode`: ANSI C escapes. The backslash of an unknown escape is dropped, as
 * v2 does (its manual says otherwise); three octal digits keep the low byte.
 */
export default defineTransform({
  name: 'escapeSeqDecode',
  says: 'decodes ANSI C escapes: \\n-like letters, \\xHH, up to three octal digits; drops other backslashes',
  examples: [
    { input: 'a\\x41\\101\\t', output: 'aAA\t' },
    { input: '\\"\\\\\\?', output: '"\\?' },
    { input: '\\X41\\q\\xz', output: 'Aqxz' },
    { input: 'ends\\', output: 'ends\\' },
    { input: 'plain', output: 'plain' },
  ],
  triggers: '\\',
  apply(value) {
    const length = value.length;
    const out = workspace(length);
    let n = 0;
    let i = 0;
    while (i < length) {
      const code = value.charCodeAt(i);
      if (code !== 0x5c || i + 1 >= length) {
        out[n++] = code;
        i += 1;
        continue;
      }
      const next = value.charCodeAt(i + 1);
      const byte = (next | 0x20) === 0x78 ? hexByte(value, i + 2) : -1;
      const digits = octalLength(value, i + 1);
      if (byte >= 0) {
        out[n++] = byte;
        i += 4;
      } else if (digits > 0) {
        out[n++] = octal(value, i + 1, digits) & 0xff;
        i += 1 + digits;
      } else {
        out[n++] = escapeLetter(next) || next;
        i += 2;
      }
    }
    return n === length ? value : byteString(out, n);
  },
});
