import { normalPath } from '../normal-path.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `normalisePathWin`: another spelling of `normalizePathWin`. */
export default defineTransform({
  name: 'normalisePathWin',
  says: 'the same as normalizePathWin',
  examples: [
    { input: '/a/./b//c/../d', output: '/a/b/d' },
    { input: '../../x/../etc', output: '../../etc' },
    { input: '/../../etc/passwd', output: '/etc/passwd' },
    { input: 'a\\\\b\\..\\c', output: 'a/c' },
    { input: '/a/b.txt', output: '/a/b.txt' },
  ],
  triggers: './\\',
  apply: (value) => normalPath(value, true),
});
