import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderList, isFieldValue, isToken, listOf } from './headers.ts';

const name = fc.constantFrom('Accept', 'accept', 'X-A', 'x-a', 'X-B', 'Cookie');
const pairs = fc.array(fc.tuple(name, fc.stringMatching(/^[a-z, ]{0,6}$/)), { maxLength: 10 });

describe('a header list', () => {
  it('keeps order, case and doubles', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        expect([...HeaderList.of(list)]).toEqual(list);
      }),
    );
  });

  it('finds without regard to case what a plain search finds', () => {
    fc.assert(
      fc.property(pairs, name, (list, wanted) => {
        const headers = HeaderList.of(list);
        const values = list.filter(([own]) => own.toLowerCase() === wanted.toLowerCase()).map(([, value]) => value);
        expect(headers.all(wanted.toLowerCase())).toEqual(values);
        expect(headers.get(wanted.toLowerCase())).toBe(values[0]);
        expect(headers.has(wanted.toLowerCase())).toBe(values.length > 0);
        expect(headers.joined(wanted.toLowerCase())).toBe(values.length > 0 ? values.join(', ') : undefined);
        expect(headers.size).toBe(list.length);
      }),
    );
  });

  it('is not changed by a change', () => {
    fc.assert(
      fc.property(pairs, name, (list, changed) => {
        const headers = HeaderList.of(list);
        const before = [...headers];
        const lower = changed.toLowerCase();
        expect(headers.with(changed, 'new').all(lower)).toEqual(['new']);
        expect(headers.append(changed, 'new').all(lower)).toEqual([...headers.all(lower), 'new']);
        expect(headers.without(lower).has(lower)).toBe(false);
        expect(headers.without(lower).size).toBe(list.length - headers.all(lower).length);
        expect([...headers]).toEqual(before);
      }),
    );
  });
});

describe('list fields', () => {
  it.each([
    ['a, b', ['a', 'b']],
    [' a ,, b , ', ['a', 'b']],
    ['', []],
    ['"a, b", c', ['"a, b"', 'c']],
    [String.raw`"a\", b", c`, [String.raw`"a\", b"`, 'c']],
    ['"open, b', ['"open, b']],
  ])('%j', (text, wanted) => expect(listOf(text)).toEqual(wanted));

  it('a token list comes back whole', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,5}$/)), (list) => {
        expect(listOf(list.join(','))).toEqual(list);
      }),
    );
  });
});

describe('what may stand in a header', () => {
  it('no line break, NUL or control character in a value, ever', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 8 }), (text) => {
        expect(isFieldValue(text)).toBe(
          Array.from(text).every(
            (char) => char === '\t' || (char >= ' ' && char <= '~') || (char >= '\x80' && char <= '\xff'),
          ),
        );
      }),
    );
  });
  it.each(['', 'a b', 'a:', 'a\n', 'é', '(a)'])('%j is no token', (text) => expect(isToken(text)).toBe(false));
  it.each(['GET', 'x-a', "!#$%&'*+-.^_`|~"])('%j is a token', (text) => expect(isToken(text)).toBe(true));
});
