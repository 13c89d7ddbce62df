import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultBodyLimits, type BodyLimits, type BodyProcessorDefinition } from './body-view.ts';
import json from './json.ts';
import multipart from './multipart.ts';
import urlencoded, { parseUrlEncoded } from './urlencoded.ts';
import xml from './xml.ts';

const small: BodyLimits = { depth: 3, count: 4, valueBytes: 8 };
const form = 'multipart/form-data; boundary=xx';

describe.each([urlencoded, multipart, json, xml].map((page) => [page.name, page] as const))('%s', (name, page) => {
  const bits: Record<string, string[]> = {
    URLENCODED: ['a', '=', '&', '&', '&b', '%', '%41', '+', '123456789', '\0', '\xff'],
    MULTIPART: [
      ['--xx', '--', 'xx', '\r\n', '\n', '\r', ' ', '\t', '"', "'", ';', '=', ':', 'a', '\0', '\xff', '\\'],
      ['Content-Disposition: form-data; name="a"', 'Content-Disposition: ', 'filename="f"', "filename*=UTF-8''%41"],
    ].flat(),
    JSON: [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '\\u',
      'd83d',
      '\\',
      '1',
      '-',
      '.',
      'e',
      'true',
      'null',
      ' ',
      '\xff',
      '\xc3\xa9',
    ],
    XML: [
      '<',
      '>',
      '/',
      'a',
      '<a>',
      '</a>',
      '="',
      '"',
      '&',
      '&#',
      ';',
      '&lt;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '<!',
      '\xff',
    ],
  };
  const hostile = fc.array(fc.constantFrom(...bits[name]!), { maxLength: 60 }).map((parts) => parts.join(''));

  it('takes anything, keeps to its limits, gives bytes', () => {
    let faults = 0;
    fc.assert(
      fc.property(hostile, (body) => {
        for (const limits of [defaultBodyLimits, small]) {
          const view = page.parse(body, form, limits);
          expect(view.args.length + view.files.length).toBeLessThanOrEqual(limits.count);
          const values = [...view.args.flatMap((pair) => [pair.name, pair.value]), ...(view.xml?.text ?? [])];
          for (const value of [...values, ...(view.xml?.attributes ?? [])]) {
            expect(value.length).toBeLessThanOrEqual(limits.valueBytes);
            expect(/^[\0-\xff]*$/.test(value)).toBe(true);
          }
          if (view.error !== null) faults += 1;
        }
      }),
      { numRuns: 1500 },
    );
    expect(faults).toBeGreaterThan(50);
  });

  it('has nothing to say about an empty body', () => {
    const view = page.parse('', form, defaultBodyLimits);
    expect([view.args.length, view.error, view.flags.size]).toEqual([0, null, 0]);
  });
});

describe('limits', () => {
  const over: readonly (readonly [BodyProcessorDefinition, string])[] = [
    [urlencoded, 'a&b&c&d&e'],
    [urlencoded, 'a=123456789'],
    [json, '[[[[1]]]]'],
    [json, '[1,2,3,4,5]'],
    [json, '["123456789"]'],
    [xml, '<a><a><a><a>x</a></a></a></a>'],
    [xml, '<a><b/><b/><b/><b/></a>'],
    [xml, '<a b="123456789">x</a>'],
    [xml, '<a>123456789</a>'],
    [multipart, '--xx\nContent-Disposition: form-data; name=a\n\n123456789\n--xx--'],
    [multipart, `${'--xx\nContent-Disposition: form-data; name=a\n\n1\n'.repeat(5)}--xx--`],
    [multipart, `--xx\n${'A: b\n'.repeat(9)}\n1\n--xx--`],
  ];
  it.each(over)('%# one past a limit is an error', (page, body) => {
    expect(page.parse(body, form, defaultBodyLimits).error ?? '').not.toMatch(/more than|deeper/);
    expect(page.parse(body, form, small).error).toMatch(/more than|deeper|part/);
  });

  it('a long key over many values is an error before it costs the square', () => {
    const body = `{"${'k'.repeat(100_000)}":[${'1,'.repeat(4000)}1]}`;
    const view = json.parse(body, '', defaultBodyLimits);
    expect(view.error).toContain('names');
    expect(view.args.reduce((sum, { name }) => sum + name.length, 0)).toBeLessThan(20 * body.length);
  });
});

describe('URLENCODED', () => {
  it('takes another separator', () => {
    expect(parseUrlEncoded('a=1&b;c=2', ';', defaultBodyLimits).args).toEqual([
      { name: 'a', value: '1&b' },
      { name: 'c', value: '2' },
    ]);
  });
});

describe('JSON', () => {
  it('agrees with JSON.parse on what is JSON', () => {
    const noise = fc.array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '0', '-', '1.5', 'e1', 'null', ' '),
      { maxLength: 9 },
    );
    const document = fc.oneof(
      fc.json(),
      noise.map((parts) => parts.join('')),
    );
    let good = 0;
    fc.assert(
      fc.property(document, (text) => {
        if (text === '') return;
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (valid) good += 1;
        const bytes = Buffer.from(text, 'utf8').toString('latin1');
        expect({ text, valid: json.parse(bytes, '', defaultBodyLimits).error === null }).toEqual({ text, valid });
      }),
      { numRuns: 3000 },
    );
    expect(good).toBeGreaterThan(500);
  });

  it('gives the leaves that JSON.parse gives', () => {
    const leaves = (value: unknown): string[] => {
      if (Array.isArray(value)) return value.flatMap(leaves);
      if (value !== null && typeof value === 'object') return Object.values(value).flatMap(leaves);
      return [
        typeof value === 'string'
          ? Buffer.from(value, 'utf8').toString('latin1')
          : value === null
            ? ''
            : JSON.stringify(value),
      ];
    };
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), (value) => {
        // Object.values puts numeric keys first; so does JSON.stringify, hence the order is the same.
        const bytes = Buffer.from(JSON.stringify(value), 'utf8').toString('latin1');
        expect(json.parse(bytes, '', defaultBodyLimits).args.map((pair) => pair.value)).toEqual(leaves(value));
      }),
      { numRuns: 1000 },
    );
  });
});
