import { afterAll, describe, expect, it } from 'vitest';
import { aclOf, holds, none, rule, type Asked } from './ask.ts';

let rows = 0;
afterAll(() => console.info(`web ACL statements: ${rows} rows`));

const table = (
  id: string,
  cases: readonly (readonly [says: string, statement: object, request: Asked, expected: boolean])[],
): void => {
  it.each(cases)(`${id} %s`, (_says, statement, request, expected) => {
    rows++;
    expect(holds(statement, request)).toBe(expected);
  });
};

const byte = (
  SearchString: string,
  PositionalConstraint: string,
  FieldToMatch: object = { QueryString: {} },
  types: readonly string[] = ['NONE'],
  more: object = {},
): object => ({
  ByteMatchStatement: {
    SearchString,
    PositionalConstraint,
    FieldToMatch,
    TextTransformations: types.map((Type, Priority) => ({ Priority, Type })),
    ...more,
  },
});
const regex = (RegexString: string, FieldToMatch: object = { QueryString: {} }): object => ({
  RegexMatchStatement: { RegexString, FieldToMatch, TextTransformations: none },
});
const size = (
  ComparisonOperator: string,
  Size: number,
  FieldToMatch: object = { UriPath: {} },
  types = none,
): object => ({ SizeConstraintStatement: { ComparisonOperator, Size, FieldToMatch, TextTransformations: types } });
const q = (query: string): Asked => ({ target: `/?${query}` });

describe('3.1 ByteMatchStatement', () => {
  table('3.1', [
    ['EXACTLY the whole value', byte('abc', 'EXACTLY'), q('abc'), true],
    ['EXACTLY not a part', byte('abc', 'EXACTLY'), q('abcd'), false],
    ['STARTS_WITH', byte('ab', 'STARTS_WITH'), q('abc'), true],
    ['ENDS_WITH', byte('bc', 'ENDS_WITH'), q('abc'), true],
    ['CONTAINS with case', byte('B', 'CONTAINS'), q('abc'), false],
    [
      'CONTAINS_WORD between blanks',
      byte('cat', 'CONTAINS_WORD', { QueryString: {} }, ['URL_DECODE']),
      q('a+cat+b'),
      true,
    ],
    ['CONTAINS_WORD not inside a word', byte('cat', 'CONTAINS_WORD'), q('concat'), false],
    ['CONTAINS_WORD looks at every occurrence', byte('cat', 'CONTAINS_WORD'), q('concat-cat'), true],
    ['CONTAINS_WORD _ belongs to words', byte('cat', 'CONTAINS_WORD'), q('cat_x'), false],
    ['no component is no match', byte('a', 'CONTAINS'), { target: '/' }, false],
  ]);
});

describe('3.2 RegexMatchStatement', () => {
  table('3.2', [
    ['is a search', regex('b+c'), q('aabbcc'), true],
    ['knows inline flags', regex('(?i)UNION'), q('union'), true],
    ['groups with parentheses', regex('^(get|set)$'), q('set'), true],
    ['the dot is no line break', regex('^a.b$', { SingleHeader: { Name: 'x' } }), { headers: [['x', 'a\nb']] }, false],
  ]);
});

describe('3.6 SizeConstraintStatement', () => {
  table('3.6', [
    ['counts the leading slash', size('EQ', 4), { target: '/abc?x' }, true],
    [
      'after transformation MD5 is 16',
      size('EQ', 16, { QueryString: {} }, [{ Priority: 0, Type: 'MD5' }]),
      q('abc'),
      true,
    ],
    [
      'after transformation SHA256 is 32',
      size('EQ', 32, { QueryString: {} }, [{ Priority: 0, Type: 'SHA256' }]),
      q('abc'),
      true,
    ],
    [
      'a body beyond the limit measures the limit',
      size('EQ', 16_384, { Body: { OversizeHandling: 'CONTINUE' } }),
      { method: 'POST', body: 'x'.repeat(1_000_000) },
      true,
    ],
    [
      '> 16 KB needs MATCH',
      size('GT', 16_384, { Body: { OversizeHandling: 'CONTINUE' } }),
      { method: 'POST', body: 'x'.repeat(20_000) },
      false,
    ],
    [
      '> 16 KB with MATCH',
      size('GT', 16_384, { Body: { OversizeHandling: 'MATCH' } }),
      { method: 'POST', body: 'x'.repeat(20_000) },
      true,
    ],
    [
      'NO_MATCH',
      size('GT', 1, { Body: { OversizeHandling: 'NO_MATCH' } }),
      { method: 'POST', body: 'x'.repeat(20_000) },
      false,
    ],
  ]);
});

