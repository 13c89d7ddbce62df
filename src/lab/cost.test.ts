import { describe, expect, it } from 'vitest';
import { lambdaPrice, offers, wafPrice } from './cost.ts';

describe('cost', () => {
  it('9 a web ACL of 20 rules at 100 million requests is $85', () =>
    expect(wafPrice({ rules: 20, millions: 100 })).toBeCloseTo(85));
  it('units beyond 1500 and bodies beyond 16 KB cost more', () => {
    expect(wafPrice({ rules: 0, millions: 1, units: 1501 })).toBeCloseTo(5.8);
    expect(wafPrice({ rules: 0, millions: 1, bodyBytes: 40_000 })).toBeCloseTo(6.2);
  });
  it('9 Lambda: 5 ms at 128 MB on arm64 is about $0.21 a million', () =>
    expect(lambdaPrice({ memoryMb: 128, milliseconds: 5 })).toBeCloseTo(0.2083, 3));
  it('the cheapest offer comes first, also when it is the native product', () => {
    const [first] = offers({ millions: 500, rules: 20, units: 800, milliseconds: 1, originMs: 50, counts: 0 });
    expect(first).toMatchObject({ name: 'HTTP API with the Lambda authorizer' });
    expect(offers({ millions: 1, rules: 5, units: 100, milliseconds: 1, originMs: 50, counts: 0 })[0]?.name).toBe(
      'CloudFront Free flat rate with AWS WAF',
    );
  });
  describe('each part as it is deployed', () => {
    const month = (name: string, more: object = {}): number =>
      offers({ millions: 1, rules: 0, units: 0, milliseconds: 2, originMs: 0, counts: 0, ...more }).find(
        (offer) => offer.name === name,
      )?.month ?? Number.NaN;
    const line = 'HTTP API with the line in the path';
    const authorizer = 'HTTP API with the Lambda authorizer';
    it('256 MB for the authorizer and 512 for the line, with what they log', () => {
      const fixed = 1 + 0.2 + 0.5;
      expect(month(authorizer)).toBeCloseTo(fixed + 2000 * 0.25 * 0.0000133334, 6);
      expect(month(line)).toBeCloseTo(fixed + 2000 * 0.5 * 0.0000133334, 6);
      expect(month(line, { memoryMb: 128 })).toBeCloseTo(fixed + 2000 * 0.125 * 0.0000133334, 6);
    });
    it('the line is billed while it waits for the origin, and the authorizer waits for none', () => {
      expect(month(line, { originMs: 100 }) - month(line)).toBeCloseTo(100_000 * 0.5 * 0.0000133334, 6);
      expect(month(authorizer, { originMs: 100 })).toBe(month(authorizer));
    });
    it('a read and a write for whatever the line counts', () => {
      expect(month(line, { counts: 2 }) - month(line)).toBeCloseTo(1.5, 6);
      expect(month(authorizer, { counts: 2 })).toBe(month(authorizer));
    });
  });
});
