import { byteString, bytesIn, hexDigit, isSpace, narrow, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `cssDecode`, after CSS 2 section 4.1.3: a backslash and one to six hexadecimal
 * digits stand for the low byte (full-width ASCII moved to ASCII when higher digits are 0), one blank after them is
 * eaten; a backslash before a line feed, or at the end, vanishes with it; before anything else only it vanishes.
 */
export default defineTransform({
  name: 'cssDecode',
  says: 'decodes CSS escapes: a backslash and up to six hexadecimal digits with one blank after them',
  examples: [
    { input: 'ja\\vascript\\3a x', output: 'javascript:x' },
    { input: '\\00ff1c \\0ff1e ', output: '<>' },
    { input: '\\1ff1c \\a', output: '\x1c\n' },
    { input: 'a\\\nb\\', output: 'ab' },
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
      if (code !== 0x5c) {
        out[n++] = code;
        i += 1;
        continue;
      }
      i += 1;
      let number = 0;
      let digits = 0;
      for (let digit = hexDigit(value, i); digits < 6 && digit >= 0; digit = hexDigit(value, i + digits)) {
        number = number * 16 + digit;
        digits += 1;
      }
      if (digits > 0) {
        out[n++] = number <= 0xffff ? narrow(number >> 8, number & 0xff) : number & 0xff;
        i += digits;
        if (i < length && isSpace(value.charCodeAt(i))) i += 1;
      } else if (i < length) {
        if (value.charCodeAt(i) !== 0x0a) out[n++] = value.charCodeAt(i);
        i += 1;
      }
    }
    return n === length ? value : byteString(out, n);
  },
});
