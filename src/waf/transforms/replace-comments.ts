import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `replaceComments`: an unclosed comment runs to the end, a lone end stays. */
export default defineTransform({
  name: 'replaceComments',
  says: 'turns each /* ... */ comment into one space; an unclosed one runs to the end',
  examples: [
    { input: 'UNION/**/SELECT', output: 'UNION SELECT' },
    { input: 'a/*/b*/c/*d', output: 'a c ' },
    { input: 'a*/b', output: 'a*/b' },
  ],
  triggers: '/',
  apply(value) {
    let start = value.indexOf('/*');
    if (start < 0) return value;
    // Pieces instead of bytes: comments are few and long compared with escapes.
    const pieces: string[] = [];
    let from = 0;
    while (start >= 0) {
      pieces.push(value.slice(from, start));
      const end = value.indexOf('*/', start + 2);
      from = end < 0 ? value.length : end + 2;
      start = value.indexOf('/*', from);
    }
    pieces.push(value.slice(from));
    return pieces.join(' ');
  },
});
