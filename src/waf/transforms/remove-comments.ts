import { byteString, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/**
 * ModSecurity v2 reference manual, `removeComments`. As in v2: either end closes either beginning, the byte after an
 * end is copied unread, `--` and `#` cut the rest off, and an unclosed comment leaves one space.
 */
export default defineTransform({
  name: 'removeComments',
  says: 'removes /* ... */ and <!-- ... --> comments, and everything after -- or #',
  examples: [
    { input: 'a/* x */b<!-- y -->c', output: 'abc' },
    { input: 'select 1 -- x', output: 'select 1 ' },
    { input: 'select 1 # x', output: 'select 1 ' },
    { input: 'a/*b', output: 'a ' },
    { input: 'a/**/#b', output: 'a#b' },
    { input: 'a-b', output: 'a-b' },
  ],
  triggers: '/<-#',
  apply(value) {
    const length = value.length;
    const out = workspace(length);
    let n = 0;
    let i = 0;
    while (i < length) {
      const code = value.charCodeAt(i);
      if (code === 0x23 || (code === 0x2d && value.charCodeAt(i + 1) === 0x2d)) break;
      const begins =
        code === 0x2f && value.charCodeAt(i + 1) === 0x2a ? 2 : code === 0x3c && value.startsWith('<!--', i) ? 4 : 0;
      if (begins === 0) {
        out[n++] = code;
        i += 1;
        continue;
      }
      i = afterEnd(value, i + begins);
      if (i < 0) {
        out[n++] = 0x20;
        break;
      }
      if (i < length) out[n++] = value.charCodeAt(i);
      i += 1;
    }
    return n === length && i >= length ? value : byteString(out, n);
  },
});

/** Just past the first star-slash or `-->` at or after `at`, or -1. */
function afterEnd(value: string, at: number): number {
  for (let i = at; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code === 0x2a && value.charCodeAt(i + 1) === 0x2f) return i + 2;
    if (code === 0x2d && value.startsWith('-->', i)) return i + 3;
  }
  return -1;
}
