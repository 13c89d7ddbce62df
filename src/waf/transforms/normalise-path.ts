import { normalPath } from '../normal-path.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `normalisePath`: another spelling of `normalizePath`. */
export default defineTransform({
  name: 'normalisePath',
  says: 'the same as normalizePath',
  examples: [
    { input: '/a/./b//c/../d', output: '/a/b/d' },
    { input: '../../x/../etc', output: '../../etc' },
    { input: '/../../etc/passwd', output: '/etc/passwd' },
    { input: '/a/b.txt', output: '/a/b.txt' },
  ],
  triggers: './',
  apply: (value) => normalPath(value, false),
});