describe('4 FieldToMatch', () => {
  const headers = (MatchPattern: object, MatchScope: string, OversizeHandling = 'CONTINUE') => ({
    Headers: { MatchPattern, MatchScope, OversizeHandling },
  });
  const cookies = (MatchPattern: object, MatchScope: string) => ({
    Cookies: { MatchPattern, MatchScope, OversizeHandling: 'CONTINUE' },
  });
  const many = Array.from({ length: 201 }, (_, at): readonly [string, string] => [`h${at}`, 'v']);
  table('4', [
    [
      'SingleHeader without case',
      byte('x', 'EXACTLY', { SingleHeader: { Name: 'USER-agent' } }),
      { headers: [['User-Agent', 'x']] },
      true,
    ],
    [
      'SingleHeader: each of two lines',
      byte('b', 'EXACTLY', { SingleHeader: { Name: 'a' } }),
      {
        headers: [
          ['a', 'a'],
          ['A', 'b'],
        ],
      },
      true,
    ],
    [
      'SingleHeader: both joined',
      byte('a,b', 'EXACTLY', { SingleHeader: { Name: 'a' } }),
      {
        headers: [
          ['a', 'a'],
          ['A', 'b'],
        ],
      },
      true,
    ],
    ['Headers KEY', byte('x-bad', 'EXACTLY', headers({ All: {} }, 'KEY')), { headers: [['x-bad', 'v']] }, true],
    [
      'Headers VALUE is not KEY',
      byte('x-bad', 'EXACTLY', headers({ All: {} }, 'VALUE')),
      { headers: [['x-bad', 'v']] },
      false,
    ],
    [
      'Headers ALL is either',
      byte('x-bad', 'EXACTLY', headers({ All: {} }, 'ALL')),
      { headers: [['x-bad', 'v']] },
      true,
    ],
    [
      'Headers include cookies',
      byte('a=1', 'EXACTLY', headers({ All: {} }, 'VALUE')),
      { headers: [['Cookie', 'a=1']] },
      true,
    ],
    [
      'IncludedHeaders without case',
      byte('v', 'EXACTLY', headers({ IncludedHeaders: ['X-A'] }, 'VALUE')),
      { headers: [['x-a', 'v']] },
      true,
    ],
    [
      'ExcludedHeaders',
      byte('v', 'EXACTLY', headers({ ExcludedHeaders: ['X-A'] }, 'VALUE')),
      { headers: [['x-a', 'v']] },
      false,
    ],
    [
      '201 headers with MATCH',
      byte('nowhere', 'EXACTLY', headers({ All: {} }, 'ALL', 'MATCH')),
      { headers: many },
      true,
    ],
    [
      '200 headers with MATCH',
      byte('nowhere', 'EXACTLY', headers({ All: {} }, 'ALL', 'MATCH')),
      { headers: many.slice(1) },
      false,
    ],
    [
      '8193 bytes of headers with MATCH',
      byte('nowhere', 'EXACTLY', headers({ All: {} }, 'ALL', 'MATCH')),
      { headers: [['a', 'x'.repeat(8192)]] },
      true,
    ],
    [
      'beyond 8 KB nothing is seen',
      byte('late', 'CONTAINS', headers({ All: {} }, 'VALUE')),
      {
        headers: [
          ['a', 'x'.repeat(8192)],
          ['b', 'late'],
        ],
      },
      false,
    ],
    [
      'IncludedCookies with case',
      byte('1', 'EXACTLY', cookies({ IncludedCookies: ['Sid'] }, 'VALUE')),
      { headers: [['cookie', 'sid=1; x=2']] },
      false,
    ],
    [
      'IncludedCookies',
      byte('1', 'EXACTLY', cookies({ IncludedCookies: ['sid'] }, 'VALUE')),
      { headers: [['cookie', 'x=2; sid=1']] },
      true,
    ],
    [
      'HeaderOrder',
      byte('Host:User-Agent', 'EXACTLY', { HeaderOrder: { OversizeHandling: 'CONTINUE' } }),
      {
        headers: [
          ['Host', 'a'],
          ['User-Agent', 'b'],
        ],
      },
      true,
    ],
    [
      'HeaderOrder in lower case over HTTP/2',
      byte('host:user-agent', 'EXACTLY', { HeaderOrder: { OversizeHandling: 'CONTINUE' } }),
      {
        version: '2',
        headers: [
          ['Host', 'a'],
          ['User-Agent', 'b'],
        ],
      },
      true,
    ],
    ['UriPath is not decoded', byte('%61', 'CONTAINS', { UriPath: {} }), { target: '/%61?a' }, true],
    ['UriPath has no query', byte('a=1', 'CONTAINS', { UriPath: {} }), { target: '/x?a=1' }, false],
    ['UriFragment', byte('top', 'EXACTLY', { UriFragment: {} }), { target: '/x#top' }, true],
    [
      'UriFragment fallback',
      byte('top', 'EXACTLY', { UriFragment: { FallbackBehavior: 'MATCH' } }),
      { target: '/x' },
      true,
    ],
    ['an empty query is no component', size('EQ', 0, { QueryString: {} }), { target: '/?' }, false],
    [
      'SingleQueryArgument without case, any of several',
      byte('2', 'EXACTLY', { SingleQueryArgument: { Name: 'ID' } }),
      q('id=1&Id=2'),
      true,
    ],
    [
      'SingleQueryArgument is not decoded',
      byte('%41', 'EXACTLY', { SingleQueryArgument: { Name: 'a' } }),
      q('a=%41'),
      true,
    ],
    ['AllQueryArguments are values', byte('name', 'EXACTLY', { AllQueryArguments: {} }), q('name=x'), false],
    ['Method', byte('DELETE', 'EXACTLY', { Method: {} }), { method: 'DELETE' }, true],
    [
      'JA3 without a fingerprint falls back',
      byte('abc', 'EXACTLY', { JA3Fingerprint: { FallbackBehavior: 'MATCH' } }),
      {},
      true,
    ],
    [
      'JA3 from CloudFront',
      byte('abc', 'EXACTLY', { JA3Fingerprint: { FallbackBehavior: 'NO_MATCH' } }),
      { headers: [['CloudFront-Viewer-JA3-Fingerprint', 'abc']] },
      true,
    ],
  ]);
  table('4 pre-parse', [
    [
      'semicolons become ampersands',
      byte('2', 'EXACTLY', { SingleQueryArgument: { Name: 'b' } }, ['NONE'], {
        PreParseTextTransformations: [{ Priority: 0, Type: 'REPLACE_SEMICOLONS_WITH_AMPERSANDS' }],
      }),
      q('a=1;b=2'),
      true,
    ],
    ['without it they do not', byte('2', 'EXACTLY', { SingleQueryArgument: { Name: 'b' } }), q('a=1;b=2'), false],
    [
      'doubles joined by comma',
      byte('1,3', 'EXACTLY', { SingleQueryArgument: { Name: 'a' } }, ['NONE'], {
        PreParseTextTransformations: [{ Priority: 0, Type: 'COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA' }],
      }),
      q('a=1&b=2&a=3'),
      true,
    ],
  ]);
});

