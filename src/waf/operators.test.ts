import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import ge from './operators/ge.ts';
import ipMatch from './operators/ip-match.ts';
import pm from './operators/pm.ts';
import strmatch from './operators/strmatch.ts';
import validateByteRange from './operators/validate-byte-range.ts';
import validateUtf8Encoding from './operators/validate-utf8-encoding.ts';
import verifyCC from './operators/verify-cc.ts';
import type { OperatorContext } from './operator.ts';
import { leadingInteger } from './matchers.ts';
import { Phrases } from './phrases.ts';
import { phraseText } from './phrase-text.ts';
import { RuleError } from './rule-error.ts';
import { candidateLimit } from './verified-number.ts';

const context: OperatorContext = {
  readFile(path) {
    throw new RuleError(`no file ${path}`);
  },
};

describe('phrases', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'C', '\xe9', '\0'), minLength: 1, maxLength: 5 });

  it('find what a search one by one finds: the earliest end, then the longest', () => {
    let hits = 0;
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), fc.array(letters, { maxLength: 12 }), (list, parts) => {
        const value = parts.join('');
        const low = value.replace(/[A-Z]/g, (char) => char.toLowerCase());
        let best: { offset: number; length: number } | null = null;
        for (const phrase of list) {
          const offset = low.indexOf(phrase.replace(/[A-Z]/g, (char) => char.toLowerCase()));
          if (offset < 0) continue;
          const end = offset + phrase.length;
          const bestEnd = best ? best.offset + best.length : Infinity;
          if (end < bestEnd || (end === bestEnd && phrase.length > best!.length))
            best = { offset, length: phrase.length };
        }
        const phrases = new Phrases(list);
        expect(phrases.find(value)).toEqual(best);
        expect(phrases.test(value)).toBe(best !== null);
        if (best) hits += 1;
      }),
      { numRuns: 1000 },
    );
    expect(hits).toBeGreaterThan(100);
  });

  it('fold ASCII only', () => {
    expect(new Phrases(['\xe9']).test('\xc9')).toBe(false);
    expect(new Phrases(['']).size).toBe(0);
  });
});

describe('arguments', () => {
  it('read bars and escapes as v2 does, and other escapes literally', () => {
    expect(phraseText(' "a|41 42|\\\\\\:"')).toBe('aAB\\:');
    expect(phraseText('a\\nb|41|')).toBe('a\\nb|41|');
  });

  it.each([
    [pm, ' '],
    [strmatch, ''],
    [ipMatch, ''],
    [ipMatch, '10.0.0.0/33'],
    [ipMatch, '10.0.0'],
    [validateByteRange, '1-256'],
    [validateByteRange, '9-1'],
    [validateByteRange, ''],
    [verifyCC, '('],
  ] as const)('%# are refused with a reason', (operator, argument) => {
    expect(() => operator.compile(argument, context)).toThrow(RuleError);
  });

  it('name the block that an address lies in', () => {
    const matcher = ipMatch.compile('10.0.0.0/8,10.1.0.0/16,192.0.2.1', context);
    expect(matcher.find('10.255.0.1')?.says).toBe('in 10.0.0.0/8');
    expect(matcher.find('192.0.2.1')?.says).toBe('in 192.0.2.1');
    expect(matcher.test('9.255.255.255')).toBe(false);
  });
});

describe('numbers', () => {
  it('are read as atoi does', () => {
    expect(['12', ' -3x', '+4', 'x', '', '--1', '0x10', '\t7'].map(leadingInteger)).toEqual([12, -3, 4, 0, 0, 0, 0, 7]);
    expect(ge.compile('100', context).test('99999999999999999999')).toBe(true);
  });
});

describe('validateUtf8Encoding', () => {
  it('agrees with a strict decoder', () => {
    const matcher = validateUtf8Encoding.compile('', context);
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const interesting = fc.constantFrom(
      0x41,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc1,
      0xc2,
      0xe0,
      0xed,
      0xf0,
      0xf4,
      0xf5,
    );
    let valid = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(interesting, fc.nat(255)), { maxLength: 6 }), (bytes) => {
        let ok = true;
        try {
          decoder.decode(Uint8Array.from(bytes));
        } catch {
          ok = false;
        }
        if (ok) valid += 1;
        expect(matcher.test(String.fromCharCode(...bytes))).toBe(!ok);
      }),
      { numRuns: 3000 },
    );
    expect(valid).toBeGreaterThan(100);
  });
});

describe('verifyCC', () => {
  it('stops at its limit and says so instead of passing a long value as clean', () => {
    const matcher = verifyCC.compile('\\d{16}', context);
    const wrong = '4111111111111112 ';
    expect(matcher.test(wrong.repeat(10))).toBe(false);
    expect(matcher.find(wrong.repeat(candidateLimit + 1))?.says).toContain(String(candidateLimit));
  });
});
