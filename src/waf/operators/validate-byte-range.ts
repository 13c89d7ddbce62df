import { matcherOf, needing } from '../matchers.ts';
import { defineOperator } from '../operator.ts';
import { RuleError } from '../rule-error.ts';

/** ModSecurity v2 reference manual, `@validateByteRange`: it is a hit when a byte lies *outside* all ranges. */
export default defineOperator({
  name: 'validateByteRange',
  says: 'The value has a byte outside the ranges named.',
  examples: [
    { argument: '1-255', value: 'a\0b', matches: true, captures: ['\0'] },
    { argument: '10, 13, 32-126', value: 'plain\r\ntext', matches: false },
    { argument: '32-126', value: '\x7f', matches: true },
    { argument: '32-126', value: '', matches: false },
  ],
  compile(argument) {
    const allowed = rangeTable(argument);
    const outside = Array.from(allowed, (is, byte) => (is === 1 ? '' : String.fromCharCode(byte))).join('');
    return needing(
      { chars: outside },
      matcherOf((value) => {
        for (let i = 0; i < value.length; i += 1) {
          const code = value.charCodeAt(i);
          if (allowed[code] !== 1) return { offset: i, length: 1, says: `byte ${code} is outside ${argument}` };
        }
        return null;
      }),
    );
  },
});

function rangeTable(argument: string): Uint8Array {
  const allowed = new Uint8Array(256);
  for (const part of argument.split(',')) {
    const range = /^\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?$/.exec(part);
    const from = Number(range?.[1]);
    const to = Number(range?.[2] ?? range?.[1]);
    if (!range || from > to || to > 255) {
      throw new RuleError(`\`${part.trim()}\` is no range of bytes`, { hint: 'write 10,13,32-126' });
    }
    allowed.fill(1, from, to + 1);
  }
  return allowed;
}