describe('4 JsonBody', () => {
  const json = (MatchScope: string, pointers: readonly string[] | null = null, more: object = {}): object => ({
    JsonBody: {
      MatchPattern: pointers === null ? { All: {} } : { IncludedPaths: pointers },
      MatchScope,
      OversizeHandling: 'CONTINUE',
      ...more,
    },
  });
  const body = (text: string): Asked => ({
    method: 'POST',
    headers: [['content-type', 'application/json']],
    body: text,
  });
  const tree = '{"a":{"c":"d","b":{"e":{"f":"g"}}}}';
  const below = (what: string, scope: string): readonly [string, object, Asked, boolean] => [
    `/a/b ${scope} has ${what}`,
    byte(what, 'EXACTLY', json(scope, ['/a/b'])),
    body(tree),
    true,
  ];
  const without = (what: string, scope: string): readonly [string, object, Asked, boolean] => [
    `/a/b ${scope} has no ${what}`,
    byte(what, 'EXACTLY', json(scope, ['/a/b'])),
    body(tree),
    false,
  ];
  table('4 JSON', [
    below('e', 'ALL'),
    below('f', 'ALL'),
    below('g', 'ALL'),
    without('b', 'ALL'),
    without('d', 'ALL'),
    below('e', 'KEY'),
    below('f', 'KEY'),
    without('g', 'KEY'),
    below('g', 'VALUE'),
    without('e', 'VALUE'),
    ['a pointer at a scalar is that scalar', byte('d', 'EXACTLY', json('VALUE', ['/a/c'])), body(tree), true],
    ['numbers by their source text', byte('1.50', 'EXACTLY', json('VALUE')), body('{"a":1.50}'), true],
    ['a missing comma is tolerated', byte('2', 'EXACTLY', json('VALUE')), body('{"a":"1""b":"2"}'), true],
    ['a missing colon is tolerated', byte('2', 'EXACTLY', json('VALUE')), body('{"a":"1","b""2"}'), true],
    ['repeated colons are tolerated', byte('1', 'EXACTLY', json('VALUE')), body('{"a"::"1"}'), true],
    ['escapes are decoded', byte('<x>', 'EXACTLY', json('VALUE')), body('{"a":"\\u003cx\\u003E"}'), true],
    [
      'a double key stops, what came before counts',
      byte('1', 'EXACTLY', json('VALUE')),
      body('{"a":"1","a":"2"}'),
      true,
    ],
    [
      'a double key stops, what comes after does not',
      byte('2', 'EXACTLY', json('VALUE')),
      body('{"a":"1","a":"2"}'),
      false,
    ],
    [
      'a scalar root stops: MATCH',
      byte('zzz', 'EXACTLY', json('VALUE', null, { InvalidFallbackBehavior: 'MATCH' })),
      body('"x"'),
      true,
    ],
    [
      'a scalar root stops: NO_MATCH',
      byte('x', 'EXACTLY', json('VALUE', null, { InvalidFallbackBehavior: 'NO_MATCH' })),
      body('"x"'),
      false,
    ],
    [
      'truncated: EVALUATE_AS_STRING',
      byte('{"a":"<scr', 'EXACTLY', json('VALUE', null, { InvalidFallbackBehavior: 'EVALUATE_AS_STRING' })),
      body('{"a":"<scr'),
      true,
    ],
    [
      'a fallback is for parse failures only',
      byte('zzz', 'EXACTLY', json('VALUE', null, { InvalidFallbackBehavior: 'MATCH' })),
      body('{"a":"1"}'),
      false,
    ],
    ['deep nesting stops and does not break', byte('x', 'EXACTLY', json('VALUE')), body('['.repeat(5000)), false],
  ]);
});

