import { hexByte } from '../bytes.ts';
import { matcherOf, needing } from '../matchers.ts';
import { defineOperator } from '../operator.ts';

/** ModSecurity v2 reference manual, `@validateUrlEncoding`: it is a hit when the encoding is *not* valid. */
export default defineOperator({
  name: 'validateUrlEncoding',
  says: 'The value has a % that two hexadecimal digits do not follow.',
  examples: [
    { argument: '', value: '100%25 %zz', matches: true, captures: ['%zz'] },
    { argument: '', value: 'a%4', matches: true },
    { argument: '', value: 'a%41+b', matches: false },
    { argument: '', value: '', matches: false },
  ],
  compile: () =>
    needing(
      { chars: '%' },
      matcherOf((value) => {
        for (let at = value.indexOf('%'); at >= 0; at = value.indexOf('%', at + 3)) {
          if (hexByte(value, at + 1) < 0) return { offset: at, length: Math.min(3, value.length - at) };
        }
        return null;
      }),
    ),
});
