import { normalPath } from '../normal-path.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `normalizePath`. */
export default defineTransform({
  name: 'normalizePath',
  says: 'resolves // /./ and /../ in a path, never above the root',
  examples: [
    { input: '/a/./b//c/../d', output: '/a/b/d' },
    { input: '../../x/../etc', output: '../../etc' },
    { input: '/../../etc/passwd', output: '/etc/passwd' },
    { input: '/a/b.txt', output: '/a/b.txt' },
  ],
  triggers: './',
  apply: (value) => normalPath(value, false),
});
