import { describe, expect, it } from 'vitest';
import { parseTarget, type PathRules } from './target.ts';

const strict: PathRules = { encodedSlash: 'refuse', emptySegment: 'refuse' };
const loose: PathRules = { encodedSlash: 'keep', emptySegment: 'keep', unencoded: 'keep' };

describe('parseTarget', () => {
  it.each<[string, string, string]>([
    ['/a"b', 'bad-character', '/a"b'],
    ['/a[1]{2}|<>', 'bad-character', '/a[1]{2}|<>'],
    ['/a\\b', 'bad-character', 'bad-character'],
    ['/a b', 'bad-character', 'bad-character'],
    ['/a#b', 'bad-character', 'bad-character'],
    ['/a?q=\xe2\x82\xac', 'bad-character', '/a'],
    ['/a?q=1#x', 'bad-character', 'bad-character'],
    ['/\xe2\x82\xac', 'bad-character', 'bad-character'],
    ['/%FFa%20b', 'bad-escape', '/%FFa b'],
    ['/%2e%2e/%ff', 'bad-escape', 'dot-segment'],
    ['/%zz', 'bad-escape', 'bad-escape'],
    ['/%00%ff', 'control-character', 'control-character'],
    ['/%e2%82%ac', '/€', '/€'],
  ])('%s: %s when strict, %s when loose', (target, whenStrict, whenLoose) => {
    const said = (rules: PathRules): string => {
      const found = parseTarget(target, rules);
      return typeof found === 'string' ? found : found.path;
    };
    expect([said(strict), said(loose)]).toEqual([whenStrict, whenLoose]);
  });
});
