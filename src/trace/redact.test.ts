import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretHeader, masked, redactTarget, snippet } from './redact.ts';

describe('what never leaves', () => {
  it.each([
    ['/a?api_key=s3cret', '/a?api_key=••••(6)'],
    ['/a?x=1&TOKEN=s3cret&y=2', '/a?x=1&TOKEN=••••(6)&y=2'],
    ['/a?api%5fkey=s3cret', '/a?api%5fkey=••••(6)'],
    ['/a?%70assword=s3cret', '/a?%70assword=••••(6)'],
    ['/a?code=1&code=22', '/a?code=••••(1)&code=••••(2)'],
    ['/a?q=fish;license=s3;cret', '/a?q=fish;license=••••(7)'],
    ['/a?q=1;r=2;TOKEN=s3cret&y=2', '/a?q=1;r=2;TOKEN=••••(6)&y=2'],
    ['/a?q;token=s3cret', '/a?q;token=••••(6)'],
    ['/a?q=1;x=2;', '/a?q=1;x=2;'],
    ['/a?token', '/a?token'],
    ['/a?token=a=b', '/a?token=••••(3)'],
    ['/a?monkey=banana', '/a?monkey=banana'],
    ['/a', '/a'],
    ['/a?', '/a?'],
  ])('%s is written %s', (target, wanted) => expect(redactTarget(target)).toBe(wanted));

  it("names of one's own count as well", () =>
    expect(redactTarget('/a?Session=s3cret', new Set(['session']))).toBe('/a?Session=••••(6)'));

  it.each(['Authorization', 'COOKIE', 'set-cookie', 'X-API-Key', 'x-hub-signature-256', 'X-Amz-Security-Token'])(
    '%s is secret',
    (name) => expect(isSecretHeader(name)).toBe(true),
  );

  it('no value of a secret parameter is ever left over', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{6,12}$/),
        fc.constantFrom('token', 'api-key', 'Password', 'sig'),
        (value, name) => {
          expect(redactTarget(`/p?a=1&${name}=${value}&b=2`)).not.toContain(value);
          expect(masked(value)).not.toContain(value);
        },
      ),
    );
  });

  it('a snippet is short and has no control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(snippet(text).length).toBeLessThanOrEqual(81);
        expect(/[\0-\x1f\x7f]/.test(snippet(text))).toBe(false);
      }),
    );
  });
});
