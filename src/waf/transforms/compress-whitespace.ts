import { byteString, isSpace, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `compressWhitespace`: C's `isspace`, and the no-break space 0xA0. */
export default defineTransform({
  name: 'compressWhitespace',
  says: 'turns each run of whitespace into one space',
  examples: [
    { input: 'a \t\r\n\v\f\xa0b\t', output: 'a b ' },
    { input: 'a b ', output: 'a b ' },
  ],
  triggers: ' \t\n\v\f\r\xa0',
  apply(value) {
    const out = workspace(value.length);
    let n = 0;
    let inside = false;
    let changed = false;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (isSpace(code) || code === 0xa0) {
        if (!inside) out[n++] = 0x20;
        inside = true;
        if (code !== 0x20) changed = true;
      } else {
        out[n++] = code;
        inside = false;
      }
    }
    return changed || n !== value.length ? byteString(out, n) : value;
  },
});
