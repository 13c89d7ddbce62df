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
    const [first] = offers({ millions: 500, rules: 20, units: 800, milliseconds: 1 });
    expect(first).toMatchObject({ name: 'HTTP API with the Lambda authorizer' });
    expect(offers({ millions: 1, rules: 5, units: 100, milliseconds: 1 })[0]?.name).toBe(
      'CloudFront Free flat rate with AWS WAF',
    );
  });
});
