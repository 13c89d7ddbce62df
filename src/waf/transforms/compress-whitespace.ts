import { byteString, bytesIn, isSpace, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** A blank that is no space, or two in a row. */
const compressible = /[\t-\r\xa0]| {2}/;

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
    if (!compressible.test(value)) return value;
    const out = workspace(value.length);
    const bytes = bytesIn(value);
    const { length } = value;
    let n = 0;
    let inside = false;
    let changed = false;
    for (let i = 0; i < length; i += 1) {
      const code = bytes[i]!;
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
