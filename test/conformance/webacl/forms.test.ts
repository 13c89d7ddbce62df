import { describe, expect, it } from 'vitest';
import { ruleCapacity, rulesCapacity, statementCapacity } from '../../../src/waf/capacity.ts';
import { summary } from '../../../src/waf/forms/fidelity.ts';
import { readSecLang } from '../../../src/waf/forms/seclang/read.ts';
import { checkRules } from '../../../src/waf/forms/webacl/checks.ts';
import { readWebAcl } from '../../../src/waf/forms/webacl/read.ts';
import { refusedByAws } from '../../../src/waf/forms/webacl/regex-lint.ts';
import type { AclRule } from '../../../src/waf/forms/webacl/shape.ts';
import { spellAcl, writeWebAcl } from '../../../src/waf/forms/webacl/write.ts';
import { none, rule, run } from './ask.ts';

const byte = (SearchString: string, PositionalConstraint = 'CONTAINS', more: object = {}): object => ({
  ByteMatchStatement: {
    SearchString,
    PositionalConstraint,
    FieldToMatch: { QueryString: {} },
    TextTransformations: none,
    ...more,
  },
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('1.5 spellings', () => {
  const ask = (given: unknown) => run(readWebAcl(given)).ask({ target: '/?evil', address: '10.0.0.1' }).terminatingRule;
  const api = { Name: 'A', DefaultAction: { Allow: {} }, Rules: [rule('r', 0, byte(base64('evil')))] };
  it('1.5 the answer of GetWebACL is base64', () => expect(ask({ WebACL: api, LockToken: 'x' })).toBe('r'));
  it('1.5 the CLI’s document is base64 by its look', () => {
    expect(ask(api)).toBe('r');
    expect(readWebAcl(api).encoding).toMatch(/^base64: every SearchString/);
  });
  it('1.5 the console’s is plain by its look', () =>
    expect(ask({ ...api, Rules: [rule('r', 0, byte('evil'))] })).toBe('r'));
  it('1.5 auto takes plain as soon as one needle is not base64', () => {
    const read = readWebAcl({ ...api, Rules: [rule('r', 0, byte('evil')), rule('s', 1, byte('with blank'))] });
    expect(read.encoding).toMatch(/^plain/);
  });
  it('1.5 CloudFormation: Arn, plain needles, bare regex strings, references inside the template', () => {
    const template = {
      Resources: {
        Bad: {
          Type: 'AWS::WAFv2::IPSet',
          Properties: { IPAddressVersion: 'IPV4', Addresses: ['10.0.0.0/8'], Scope: 'REGIONAL' },
        },
        Words: {
          Type: 'AWS::WAFv2::RegexPatternSet',
          Properties: { RegularExpressionList: ['nothing$'], Scope: 'REGIONAL' },
        },
        Acl: {
          Type: 'AWS::WAFv2::WebACL',
          Properties: {
            DefaultAction: { Allow: {} },
            Rules: [
              rule('words', 0, {
                RegexPatternSetReferenceStatement: {
                  Arn: { 'Fn::GetAtt': ['Words', 'Arn'] },
                  FieldToMatch: { QueryString: {} },
                  TextTransformations: none,
                },
              }),
              rule('ips', 1, { IPSetReferenceStatement: { Arn: { 'Fn::GetAtt': 'Bad.Arn' } } }),
            ],
          },
        },
      },
    };
    expect(ask(template)).toBe('ips');
  });
  it('1.5 one CloudFormation resource, SearchStringBase64', () => {
    const statement = {
      ByteMatchStatement: {
        SearchStringBase64: base64('evil'),
        PositionalConstraint: 'CONTAINS',
        FieldToMatch: { QueryString: {} },
        TextTransformations: none,
      },
    };
    expect(
      ask({
        Type: 'AWS::WAFv2::WebACL',
        Properties: { DefaultAction: { Allow: {} }, Rules: [rule('r', 0, statement)] },
      }),
    ).toBe('r');
  });
  it('1.5 CDK’s camelCase', () => {
    const given = {
      name: 'A',
      defaultAction: { allow: {} },
      rules: [
        {
          name: 'r',
          priority: 0,
          action: { block: {} },
          visibilityConfig: {},
          statement: {
            byteMatchStatement: {
              searchString: 'ev il'.replace(' ', ''),
              positionalConstraint: 'CONTAINS',
              fieldToMatch: { queryString: {} },
              textTransformations: [{ priority: 0, type: 'NONE' }],
            },
          },
        },
      ],
    };
    expect(run(readWebAcl(given, { searchStringEncoding: 'plain' })).ask({ target: '/?evil' }).terminatingRule).toBe(
      'r',
    );
  });
  it.each([
    ['nothing', null, 'a web ACL is wanted'],
    ['a list', [], 'a web ACL is wanted'],
    ['something else', { hello: 1 }, 'this is no web ACL'],
    [
      'two statements in one',
      { DefaultAction: { Allow: {} }, Rules: [rule('r', 0, { ...byte('a'), GeoMatchStatement: {} })] },
      'exactly one member',
    ],
    ['no statement', { DefaultAction: { Allow: {} }, Rules: [rule('r', 0, {})] }, 'exactly one member'],
    [
      'a field of two',
      {
        DefaultAction: { Allow: {} },
        Rules: [rule('r', 0, byte('a', 'CONTAINS', { FieldToMatch: { QueryString: {}, Body: {} } }))],
      },
      'exactly one member',
    ],
    [
      'equal priorities',
      { DefaultAction: { Allow: {} }, Rules: [rule('a', 0, byte('a')), rule('b', 0, byte('a'))] },
      'same Priority 0',
    ],
    [
      'equal names',
      { DefaultAction: { Allow: {} }, Rules: [rule('a', 0, byte('a')), rule('a', 1, byte('a'))] },
      'same Name a',
    ],
    [
      'an unknown transformation',
      {
        DefaultAction: { Allow: {} },
        Rules: [rule('a', 0, byte('a', 'CONTAINS', { TextTransformations: [{ Priority: 0, Type: 'ROT13' }] }))],
      },
      'there is no transformation ROT13',
    ],
    [
      'a broken pattern',
      {
        DefaultAction: { Allow: {} },
        Rules: [
          rule('a', 0, {
            RegexMatchStatement: { RegexString: '(', FieldToMatch: { Method: {} }, TextTransformations: none },
          }),
        ],
      },
      'cannot read its pattern',
    ],
  ])('1.6 %s is refused with its place', (_says, given, message) => {
    expect(() => readWebAcl(given, { searchStringEncoding: 'plain' })).toThrow(message);
  });
});

describe('6 body limits', () => {
  const acl = { Name: 'A', DefaultAction: { Allow: {} }, Rules: [] };
  it.each([
    ['rest-api', {}, 16_384],
    ['load-balancer', {}, 8192],
    [
      'cloudfront',
      { AssociationConfig: { RequestBody: { CLOUDFRONT: { DefaultSizeInspectionLimit: 'KB_64' } } } },
      65_536,
    ],
    [
      'rest-api',
      { AssociationConfig: { RequestBody: { CLOUDFRONT: { DefaultSizeInspectionLimit: 'KB_64' } } } },
      16_384,
    ],
  ] as const)('6 %s %j inspects %i bytes', (resource, more, bytes) => {
    expect(readWebAcl({ ...acl, ...more }, { resource }).inspects).toBe(bytes);
  });
});

describe('7 capacity', () => {
  it.each([
    ['geo', { GeoMatchStatement: { CountryCodes: ['DE'] } }, 1],
    ['IP set', { IPSetReferenceStatement: { ARN: 'a' } }, 1],
    ['IP set with ANY', { IPSetReferenceStatement: { ARN: 'a', IPSetForwardedIPConfig: { Position: 'ANY' } } }, 5],
    ['EXACTLY', byte('a', 'EXACTLY'), 2],
    ['CONTAINS', byte('a'), 10],
    ['one transformation', byte('a', 'EXACTLY', { TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }] }), 12],
    ['AllQueryArguments', byte('a', 'EXACTLY', { FieldToMatch: { AllQueryArguments: {} } }), 12],
    [
      'JsonBody doubles the base only',
      byte('a', 'EXACTLY', {
        FieldToMatch: { JsonBody: {} },
        TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }],
      }),
      14,
    ],
    ['SQLi LOW', { SqliMatchStatement: { FieldToMatch: { Body: {} }, TextTransformations: none } }, 20],
    [
      'SQLi HIGH',
      { SqliMatchStatement: { SensitivityLevel: 'HIGH', FieldToMatch: { Body: {} }, TextTransformations: none } },
      30,
    ],
    ['XSS', { XssMatchStatement: { FieldToMatch: { Body: {} }, TextTransformations: none } }, 40],
    [
      'AND is the sum',
      {
        AndStatement: {
          Statements: [byte('a', 'EXACTLY'), { NotStatement: { Statement: { GeoMatchStatement: {} } } }],
        },
      },
      3,
    ],
    [
      'rate with two keys and a scope',
      { RateBasedStatement: { CustomKeys: [{ IP: {} }, { HTTPMethod: {} }], ScopeDownStatement: byte('a') } },
      72,
    ],
    [
      'managed core rule set',
      { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesCommonRuleSet' } },
      700,
    ],
  ] as const)('7 %s', (_says, statement, units) => {
    expect(statementCapacity(statement)).toBe(units);
  });
  it('7 one unit for every five labels', () => {
    expect(
      ruleCapacity({
        Name: 'a',
        Priority: 0,
        Statement: { GeoMatchStatement: {} },
        RuleLabels: Array.from({ length: 6 }, () => ({ Name: 'l' })),
      }),
    ).toBe(3);
  });
});

