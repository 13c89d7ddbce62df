import { byteString, bytesIn, isSpace, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

const blank = /[ \t-\r\xa0]/;

/** 1 for each byte that stays. */
const stays = Uint8Array.from({ length: 256 }, (_, code) => (isSpace(code) || code === 0xa0 ? 0 : 1));

/** ModSecurity v2 reference manual, `removeWhitespace`: C's `isspace`, and the no-break space 0xA0. */
export default defineTransform({
  name: 'removeWhitespace',
  says: 'removes whitespace, including vertical tab, form feed and the no-break space 0xA0',
  examples: [
    { input: ' a \t\r\n\v\f\xa0b', output: 'ab' },
    { input: 'ab\x85', output: 'ab\x85' },
  ],
  triggers: ' \t\n\v\f\r\xa0',
  apply(value) {
    if (!blank.test(value)) return value;
    const out = workspace(value.length);
    const bytes = bytesIn(value);
    const { length } = value;
    let n = 0;
    for (let i = 0; i < length; i += 1) {
      // No branch: blanks come where no processor can foresee them.
      const code = bytes[i]!;
      out[n] = code;
      n += stays[code]!;
    }
    return n === value.length ? value : byteString(out, n);
  },
});
