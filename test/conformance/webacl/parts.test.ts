import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readWebAcl } from '../../../src/waf/forms/webacl/read.ts';
import { apiKey } from '../../../src/waf/forms/webacl/spelling.ts';
import { aclOf, holds, none, rule, run, type Asked } from './ask.ts';

let rows = 0;
afterAll(() => console.info(`web ACL parts: ${rows} rows`));

const byte = (SearchString: string, FieldToMatch: object, types: readonly string[] = ['NONE']): object => ({
  ByteMatchStatement: {
    SearchString,
    PositionalConstraint: 'EXACTLY',
    FieldToMatch,
    TextTransformations: types.map((Type, Priority) => ({ Priority, Type })),
  },
});
const query = { QueryString: {} };
const get = byte('GET', { Method: {} });
const q = (text: string): Asked => ({ target: `/?${text}` });

describe('1.1 the web ACL itself', () => {
  const manager = (Name: string, path: string, OverrideAction: object = { None: {} }) => ({
    group: {
      RuleGroup: {
        Name,
        ARN: `arn:${Name}`,
        Capacity: 10,
        Rules: [rule('r', 0, byte(path, { UriPath: {} }))],
        VisibilityConfig: {},
      },
    },
    use: {
      Name: `fm-${Name}`,
      Priority: 0,
      OverrideAction,
      FirewallManagerStatement: { RuleGroupReferenceStatement: { ARN: `arn:${Name}` } },
      VisibilityConfig: {},
    },
  });
  const [before, after] = [manager('before', '/a'), manager('after', '/b')];
  const acl = aclOf([rule('own', 0, byte('/a', { UriPath: {} }), { Allow: {} }), rule('c', 1, get, { Count: {} })], {
    beside: [before.group, after.group],
    acl: {
      PreProcessFirewallManagerRuleGroups: [before.use],
      PostProcessFirewallManagerRuleGroups: [after.use],
    },
  });
  it('1.1 groups of Firewall Manager run before and after the ACL’s own rules', () => {
    expect(acl.ask({ target: '/a' })).toMatchObject({ action: 'BLOCK', terminatingRule: 'fm-before/r' });
    expect(acl.ask({ target: '/b' })).toMatchObject({ terminatingRule: 'fm-after/r', nonTerminating: [{ rule: 'c' }] });
    expect(acl.ask({ target: '/c' }).action).toBe('ALLOW');
  });
  it('1.1 a captcha without immunity time of its own has the ACL’s, else 300 s', () => {
    const ask = (more: object, ago: number): string => {
      let solvedAt = 0;
      const tried = aclOf([rule('c', 0, get, { Captcha: {} })], { acl: more, solved: () => solvedAt });
      solvedAt = tried.clock.now() - ago * 1000;
      return tried.ask().action;
    };
    const sixty = { CaptchaConfig: { ImmunityTimeProperty: { ImmunityTime: 60 } } };
    expect([ask({}, 300), ask({}, 301), ask(sixty, 60), ask(sixty, 61)]).toEqual([
      'ALLOW',
      'CAPTCHA',
      'ALLOW',
      'CAPTCHA',
    ]);
  });
  it('1.1 settings that nothing here reads are named, and written out again', () => {
    const read = aclOf([], { acl: { TokenDomains: ['a.test'], ApplicationConfig: {}, Description: 'd' } }).read;
    expect(read.unused.map((each) => each.split(':')[0])).toEqual(['TokenDomains', 'ApplicationConfig']);
    expect(read.acl.Given).toMatchObject({ TokenDomains: ['a.test'], Description: 'd' });
  });
  it('1.1 a body key of Object’s own is no body', () => {
    const custom = { Block: { CustomResponse: { ResponseCode: 403, CustomResponseBodyKey: 'constructor' } } };
    expect(() => aclOf([rule('r', 0, get, custom)])).toThrow('no custom response body `constructor`');
  });
});

describe('1.2 a rule', () => {
  const { Action: _, ...silent } = rule('r', 0, get) as { Action: object };
  it.each([
    ['1.2 an ordinary rule without action', [silent], 'Action is missing'],
    [
      '1.2 an ordinary rule with an override action',
      [{ ...rule('r', 0, get), OverrideAction: { None: {} } }],
      'OverrideAction does not go with its statement',
    ],
    [
      '1.2 a group with an action',
      [rule('r', 0, { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'X' } })],
      'Action does not go',
    ],
    [
      '1.2 a group without either',
      [{ ...silent, Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'X' } } }],
      'OverrideAction is missing',
    ],
    [
      '1.2 an override action that nobody knows',
      [
        {
          ...silent,
          OverrideAction: { Block: {} },
          Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'X' } },
        },
      ],
      'None or Count is wanted, not Block',
    ],
  ] as const)('%s is refused', (_says, rules, message) => {
    rows++;
    expect(() => aclOf(rules)).toThrow(message);
  });
});