describe('1.6 what AWS would refuse', () => {
  const problems = (one: object): readonly string[] => checkRules([one as AclRule], {}).map((each) => each.says);
  it.each([
    ['a name', rule('a b', 0, byte('a')), 'a name has'],
    [
      'a label with a reserved word',
      rule('a', 0, byte('a'), { Block: {} }, { RuleLabels: [{ Name: 'x:aws:y' }] }),
      'reserved word aws',
    ],
    [
      'seven label parts',
      rule('a', 0, byte('a'), { Block: {} }, { RuleLabels: [{ Name: 'a:b:c:d:e:f:g' }] }),
      'more than 5 namespaces',
    ],
    ['a needle of 201 bytes', rule('a', 0, byte('x'.repeat(201))), '201 bytes'],
    [
      'a pattern of 201 characters',
      rule('a', 0, { RegexMatchStatement: { RegexString: 'x'.repeat(201) } }),
      '201 characters',
    ],
    ['a back reference', rule('a', 0, { RegexMatchStatement: { RegexString: '(a)\\1' } }), 'a back reference'],
    ['an OR of one', rule('a', 0, { OrStatement: { Statements: [byte('a')] } }), 'at least two'],
    ['a rate of 9', rule('a', 0, { RateBasedStatement: { Limit: 9, AggregateKeyType: 'IP' } }), 'a limit of 9'],
    ['a rate that allows', rule('a', 0, { RateBasedStatement: { Limit: 10 } }, { Allow: {} }), 'cannot Allow'],
    [
      'content-type on a response',
      rule('a', 0, byte('a'), {
        Block: { CustomResponse: { ResponseCode: 403, ResponseHeaders: [{ Name: 'Content-Type', Value: 'x' }] } },
      }),
      'content-type',
    ],
    [
      'a body that is not there',
      rule('a', 0, byte('a'), { Block: { CustomResponse: { ResponseCode: 403, CustomResponseBodyKey: 'no' } } }),
      'no custom response body',
    ],
  ])('1.6 %s', (_says, given, message) => {
    expect(problems(given).join()).toContain(message);
  });
  it('1.6 at most 10 rate rules, 50 references, 5000 units', () => {
    const many = (count: number, statement: object): readonly AclRule[] =>
      Array.from({ length: count }, (_, at) => rule(`r${at}`, at, statement) as AclRule);
    expect(checkRules(many(11, { RateBasedStatement: { Limit: 10 } }), {}).map((each) => each.says)).toEqual([
      '11 rate rules > 10',
    ]);
    expect(checkRules(many(51, { IPSetReferenceStatement: { ARN: 'a' } }), {}).map((each) => each.says)).toEqual([
      '51 reference statements > 50',
    ]);
    expect(checkRules(many(501, byte('a')), {}).map((each) => each.says)).toEqual(['5010 capacity units > 5000']);
  });
  it.each([
    ['(?>a)', 'an atomic group'],
    ['a++', 'a possessive quantifier'],
    ['\\Ka', '\\C, \\R, \\K or \\X'],
    ['(?R)', 'a subroutine or recursion'],
    ['(?(1)a|b)', 'a conditional'],
    ['(*SKIP)a', 'a backtracking verb'],
    ['(?=a)', 'a look-around'],
    ['(a|b)+[+]?\\+', null],
    ['(?i)union\\s+select', null],
  ])('3.2 %s uses %s', (source, what) => expect(refusedByAws(source)).toBe(what));
});

