import { isSpace } from '../bytes.ts';
import { defineTransform } from '../transform.ts';

/** ModSecurity v2 reference manual, `trim`: C's `isspace`. */
export default defineTransform({
  name: 'trim',
  says: 'removes whitespace at both ends',
  examples: [
    { input: ' \t a b \v', output: 'a b' },
    { input: 'a b\xa0', output: 'a b\xa0' },
  ],
  triggers: ' \t\n\v\f\r',
  apply: (value) => trimRight(trimLeft(value)),
});

export function trimLeft(value: string): string {
  let i = 0;
  while (i < value.length && isSpace(value.charCodeAt(i))) i += 1;
  return i === 0 ? value : value.slice(i);
}

export function trimRight(value: string): string {
  let end = value.length;
  while (end > 0 && isSpace(value.charCodeAt(end - 1))) end -= 1;
  return end === value.length ? value : value.slice(0, end);
}