describe('1.4 sets', () => {
  const set = (Addresses: readonly string[]) => ({ IPSet: { Name: 's', ARN: 'arn:s', Addresses } });
  const pointing = [rule('ip', 0, { IPSetReferenceStatement: { ARN: 'arn:s' } })];
  it.each([
    ['1.4 an address without its length', ['10.0.0.1'], '10.0.0.1 is no CIDR block: write 10.0.0.1/32'],
    ['1.4 the whole world', ['0.0.0.0/0'], 'AWS takes no /0'],
    ['1.4 two families', ['10.0.0.0/8', '2001:db8::/32'], 'both families'],
    [
      '1.4 more than 10000',
      Array.from({ length: 10_001 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`),
      '10001 addresses > 10000',
    ],
  ] as const)('%s is named', (_says, addresses, message) => {
    rows++;
    const { read } = aclOf(pointing, { beside: [set(addresses)] });
    expect(read.problems.map((each) => each.says).join()).toContain(message);
  });
  it('1.4 and 3.3 a pattern set: any pattern, AWS’s limits named, one that was not given impossible', () => {
    const words = (RegularExpressionList: readonly unknown[]) => ({
      RegexPatternSet: { Name: 'w', ARN: 'arn:w', RegularExpressionList },
    });
    const use = { RegexPatternSetReferenceStatement: { ARN: 'arn:w', FieldToMatch: query, TextTransformations: none } };
    const given = words([{ RegexString: '^a' }, 'b$']);
    expect(holds(use, q('xa'), { beside: [given] })).toBe(false);
    expect(holds(use, q('ax'), { beside: [given] })).toBe(true);
    expect(holds(use, q('xb'), { beside: [given] })).toBe(true);
    const many = aclOf([rule('w', 0, use)], { beside: [words(Array.from({ length: 11 }, () => '(?=a)'))] }).read;
    expect(many.problems.map((each) => each.says)).toContain('11 patterns > 10');
    expect(many.problems.map((each) => each.says).join()).toContain('a look-around');
    expect(aclOf([rule('w', 0, use)]).read.fidelity[0]).toMatchObject({
      certainty: 'impossible',
      reasons: [expect.stringContaining('--beside')],
    });
  });
  it('3.3 the name stands for itself', () =>
    expect(apiKey('regexPatternSetReferenceStatement')).toBe('RegexPatternSetReferenceStatement'));
});

describe('1.5 spellings', () => {
  it('1.5 every key that CDK respells is read as the API has it', () => {
    const made = readFileSync(
      join(import.meta.dirname, '../../../node_modules/aws-cdk-lib/aws-wafv2/lib/wafv2.generated.js'),
      'utf8',
    );
    const pairs = new Map(
      [...made.matchAll(/([A-Za-z0-9]+):(?:cdk\(\)|cdk)?[^,{}]*?\(properties\.([A-Za-z0-9]+)\)/g)].map(
        ([, aws, cdk]) => [cdk as string, aws as string],
      ),
    );
    pairs.delete('webAclArn'); // of an association, not of an ACL
    expect(pairs.size).toBeGreaterThan(150);
    rows += pairs.size;
    const wrong = [...pairs].filter(([cdk, aws]) => apiKey(cdk) !== (aws === 'Arn' ? 'ARN' : aws));
    expect(wrong).toEqual([]);
  });
  it('1.5 CDK’s abbreviations inside statements', () => {
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
            ipSetReferenceStatement: {
              arn: 'arn:s',
              ipSetForwardedIpConfig: { headerName: 'xff', fallbackBehavior: 'MATCH', position: 'FIRST' },
            },
          },
        },
        {
          name: 'rate',
          priority: 1,
          action: { block: {} },
          visibilityConfig: {},
          statement: {
            rateBasedStatement: {
              limit: 10,
              aggregateKeyType: 'CUSTOM_KEYS',
              customKeys: [{ httpMethod: {} }, { ip: {} }, { asn: {} }],
            },
          },
        },
      ],
    };
    const acl = run(
      readWebAcl(given, {
        beside: [
          { addresses: ['10.0.0.0/8'], arn: 'arn:s' },
          { IPSet: { ARN: 'arn:s', Addresses: ['10.0.0.0/8'] } },
        ].slice(1),
      }),
    );
    expect(acl.ask({ headers: [['xff', '10.1.1.1']] }).terminatingRule).toBe('r');
    expect(Array.from({ length: 11 }, () => acl.ask().terminatingRule).at(-1)).toBe('rate');
  });
  it('1.5 Fn::Sub points like Ref and Fn::GetAtt; what only CloudFormation can resolve is named', () => {
    const template = (Arn: unknown) => ({
      Resources: {
        S: { Type: 'AWS::WAFv2::IPSet', Properties: { Addresses: ['10.0.0.0/8'] } },
        A: {
          Type: 'AWS::WAFv2::WebACL',
          Properties: { DefaultAction: { Allow: {} }, Rules: [rule('r', 0, { IPSetReferenceStatement: { Arn } })] },
        },
      },
    });
    expect(run(readWebAcl(template({ 'Fn::Sub': '${S.Arn}' }))).ask({ address: '10.1.1.1' }).terminatingRule).toBe('r');
    expect(() => readWebAcl(template({ 'Fn::ImportValue': 'x' }))).toThrow(
      /Fn::ImportValue, which CloudFormation alone resolves.*get-web-acl/,
    );
  });
  it('1.5 two web ACLs in one template are named, not guessed between', () => {
    const one = { Type: 'AWS::WAFv2::WebACL', Properties: { DefaultAction: { Allow: {} } } };
    expect(() => readWebAcl({ Resources: { One: one, Two: one } })).toThrow(
      '2 web ACLs are in this template: One, Two',
    );
  });
});

describe('1.6 what AWS would refuse', () => {
  it('1.6 an override of a rule that is not there', () => {
    const group = {
      RuleGroup: { Name: 'g', ARN: 'arn:g', Capacity: 10, Rules: [rule('one', 0, get)], VisibilityConfig: {} },
    };
    const { Action: _, ...use } = rule(
      'use',
      0,
      {
        RuleGroupReferenceStatement: {
          ARN: 'arn:g',
          RuleActionOverrides: [{ Name: 'two', ActionToUse: { Count: {} } }],
        },
      },
      {},
      { OverrideAction: { None: {} } },
    ) as { Action: object };
    expect(aclOf([use], { beside: [group] }).read.problems.map((each) => each.says)).toEqual([
      'g has no rule two to override',
    ]);
    const managed = (Name: string) => ({
      ...use,
      Statement: {
        ManagedRuleGroupStatement: {
          VendorName: 'AWS',
          Name: 'AWSManagedRulesCommonRuleSet',
          ExcludedRules: [{ Name }],
        },
      },
    });
    expect(aclOf([managed('GenericLFI_BODY')]).read.problems).toEqual([]);
    expect(
      aclOf([managed('NoUserAgent')])
        .read.problems.map((each) => each.says)
        .join(),
    ).toContain('ignores this override without a word');
  });
  it('1.6 a group has 4 rate rules and 5000 units', () => {
    const rates = Array.from({ length: 5 }, (_, at) =>
      rule(`r${at}`, at, { RateBasedStatement: { Limit: 10, AggregateKeyType: 'IP' } }),
    );
    const group = { RuleGroup: { Name: 'g', ARN: 'arn:g', Capacity: 5001, Rules: rates, VisibilityConfig: {} } };
    const { Action: _, ...use } = rule(
      'use',
      0,
      { RuleGroupReferenceStatement: { ARN: 'arn:g' } },
      {},
      { OverrideAction: { None: {} } },
    ) as { Action: object };
    expect(aclOf([use], { beside: [group] }).read.problems.map((each) => each.says)).toEqual(
      expect.arrayContaining(['5 rate rules > 4 in a group', '5001 capacity units > 5000']),
    );
  });
});

describe('2.1 and 2.3 labels', () => {
  it('2.1 a rule sees the labels that were there before it, not its own', () => {
    const seen = { LabelMatchStatement: { Scope: 'LABEL', Key: 'x' } };
    const acl = aclOf([
      rule('a', 0, { OrStatement: { Statements: [seen, get] } }, { Count: {} }, { RuleLabels: [{ Name: 'x' }] }),
      rule('b', 1, seen),
    ]);
    expect(acl.ask()).toMatchObject({
      terminatingRule: 'b',
      because: expect.arrayContaining([expect.objectContaining({ component: 'method' })]),
    });
  });
  it('2.3 a rate labels what it limits and nothing before', () => {
    const acl = aclOf([
      rule(
        'r',
        0,
        { RateBasedStatement: { Limit: 10, AggregateKeyType: 'IP' } },
        { Count: {} },
        { RuleLabels: [{ Name: 'x' }] },
      ),
    ]);
    expect(Array.from({ length: 11 }, () => acl.ask().labels.length)).toEqual([
      ...Array.from({ length: 10 }, () => 0),
      1,
    ]);
  });
});

describe('3.4 and 3.5 injections', () => {
  const sql = (SensitivityLevel?: string) => ({
    SqliMatchStatement: {
      FieldToMatch: query,
      TextTransformations: [{ Priority: 0, Type: 'URL_DECODE' }],
      ...(SensitivityLevel !== undefined && { SensitivityLevel }),
    },
  });
  const xss = {
    XssMatchStatement: { FieldToMatch: query, TextTransformations: [{ Priority: 0, Type: 'URL_DECODE' }] },
  };
  it.each([
    ['3.4 an injection', sql(), "1' or '1'='1", true],
    ['3.4 LOW: two words of SQL in a sentence are none', sql('LOW'), 'where to select a gift', false],
    ['3.4 HIGH takes them', sql('HIGH'), 'where to select a gift', true],
    ['3.4 HIGH: a quote before a comment', sql('HIGH'), "admin'--", true],
    ['3.4 HIGH: a name with an apostrophe is none', sql('HIGH'), "O'Brien", false],
    ['3.5 a script', xss, '<script>alert(1)</script>', true],
    ['3.5 a text', xss, 'a < b', false],
  ] as const)('%s', (_says, statement, value, expected) => {
    rows++;
    expect(holds(statement, q(encodeURIComponent(value)))).toBe(expected);
  });
  it('3.4 another level is refused, and the verdict is approximate', () => {
    expect(() => aclOf([rule('r', 0, sql('MEDIUM'))])).toThrow('LOW or HIGH is wanted');
    expect(aclOf([rule('r', 0, sql())]).read.fidelity[0]).toMatchObject({ certainty: 'approximate' });
    expect(aclOf([rule('r', 0, xss)]).read.fidelity[0]).toMatchObject({ certainty: 'approximate' });
  });
});

describe('3.10 and 3.14', () => {
  it('3.10 several lines of the header are one list', () => {
    const statement = {
      IPSetReferenceStatement: {
        ARN: 'arn:s',
        IPSetForwardedIPConfig: { HeaderName: 'xff', FallbackBehavior: 'NO_MATCH', Position: 'LAST' },
      },
    };
    const beside = [{ IPSet: { ARN: 'arn:s', Addresses: ['10.0.0.0/8'] } }];
    expect(
      holds(
        statement,
        {
          headers: [
            ['xff', '192.0.2.1'],
            ['XFF', '10.1.1.1'],
          ],
        },
        { beside },
      ),
    ).toBe(true);
  });
  it('3.10 the fallback has to be said', () => {
    const statement = { GeoMatchStatement: { CountryCodes: ['DE'], ForwardedIPConfig: { HeaderName: 'xff' } } };
    expect(() => aclOf([rule('r', 0, statement)])).toThrow('FallbackBehavior: MATCH or NO_MATCH is wanted');
  });
  const keyed = (CustomKeys: readonly object[]) => ({
    RateBasedStatement: { Limit: 10, AggregateKeyType: 'CUSTOM_KEYS', CustomKeys },
  });
  const blocked = (statement: object, requests: readonly Asked[]): number => {
    const acl = aclOf([rule('r', 0, statement)]);
    return requests.filter((request) => acl.ask(request).action === 'BLOCK').length;
  };
  const repeat = (request: (at: number) => Asked): readonly Asked[] =>
    Array.from({ length: 12 }, (_, at) => request(at));
  it.each([
    ['3.14 HTTPMethod', { HTTPMethod: {} }, repeat(() => ({})), 2],
    [
      '3.14 Cookie',
      { Cookie: { Name: 's', TextTransformations: none } },
      repeat((at) => ({ headers: [['cookie', `a=${at}; s=1`]] })),
      2,
    ],
    [
      '3.14 QueryArgument',
      { QueryArgument: { Name: 'k', TextTransformations: none } },
      repeat((at) => q(`k=1&n=${at}`)),
      2,
    ],
    ['3.14 QueryString', { QueryString: { TextTransformations: none } }, repeat((at) => q(`k=${at}`)), 0],
    [
      '3.14 UriPath',
      { UriPath: { TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }] } },
      repeat((at) => ({ target: at % 2 ? '/A' : '/a' })),
      2,
    ],
    ['3.14 ASN, unknown is 0', { ASN: {} }, repeat((at) => ({ address: `192.0.2.${at}` })), 2],
    [
      '3.14 JA3 without a fingerprint, MATCH: together',
      { JA3Fingerprint: { FallbackBehavior: 'MATCH' } },
      repeat(() => ({})),
      2,
    ],
    [
      '3.14 JA4 without a fingerprint, NO_MATCH: not counted',
      { JA4Fingerprint: { FallbackBehavior: 'NO_MATCH' } },
      repeat(() => ({})),
      0,
    ],
    [
      '3.14 LabelNamespace that nobody has: not counted',
      { LabelNamespace: { Namespace: 'x:' } },
      repeat(() => ({})),
      0,
    ],
  ] as const)('%s', (_says, key, requests, expected) => {
    rows++;
    expect(blocked(keyed([key]), requests)).toBe(expected);
  });
  it('3.14 one to five keys', () => {
    expect(() => aclOf([rule('r', 0, keyed([]))])).toThrow('0 keys; 1 to 5 are taken');
    expect(() => aclOf([rule('r', 0, keyed(Array.from({ length: 6 }, () => ({ HTTPMethod: {} }))))])).toThrow('6 keys');
  });
});

describe('4 words that decide', () => {
  const lines = (MatchPattern: object, more: object = {}) =>
    byte('x', { Headers: { MatchPattern, MatchScope: 'VALUE', OversizeHandling: 'CONTINUE', ...more } });
  it.each([
    [
      '4 an oversize handling',
      lines({ All: {} }, { OversizeHandling: 'BLOCK' }),
      'CONTINUE, MATCH, NO_MATCH is wanted, not BLOCK',
    ],
    [
      '4 a pattern of another field',
      lines({ IncludedCookies: ['a'] }),
      'exactly one of All, IncludedHeaders, ExcludedHeaders is wanted',
    ],
    ['4 two patterns', lines({ All: {}, IncludedHeaders: ['a'] }), 'exactly one of'],
    [
      '4 an invalid-body fallback',
      byte('x', { JsonBody: { MatchPattern: { All: {} }, MatchScope: 'ALL', InvalidFallbackBehavior: 'BLOCK' } }),
      'EVALUATE_AS_STRING is wanted, not BLOCK',
    ],
    [
      '4 a pointer without its slash',
      byte('x', { JsonBody: { MatchPattern: { IncludedPaths: ['a/b'] }, MatchScope: 'ALL' } }),
      'a pointer begins with /',
    ],
    ['4 a body’s oversize handling', byte('x', { Body: { OversizeHandling: 'yes' } }), 'is wanted, not yes'],
  ] as const)('%s that nobody knows is refused', (_says, statement, message) => {
    rows++;
    expect(() => aclOf([rule('r', 0, statement)])).toThrow(message);
  });
  it('4 JA4Fingerprint from CloudFront', () => {
    const statement = byte('abc', { JA4Fingerprint: { FallbackBehavior: 'NO_MATCH' } });
    expect(holds(statement, { headers: [['cloudfront-viewer-ja4-fingerprint', 'abc']] })).toBe(true);
    expect(holds(statement, {})).toBe(false);
  });
});

describe('5 transformations that no other row has', () => {
  it.each([
    ['5 TRIM_LEFT', 'TRIM_LEFT', ' a ', 'a '],
    ['5 TRIM_RIGHT', 'TRIM_RIGHT', ' a ', ' a'],
    ['5 UTF8_TO_UNICODE', 'UTF8_TO_UNICODE', 'a\xc3\xa9', 'a%u00e9'],
    ['5 MD5', 'MD5', 'abc', '\x90\x01P\x98<\xd2O\xb0\xd6\x96?}(\xe1\x7fr'],
    ['5 SHA256', 'SHA256', '', null],
    ['5 NONE', 'NONE', ' A%20 ', ' A%20 '],
  ] as const)('%s', (_says, type, given, expected) => {
    rows++;
    const statement = {
      ByteMatchStatement: {
        SearchStringBase64: Buffer.from(expected ?? '', 'latin1').toString('base64'),
        PositionalConstraint: 'EXACTLY',
        FieldToMatch: { SingleHeader: { Name: 'x' } },
        TextTransformations: [{ Priority: 0, Type: type }],
      },
    };
    expect(holds(statement, { headers: [['x', given]] })).toBe(expected !== null);
  });
});

describe('the tables', () => {
  it('ran enough rows to mean something', () => expect(rows).toBeGreaterThanOrEqual(190));
});
