import { byteString, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

const digits = '0123456789abcdef';

/** ModSecurity v2 reference manual, `urlEncode`: letters, digits and `*` stay, a space becomes `+`, digits are small. */
export default defineTransform({
  name: 'urlEncode',
  says: 'percent-encodes everything but letters, digits and *; a space becomes +',
  examples: [
    { input: 'a b/é', output: 'a+b%2f%e9' },
    { input: 'abc*09', output: 'abc*09' },
  ],
  apply(value) {
    const out = workspace(value.length * 3);
    let n = 0;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code === 0x20) out[n++] = 0x2b;
      else if (stays(code)) out[n++] = code;
      else {
        out[n++] = 0x25;
        out[n++] = digits.charCodeAt(code >> 4);
        out[n++] = digits.charCodeAt(code & 15);
      }
    }
    const text = byteString(out, n);
    return text === value ? value : text;
  },
});

function stays(code: number): boolean {
  const letter = code | 0x20;
  return code === 0x2a || (code >= 0x30 && code <= 0x39) || (letter >= 0x61 && letter <= 0x7a && code < 0x80);
}
