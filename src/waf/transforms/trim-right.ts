import { defineTransform } from '../transform.ts';
import { trimRight } from './trim.ts';

/** ModSecurity v2 reference manual, `trimRight`: C's `isspace`. */
export default defineTransform({
  name: 'trimRight',
  says: 'removes whitespace at the end',
  examples: [
    { input: ' a b \r\n', output: ' a b' },
    { input: ' a b', output: ' a b' },
  ],
  triggers: ' \t\n\v\f\r',
  apply: trimRight,
});
