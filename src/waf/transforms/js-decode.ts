import { byteString, bytesIn, hexByte, narrow, workspace } from '../bytes.ts';
import { escapeLetter, hexPair, octal, octalLength } from '../escapes.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `jsDecode`: `\uHHHH` gives its low byte (full-width ASCII moved to ASCII), `\xHH`,
 * up to three octal digits (two when three would pass 255), C's letters; any other escaped character stands for itself.
 */
export default defineTransform({
  name: 'jsDecode',
  says: 'decodes JavaScript escapes: \\uHHHH, \\xHH, octal and \\n-like letters; drops other backslashes',
  examples: [
    { input: '\\x3cscript\\u003E', output: '<script>' },
    { input: '\\uff41lert\\50\\051', output: 'alert()' },
    { input: "\\'\\n\\477", output: "'\n'7" },
    { input: '\\xzz\\u12', output: 'xzzu12' },
    { input: 'ends\\', output: 'ends\\' },
    { input: 'plain', output: 'plain' },
  ],
  triggers: '\\',
  apply(value) {
    const length = value.length;
    if (!value.includes('\\')) return value;
    const out = workspace(length);
    const bytes = bytesIn(value);
    let n = 0;
    let i = 0;
    while (i < length) {
      const code = bytes[i]!;
      if (code !== 0x5c || i + 1 >= length) {
        out[n++] = code;
        i += 1;
        continue;
      }
      const next = value.charCodeAt(i + 1);
      const wide = next === 0x75 ? hexPair(value, i + 2) : -1;
      const byte = next === 0x78 ? hexByte(value, i + 2) : -1;
      let digits = octalLength(value, i + 1);
      if (wide >= 0) {
        out[n++] = narrow(wide >> 8, wide & 0xff);
        i += 6;
      } else if (byte >= 0) {
        out[n++] = byte;
        i += 4;
      } else if (digits > 0) {
        if (digits === 3 && next > 0x33) digits = 2;
        out[n++] = octal(value, i + 1, digits);
        i += 1 + digits;
      } else {
        out[n++] = escapeLetter(next) || next;
        i += 2;
      }
    }
    return n === length ? value : byteString(out, n);
  },
});
