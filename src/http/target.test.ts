import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget, type Target } from './target.ts';

describe('a request target', () => {
  it('is taken as the URL standard takes it, or not at all', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[a-z.%0-9A-F/\\;?#]{0,14}$/), (text) => {
        const target = parseTarget(text);
        if (typeof target === 'string') return;
        // Whatever comes in reads the same to somebody who parses it as a URL: no dots resolved, nothing cut off.
        const url = new URL(text, 'http://a');
        expect(url.pathname).toBe(target.rawPath);
        expect(url.search.slice(1)).toBe(target.rawQuery ?? '');
        expect(url.hash).toBe('');
        expect(target.path).toBe(decodeURIComponent(target.rawPath));
        expect(target.path.split('/').some((segment) => segment === '..' || segment === '.')).toBe(false);
        expect(/[\0-\x1f\x7f\\]/.test(target.path)).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it('has as many segments decoded as raw, unless encoded slashes are kept', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[a-z%25F/]{0,14}$/), (text) => {
        const target = parseTarget(text, { encodedSlash: 'refuse', emptySegment: 'keep' });
        if (typeof target !== 'string') expect(target.path.split('/').length).toBe(target.rawPath.split('/').length);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['', 'not-origin-form'],
    ['*', 'not-origin-form'],
    ['http://a/', 'not-origin-form'],
    ['/a b', 'bad-character'],
    ['/a\\b', 'bad-character'],
    ['/a?b c', 'bad-character'],
    ['/a?b#c', 'bad-character'],
    ['/a%', 'bad-escape'],
    ['/a%c3%28', 'bad-escape'],
    ['/a%2fb', 'encoded-slash'],
    ['/a%5Cb', 'encoded-slash'],
    ['/a%0ab', 'control-character'],
    ['/a/..', 'dot-segment'],
    ['/%2e', 'dot-segment'],
    ['/..;/x', 'dot-segment'],
    ['/a//b', 'empty-segment'],
  ])('%j: %s', (text, flaw) => expect(parseTarget(text)).toBe(flaw));

  it.each(['/', '/a/', '/a.b/..c/...', '/a;b=c/d', '/%C3%A9?x=%ff&"|[]', '/a?', '/.well-known/x'])(
    '%j is fine',
    (text) => {
      const target = parseTarget(text) as Target;
      expect(target.rawPath + (target.rawQuery === null ? '' : `?${target.rawQuery}`)).toBe(text);
    },
  );

  it('what the document keeps is kept', () => {
    expect(parseTarget('/a%2Fb//c', { encodedSlash: 'keep', emptySegment: 'keep' })).toMatchObject({
      path: '/a/b//c',
      rawPath: '/a%2Fb//c',
    });
    expect(parseTarget('/a%2F..%2Fb', { encodedSlash: 'keep', emptySegment: 'keep' })).toBe('dot-segment');
  });
});