describe('5 text transformations', () => {
  const made = (type: string, given: string, expected: string): readonly [string, object, Asked, boolean] => [
    `${type} ${JSON.stringify(given)}`,
    byte(expected, 'EXACTLY', { SingleHeader: { Name: 'x' } }, [type]),
    { headers: [['x', given]] },
    true,
  ];
  table('5', [
    made('LOWERCASE', 'AbZ@[', 'abz@['),
    made('CMD_LINE', 'C^at  /ETC,x', 'cat/etc x'),
    made('CMD_LINE_UNIX', ' c"A\\t ^  /etc ', 'cat ^ /etc'),
    made('CMD_LINE_WIN', 'c^\r\nmd "C:\\\\a`"', 'cmd c:\\a'),
    made('COMPRESS_WHITE_SPACE', 'a \t\r\n b', 'a b'),
    made('REPLACE_COMMENTS', 'a/*b*//*c*/d/*e', 'a  d '),
    made('REMOVE_COMMENTS_CHAR', 'a/*b*/c--d#e<!--f-->', 'abcde<!f>'),
    made('URL_DECODE', '%41+%zz', 'A %zz'),
    made('URL_DECODE_UNI', '%u0041%uff1c', 'A<'),
    made('HTML_ENTITY_DECODE', '&lt;&LPAR;&#x41;&#66&quot', '<(AB"'),
    made('HTML_ENTITY_DECODE', '&lpar &copy;', '&lpar &copy;'),
    made('JS_DECODE', '\\u0041\\x42\\103\\n\\q', 'ABC\nq'),
    made('JS_DECODE_EXT', 'C:\\new\\x41\\\\b', 'C:\\newA\\b'),
    made('CSS_DECODE', 'ja\\vascript\\3a x', 'javascript:x'),
    made('ESCAPE_SEQ_DECODE', '\\x41\\101\\q\\t', 'AA\\q\t'),
    made('HEX_DECODE', '4142', 'AB'),
    made('HEX_DECODE', '414', '414'),
    made('SQL_HEX_DECODE', 'a 0x4142 b', 'a AB b'),
    made('BASE64_DECODE', 'QUJD', 'ABC'),
    made('BASE64_DECODE', '!!!', '!!!'),
    made('BASE64_DECODE_EXT', 'Q U.J D', 'ABC'),
    made('NORMALIZE_PATH', '/a/./b//../c/', '/a/c/'),
    made('NORMALIZE_PATH_WIN', '\\a\\..\\b', '/b'),
    made('REMOVE_NULLS', 'a\0b', 'ab'),
    made('REPLACE_NULLS', 'a\0b', 'a b'),
    made('TRIM', '\t a \n', 'a'),
    made('REMOVE_WHITESPACE', 'a \t b', 'ab'),
    made('UPPERCASE', 'ab', 'AB'),
  ]);
  it('5 several run in ascending priority', () => {
    rows++;
    const statement = {
      ByteMatchStatement: {
        SearchString: '<A>',
        PositionalConstraint: 'EXACTLY',
        FieldToMatch: { QueryString: {} },
        TextTransformations: [
          { Priority: 9, Type: 'UPPERCASE' },
          { Priority: 1, Type: 'URL_DECODE' },
          { Priority: 5, Type: 'HTML_ENTITY_DECODE' },
        ],
      },
    };
    expect(holds(statement, q('%26lt;a%26gt;'))).toBe(true);
  });
});

