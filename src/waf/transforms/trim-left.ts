import { defineTransform } from '../transform.ts';
import { trimLeft } from './trim.ts';

/** ModSecurity v2 reference manual, `trimLeft`: C's `isspace`. */
export default defineTransform({
  name: 'trimLeft',
  says: 'removes whitespace at the beginning',
  examples: [
    { input: ' \t a b ', output: 'a b ' },
    { input: 'a b ', output: 'a b ' },
  ],
  triggers: ' \t\n\v\f\r',
  apply: trimLeft,
});
