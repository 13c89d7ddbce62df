import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TransformDefinition } from './transform.ts';
import { decodeUrlUni } from './transforms/url-decode-uni.ts';

const folder = new URL('./transforms/', import.meta.url);
const all: TransformDefinition[] = [];
for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.includes('.gen.'))) {
  all.push(((await import(new URL(file, folder).href)) as { default: TransformDefinition }).default);
}
const named = new Map(all.map((page) => [page.name, page]));
const apply = (name: string, value: string): string => named.get(name)!.apply(value);

/** Any bytes, and bytes that mean something to a decoder. */
const hostile = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('%', '%u', '%uff1c', '\\', '\\x', '\\u', '\\7', '&', '&#', '&#x', '&lt', ';', '/*', '*/', '<!--'),
      fc.constantFrom('-->', '--', '#', '/', '..', '.', '/../', ' ', '\0', '\t', '0x', '41', 'ff', '=', 'A', 'z', '+'),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe.each(all.map((page) => [page.name, page] as const))('%s', (_, page) => {
  it('takes any bytes, gives bytes', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const out = page.apply(value);
        expect(/^[\0-\xff]*$/.test(out)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing when none of its triggers is there', () => {
    const triggers = page.triggers;
    if (triggers === undefined) {
      expect(page.examples.some(({ input, output }) => input !== output)).toBe(true);
      return;
    }
    const without = hostile.map((value) =>
      value
        .split('')
        .filter((char) => !triggers.includes(char))
        .join(''),
    );
    fc.assert(
      fc.property(without, (value) => {
        expect(page.apply(value)).toBe(value);
      }),
      { numRuns: 300 },
    );
  });

  it('depends on the value alone, however large the one before was', () => {
    page.apply('\\x41%41&lt;/* */'.repeat(8000));
    for (const { input, output } of page.examples) expect(page.apply(input)).toBe(output);
  });
});

describe('laws', () => {
  const idempotent = [
    'none lowercase uppercase removeNulls replaceNulls removeWhitespace compressWhitespace trim trimLeft trimRight',
    'parityZero7bit',
  ]
    .join(' ')
    .split(' ');
  it.each(idempotent)('%s twice is once', (name) => {
    fc.assert(
      fc.property(hostile, (value) => {
        const once = apply(name, value);
        expect(apply(name, once)).toBe(once);
      }),
    );
  });

  it('decoders undo their encoders', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        expect(apply('urlDecode', apply('urlEncode', value))).toBe(value);
        expect(apply('base64Decode', apply('base64Encode', value))).toBe(value);
        expect(apply('base64DecodeExt', apply('base64Encode', value))).toBe(value);
        expect(apply('hexDecode', apply('hexEncode', value))).toBe(value);
      }),
    );
  });

  it('encoders and digests agree with Node', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          fc.integer({ min: 40, max: 140 }).map((n) => '\xe9'.repeat(n)),
        ),
        (value) => {
          const bytes = Buffer.from(value, 'latin1');
          expect(apply('base64Encode', value)).toBe(bytes.toString('base64'));
          expect(apply('hexEncode', value)).toBe(bytes.toString('hex'));
          expect(apply('sha1', value)).toBe(createHash('sha1').update(bytes).digest().toString('latin1'));
          expect(apply('md5', value)).toBe(createHash('md5').update(bytes).digest().toString('latin1'));
        },
      ),
    );
  });

  it('utf8toUnicode then urlDecodeUni keeps the low byte of what was UTF-8', () => {
    const text = Buffer.from('＜é>', 'utf8').toString('latin1');
    expect(apply('urlDecodeUni', apply('utf8toUnicode', text))).toBe('<\xe9>');
  });

  it('urlDecodeUni takes a best-fit map when there is one', () => {
    const map = new Uint8Array(65_536);
    map[0x2019] = 0x27;
    expect(decodeUrlUni('it%u2019s %u2018', map)).toBe("it's \x18");
  });
});