describe('3.7 to 3.11', () => {
  const ipSet = (Addresses: readonly string[]) => ({ IPSet: { Name: 's', ARN: 'arn:s', Addresses } });
  const from = (config: object | null, addresses: readonly string[], request: Asked): boolean =>
    holds({ IPSetReferenceStatement: { ARN: 'arn:s', ...(config && { IPSetForwardedIPConfig: config }) } }, request, {
      beside: [ipSet(addresses)],
    });
  const xff = (value: string): Asked => ({ headers: [['X-Forwarded-For', value]] });
  const config = (Position: string, FallbackBehavior = 'NO_MATCH') => ({
    HeaderName: 'x-forwarded-for',
    Position,
    FallbackBehavior,
  });
  it.each([
    ['3.8 inside a block', () => from(null, ['192.0.2.0/24'], {}), true],
    ['3.8 the other family never matches', () => from(null, ['2001:db8::/32'], {}), false],
    ['3.8 FIRST', () => from(config('FIRST'), ['10.0.0.1/32'], xff('10.0.0.1, 10.0.0.2')), true],
    ['3.8 LAST', () => from(config('LAST'), ['10.0.0.1/32'], xff('10.0.0.1, 10.0.0.2')), false],
    ['3.8 ANY', () => from(config('ANY'), ['10.0.0.1/32'], xff('10.0.0.1, 10.0.0.2')), true],
    [
      '3.8 ANY looks at the last ten',
      () =>
        from(config('ANY'), ['10.0.0.1/32'], xff(`10.0.0.1,${Array.from({ length: 10 }, () => '10.9.9.9').join(',')}`)),
      false,
    ],
    [
      '3.10 an absent header is no match, whatever the fallback',
      () => from(config('FIRST', 'MATCH'), ['192.0.2.0/24'], {}),
      false,
    ],
    ['3.10 a malformed one falls back', () => from(config('FIRST', 'MATCH'), ['10.0.0.1/32'], xff('unknown')), true],
    ['3.10 only commas separate', () => from(config('FIRST'), ['10.0.0.1/32'], xff('10.0.0.1;10.0.0.2')), false],
  ] as const)('%s', (_says, run, expected) => {
    rows++;
    expect(run()).toBe(expected);
  });
  it('3.7 labels where every inspected request comes from, seen from the next rule on', () => {
    rows++;
    const acl = aclOf([
      rule('geo', 0, { GeoMatchStatement: { CountryCodes: ['FR'] } }, { Count: {} }),
      rule('by-label', 1, { LabelMatchStatement: { Scope: 'LABEL', Key: 'awswaf:clientip:geo:country:DE' } }),
    ]);
    const decision = acl.ask({ country: 'DE' });
    expect(decision).toMatchObject({ action: 'BLOCK', terminatingRule: 'by-label', nonTerminating: [] });
    expect(decision.labels).toEqual(['awswaf:clientip:geo:country:DE', 'awswaf:clientip:geo:region:DE-XX']);
    expect(acl.ask({}).labels).toEqual(['awswaf:clientip:geo:country:XX', 'awswaf:clientip:geo:region:US-XX']);
  });
  it('3.7 a rule does not see the labels of its own statements', () => {
    rows++;
    const both = {
      AndStatement: {
        Statements: [
          { GeoMatchStatement: { CountryCodes: ['DE'] } },
          { LabelMatchStatement: { Scope: 'LABEL', Key: 'awswaf:clientip:geo:country:DE' } },
        ],
      },
    };
    expect(holds(both, { country: 'DE' })).toBe(false);
  });
  it('3.9 an unknown AS is number 0', () => {
    rows++;
    expect(holds({ AsnMatchStatement: { AsnList: [0] } }, {})).toBe(true);
    expect(holds({ AsnMatchStatement: { AsnList: [64_496] } }, {}, { whereabouts: () => ({ asn: 64_496 }) })).toBe(
      true,
    );
  });
  it.each([
    ['3.11 LABEL at a component boundary', 'LABEL', 'header:encoding:utf8', 'header:encoding:utf8', true],
    ['3.11 LABEL below a namespace of its own', 'LABEL', 'header:encoding:utf8', 'ns1:header:encoding:utf8', true],
    ['3.11 LABEL not inside a component', 'LABEL', 'encoding:utf8', 'header:xencoding:utf8', false],
    ['3.11 LABEL with case', 'LABEL', 'UTF8', 'utf8', false],
    ['3.11 LABEL fully qualified', 'LABEL', 'awswaf:111122223333:webacl:A:a:b', 'a:b', true],
    ['3.11 LABEL fully qualified is the whole label', 'LABEL', 'awswaf:111122223333:webacl:A:b', 'a:b', false],
    ['3.11 NAMESPACE', 'NAMESPACE', 'header:', 'header:encoding', true],
    ['3.11 NAMESPACE in the middle', 'NAMESPACE', 'b:c:', 'a:b:c:d', true],
    ['3.11 NAMESPACE is no label', 'NAMESPACE', 'encoding:', 'header:encoding', false],
    ['3.11 NAMESPACE fully qualified', 'NAMESPACE', 'awswaf:111122223333:webacl:A:a:', 'a:b', true],
  ] as const)('%s', (_says, Scope, Key, label, expected) => {
    rows++;
    const acl = aclOf([
      rule('first', 0, byte('GET', 'EXACTLY', { Method: {} }), { Count: {} }, { RuleLabels: [{ Name: label }] }),
      rule('second', 1, { LabelMatchStatement: { Scope, Key } }),
    ]);
    expect(acl.ask().action).toBe(expected ? 'BLOCK' : 'ALLOW');
  });
  it('3.12 NOT over a missing component is true', () => {
    rows++;
    expect(holds({ NotStatement: { Statement: byte('x', 'CONTAINS', { SingleHeader: { Name: 'a' } }) } }, {})).toBe(
      true,
    );
  });
});

describe('the tables', () => {
  it('ran enough rows to mean something', () => expect(rows).toBeGreaterThanOrEqual(125));
});
