import { matcherOf, needing } from '../matchers.ts';
import { defineOperator } from '../operator.ts';
import { utf8Length } from '../utf8.ts';

/**
 * ModSecurity v2 reference manual, `@validateUtf8Encoding`: it is a hit when the value is *not* UTF-8 after RFC 3629,
 * which also refuses overlong forms, surrogates and what lies past U+10FFFF.
 */
export default defineOperator({
  name: 'validateUtf8Encoding',
  says: 'The value is not valid UTF-8.',
  examples: [
    { argument: '', value: 'a\xc0\xaf', matches: true, captures: ['\xc0'] },
    { argument: '', value: '\xed\xa0\x80', matches: true },
    { argument: '', value: 'caf\xe9', matches: true },
    { argument: '', value: 'caf\xc3\xa9 \xf0\x9f\x98\x80', matches: false },
    { argument: '', value: '', matches: false },
  ],
  compile: () =>
    needing(
      { chars: Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('') },
      matcherOf(malformed),
    ),
});

function malformed(value: string): { readonly offset: number; readonly length: number; readonly says: string } | null {
  if (!/[\x80-\xff]/.test(value)) return null;
  for (let i = 0; i < value.length;) {
    const size = utf8Length(value, i);
    if (size === 0) return { offset: i, length: 1, says: `no UTF-8 sequence at byte ${i}` };
    i += size;
  }
  return null;
}
