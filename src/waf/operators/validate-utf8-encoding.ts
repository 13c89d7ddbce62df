import { matcherOf } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

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
    matcherOf((value) => {
      for (let i = 0; i < value.length;) {
        const size = sequenceLength(value, i);
        if (size === 0) return { offset: i, length: 1, says: `no UTF-8 sequence at byte ${i}` };
        i += size;
      }
      return null;
    }),
});

/** Bytes of the valid sequence at `at`, or 0. The second byte alone tells overlong forms, surrogates and the top apart. */
function sequenceLength(value: string, at: number): number {
  const first = value.charCodeAt(at);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const second = value.charCodeAt(at + 1);
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (!(second >= low && second <= high)) return 0;
  for (let i = 2; i < size; i += 1) if ((value.charCodeAt(at + i) & 0xc0) !== 0x80) return 0;
  return size;
}
