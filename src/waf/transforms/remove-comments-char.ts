import { byteString, workspace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `removeCommentsChar`: only the marks go, what they enclose stays. */
export default defineTransform({
  name: 'removeCommentsChar',
  says: 'removes comment marks: /* */ <!-- --> -- #',
  examples: [
    { input: 'a/*b*/c', output: 'abc' },
    { input: '<!--a-->b--c#d', output: 'abcd' },
    { input: 'a-b<!-', output: 'a-b<!-' },
  ],
  triggers: '/*<-#',
  apply(value) {
    if (!marks.some((mark) => value.includes(mark))) return value;
    const out = workspace(value.length);
    let n = 0;
    for (let i = 0; i < value.length;) {
      const mark = markLength(value, i);
      if (mark === 0) out[n++] = value.charCodeAt(i);
      i += mark || 1;
    }
    return n === value.length ? value : byteString(out, n);
  },
});

const marks = ['#', '--', '/*', '*/', '<!--'];

function markLength(value: string, at: number): number {
  const next = value.charCodeAt(at + 1);
  switch (value.charCodeAt(at)) {
    case 0x2f:
      return next === 0x2a ? 2 : 0;
    case 0x2a:
      return next === 0x2f ? 2 : 0;
    case 0x3c:
      return value.startsWith('!--', at + 1) ? 4 : 0;
    case 0x2d:
      return next !== 0x2d ? 0 : value.charCodeAt(at + 2) === 0x3e ? 3 : 2;
    case 0x23:
      return 1;
    default:
      return 0;
  }
}
