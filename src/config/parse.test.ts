import { describe, expect, it } from 'vitest';
import { formatIssue, pathText, type Issue } from './issues.ts';
import { parseDocument } from './parse.ts';

const base = { routes: { 'GET /': { to: 'main' } }, origins: { main: { url: 'http://origin.test' } } };
const issuesOf = (given: unknown): readonly Issue[] => parseDocument(given).issues;

describe('what is wrong with a document', () => {
  it('nothing: every default is filled in', () => {
    const { document, issues } = parseDocument(base);
    expect(issues).toEqual([]);
    expect(document?.listen.host).toBe('127.0.0.1');
    expect(document?.keys.onFault).toBe('closed');
    expect(document?.throttles.onFault).toBe('open');
    expect(document?.store).toEqual({ use: 'sqlite', with: {} });
  });

  it.each<[string, unknown, string, RegExp, string, RegExp]>([
    ['not an object', 'text', '', /an object/, '"text"', /^/],
    ['a slip in a name', { ...base, lisen: {} }, 'lisen', /one of .*listen/, '"lisen"', /did you mean "listen"/],
    [
      'a slip further down',
      { ...base, listen: { prot: 1 } },
      'listen.prot',
      /one of .*port/,
      '"prot"',
      /did you mean "port"/,
    ],
    ['a text for a number', { ...base, listen: { port: '80' } }, 'listen.port', /a number/, '"80"', /./],
    ['a port beyond the last', { ...base, listen: { port: 70_000 } }, 'listen.port', /at most 65535/, '70000', /./],
    [
      'a duration without a unit',
      { ...base, listen: { shutdown: '25' } },
      'listen.shutdown',
      /a duration such as/,
      '"25"',
      /./,
    ],
    [
      'a size that is none',
      { ...base, listen: { limits: { bodyBytes: 'big' } } },
      'listen.limits.bodyBytes',
      /bytes as a number or/,
      '"big"',
      /./,
    ],
    [
      'a block that is none',
      { ...base, listen: { trustedProxies: ['10.0.0.0/99'] } },
      'listen.trustedProxies[0]',
      /CIDR/,
      '"10.0.0.0/99"',
      /10\.0\.0\.0\/8/,
    ],
    [
      'a word not on the list',
      { ...base, keys: { onFault: 'opne' } },
      'keys.onFault',
      /"closed", "open"/,
      '"opne"',
      /did you mean "open"/,
    ],
    [
      'a rate of nothing',
      { ...base, throttles: { overall: { rate: 0, burst: 1 } } },
      'throttles.overall.rate',
      /at least 0|greater|> ?0/,
      '0',
      /./,
    ],
    [
      'half a throttle',
      { ...base, throttles: { overall: { rate: 1 } } },
      'throttles.overall.burst',
      /a number/,
      'nothing',
      /add it/,
    ],
    ['a route without a method', { ...base, routes: { '/a': { to: 'main' } } }, 'routes["/a"]', /METHOD/, '"/a"', /^$/],
    [
      'a route in lower case',
      { ...base, routes: { 'get /a': { to: 'main' } } },
      'routes["get /a"]',
      /METHOD/,
      '"get /a"',
      /^$/,
    ],
    [
      'an origin with a path',
      { ...base, origins: { main: { url: 'http://a.test/x' } } },
      'origins.main.url',
      /scheme, host and port/,
      '"http://a.test/x"',
      /./,
    ],
    [
      'an origin of another scheme',
      { ...base, origins: { main: { url: 'ftp://a.test' } } },
      'origins.main.url',
      /scheme, host and port/,
      '"ftp://a.test"',
      /./,
    ],
    [
      'a header name that is none',
      { ...base, keys: { header: 'x api' } },
      'keys.header',
      /a header name/,
      '"x api"',
      /./,
    ],
    [
      'a rewrite without a slash',
      { ...base, routes: { 'GET /': { to: 'main', rewrite: 'x' } } },
      'routes["GET /"].rewrite',
      /begins with "\/"/,
      '"x"',
      /./,
    ],
  ])('%s', (_, given, path, wanted, found, hint) => {
    const issues = issuesOf(given);
    expect(issues.map((issue) => issue.path)).toContain(path);
    const issue = issues.find((each) => each.path === path) as Issue;
    expect(issue.wanted).toMatch(wanted);
    expect(issue.found).toBe(found);
    expect(issue.hint ?? '').toMatch(hint);
    expect(formatIssue(issue)).toContain(`wanted ${issue.wanted}, found ${issue.found}`);
  });

  it('all of it at once, not just the first', () => {
    expect(issuesOf({ ...base, lisen: {}, keys: { onFault: 'x' }, listen: { port: -1, host: 1 } }).length).toBe(4);
  });

  it('a path is written as one would write it in code', () => {
    expect(pathText(['routes', 'GET /a', 'list', 0, 'x-y', '$z'])).toBe('routes["GET /a"].list[0]["x-y"].$z');
  });

  it.each([
    null,
    undefined,
    0,
    [],
    '',
    { routes: null },
    { ...base, origins: [] },
    { routes: { 'GET /': null } },
    JSON.parse('{"__proto__":{"x":1},"routes":{}}'),
  ])('%j: never throws', (given) => {
    expect(() => parseDocument(given)).not.toThrow();
  });
});

it('a key by secret is no short key', () => {
  const issues = (value: string) => parseDocument({ apiKeys: { ann: { value } } }).issues.map(({ wanted }) => wanted);
  expect(issues('${secret:ANN}')).toEqual([]);
  expect(issues('too-short')).toEqual(['20 characters or more, or "${secret:NAME}"']);
});