describe('6 write', () => {
  const original = {
    Name: 'A',
    DefaultAction: { Block: {} },
    Rules: [
      rule(
        'word',
        0,
        { AndStatement: { Statements: [byte('evil'), { NotStatement: { Statement: byte('good', 'EXACTLY') } }] } },
        { Count: {} },
        { RuleLabels: [{ Name: 'a:b' }] },
      ),
      rule('rate', 1, { RateBasedStatement: { Limit: 100, AggregateKeyType: 'IP', ScopeDownStatement: byte('x') } }),
      rule('ask', 2, { GeoMatchStatement: { CountryCodes: ['DE'] } }, { Captcha: {} }),
      rule('custom', 3, byte('z'), {
        Block: { CustomResponse: { ResponseCode: 429, ResponseHeaders: [{ Name: 'retry-after', Value: '1' }] } },
      }),
    ],
  };
  it('what was read is written back as it was', () => {
    const read = readWebAcl(original, { searchStringEncoding: 'plain' });
    const written = writeWebAcl(read.set, { name: 'A', outcomes: read.outcomes, defaultAction: read.defaultAction });
    expect(summary(written.fidelity)).toBe('4 rules: 4 exact, 0 approximate, 0 impossible');
    const bare = (rules: readonly object[]): unknown => rules.map((each) => ({ ...each, VisibilityConfig: {} }));
    expect(bare(written.acl.Rules)).toEqual(original.Rules);
    expect(written.acl['DefaultAction']).toEqual({ Block: {} });
    expect(written.capacity).toBe(rulesCapacity(original.Rules as AclRule[]));
    expect(written.problems).toEqual([]);
  });
  it('and read again decides the same', () => {
    const read = readWebAcl(original, { searchStringEncoding: 'plain' });
    for (const as of ['api', 'cloudformation'] as const) {
      const written = spellAcl(writeWebAcl(read.set, { name: 'A', outcomes: read.outcomes }).acl, as);
      const again = run(readWebAcl(written, { searchStringEncoding: as === 'api' ? 'base64' : 'plain' }));
      expect(again.ask({ target: '/?z' }).answer?.status).toBe(429);
      expect(again.ask({ target: '/?evil' }).labels).toHaveLength(1 + 2);
    }
  });

  const secLang = `
SecRule REQUEST_HEADERS:User-Agent "@contains BadBot" "id:1,phase:1,deny,t:lowercase,t:urlDecode"
SecRule REQUEST_METHOD "!@streq GET" "id:2,phase:1,deny,status:405,chain"
SecRule REQUEST_FILENAME "@beginsWith /static/"
SecRule REMOTE_ADDR "@ipMatch 10.0.0.0/8,2001:db8::1" "id:3,phase:1,deny"
SecRule ARGS_GET:id "@rx ^[0-9]{1,9}$" "id:4,phase:2,pass"
SecRule REQUEST_HEADERS:X-A "@gt 100" "id:5,phase:1,deny,t:length"
SecRule ARGS_GET "@detectSQLi" "id:6,phase:2,deny"
SecRule REQUEST_URI "@rx (?=x)" "id:7,phase:1,deny"
SecRule ARGS "@rx a" "id:8,phase:2,pass,setvar:tx.score=+5"
SecRule RESPONSE_STATUS "@streq 500" "id:9,phase:3,deny"
SecRule ARGS_GET "@rx (?>a)" "id:10,phase:2,deny"
SecRule &REQUEST_HEADERS:Host "@eq 0" "id:11,phase:1,deny"
`;
  const written = writeWebAcl(readSecLang([{ file: 'a.conf', text: secLang }]), { name: 'ours' });
  it('rules of ours are written where AWS can run them', () => {
    expect(summary(written.fidelity)).toBe('11 rules: 6 exact, 1 approximate, 4 impossible');
    expect(written.acl.Rules.map((each) => each.Name)).toEqual([
      'rule-1',
      'rule-2',
      'rule-3',
      'rule-4',
      'rule-5',
      'rule-6',
      'rule-11',
    ]);
    expect(written.ipSets.map((set) => [set.version, set.addresses])).toEqual([
      ['IPV4', ['10.0.0.0/8']],
      ['IPV6', ['2001:db8::1/128']],
    ]);
    expect(written.problems).toEqual([]);
  });
  it('and what does not fit says why', () => {
    expect(
      Object.fromEntries(
        written.fidelity.filter((each) => each.certainty === 'impossible').map((each) => [each.rule, each.reasons[0]]),
      ),
    ).toEqual({
      7: 'AWS has no component like REQUEST_URI',
      8: 'it keeps a variable (setvar), and AWS has none: scores cannot be added up there',
      9: 'it looks at the answer, and AWS WAF sees requests only',
      10: 'its pattern uses an atomic group, which AWS refuses',
    });
  });
  it('and the web ACL decides as the rules did', () => {
    const beside = written.ipSets.map((set) => ({ IPSet: { Name: set.name, Addresses: set.addresses } }));
    const acl = run(readWebAcl(spellAcl(written.acl, 'api'), { beside, searchStringEncoding: 'base64' }));
    const host = [['host', 'a']] as const;
    expect(acl.ask({ headers: [...host, ['user-agent', 'x badbot']] }).terminatingRule).toBe('Default_Action');
    expect(acl.ask({ method: 'POST', target: '/static/a', headers: host }).answer?.status).toBe(405);
    expect(acl.ask({ address: '10.1.2.3', headers: host }).terminatingRule).toBe('rule-3');
    expect(acl.ask({ target: '/?id=12', headers: host }).nonTerminating).toEqual([{ rule: 'rule-4', action: 'COUNT' }]);
    expect(acl.ask({ headers: [...host, ['x-a', 'x'.repeat(101)]] }).terminatingRule).toBe('rule-5');
    expect(acl.ask({}).terminatingRule).toBe('rule-11');
  });
});
