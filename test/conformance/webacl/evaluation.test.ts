import { describe, expect, it } from 'vitest';
import { aclOf, none, rule, type Asked } from './ask.ts';

const path = (SearchString: string): object => ({
  ByteMatchStatement: {
    SearchString,
    PositionalConstraint: 'STARTS_WITH',
    FieldToMatch: { UriPath: {} },
    TextTransformations: none,
  },
});
const all = path('/');
const group = (Name: string, Rules: readonly object[], more: object = {}): object => ({
  RuleGroup: { Name, ARN: `arn:${Name}`, Capacity: 100, Rules, VisibilityConfig: {}, ...more },
});
const useGroup = (name: string, Priority: number, override: object = { None: {} }, more: object = {}): object => ({
  Name: `use-${name}`,
  Priority,
  OverrideAction: override,
  VisibilityConfig: {},
  Statement: { RuleGroupReferenceStatement: { ARN: `arn:${name}`, ...more } },
});

describe('2 evaluation', () => {
  it('2 smaller priorities run first, whatever their order in the file', () => {
    expect(aclOf([rule('b', 5, all), rule('a', 1, all, { Allow: {} })]).ask()).toMatchObject({
      action: 'ALLOW',
      terminatingRule: 'a',
    });
  });
  it('2.2 Count records and goes on; labels carry the ACL’s namespace', () => {
    const acl = aclOf([rule('c', 0, all, { Count: {} }, { RuleLabels: [{ Name: 'seen' }] }), rule('b', 1, path('/x'))]);
    expect(acl.ask({ target: '/x' })).toMatchObject({
      action: 'BLOCK',
      terminatingRule: 'b',
      nonTerminating: [{ rule: 'c', action: 'COUNT' }],
      labels: ['awswaf:111122223333:webacl:A:seen'],
    });
  });
  it('2.5 the default action ends it', () => {
    expect(aclOf([]).ask()).toMatchObject({ action: 'ALLOW', terminatingRule: 'Default_Action', answer: null });
    expect(aclOf([], { acl: { DefaultAction: { Block: {} } } }).ask()).toMatchObject({
      action: 'BLOCK',
      answer: { status: 403 },
    });
  });
  it('2 inserted headers get the prefix, the last writer wins, and only if the request goes through', () => {
    const insert = (Value: string): object => ({
      Count: { CustomRequestHandling: { InsertHeaders: [{ Name: 'score', Value }] } },
    });
    const acl = aclOf([rule('a', 0, all, insert('1')), rule('b', 1, all, insert('2')), rule('x', 2, path('/bad'))]);
    expect(acl.ask().inserted).toEqual([['x-amzn-waf-score', '2']]);
    expect(acl.ask({ target: '/bad' }).inserted).toEqual([]);
  });
  it('2 a custom response has its status, headers and body', () => {
    const acl = aclOf(
      [
        rule('b', 0, all, {
          Block: {
            CustomResponse: {
              ResponseCode: 429,
              CustomResponseBodyKey: 'slow',
              ResponseHeaders: [{ Name: 'retry-after', Value: '9' }],
            },
          },
        }),
      ],
      {
        acl: { CustomResponseBodies: { slow: { ContentType: 'APPLICATION_JSON', Content: '{"slow":true}' } } },
      },
    );
    expect(acl.ask().answer).toEqual({
      status: 429,
      headers: [
        ['retry-after', '9'],
        ['content-type', 'application/json'],
      ],
      body: '{"slow":true}',
    });
  });
  it('2 a custom response code outside the list is refused', () => {
    expect(() => aclOf([rule('b', 0, all, { Block: { CustomResponse: { ResponseCode: 418 } } })])).toThrow(
      '418 cannot be a custom response',
    );
  });
  it.each([
    ['Captcha', 405, 'captcha'],
    ['Challenge', 202, 'challenge'],
  ] as const)('2 %s answers %i with its header, the page only where HTML is taken', (action, status, word) => {
    const acl = aclOf([rule('c', 0, all, { [action]: {} })]);
    expect(acl.ask().answer).toEqual({ status, headers: [['x-amzn-waf-action', word]], body: '' });
    expect(acl.ask({ headers: [['Accept', 'text/html,*/*']] }).answer?.body).toContain('<!doctype html>');
  });
  it('2 a solved challenge counts, labels and inserts until the immunity time is over', () => {
    const action = { Challenge: { CustomRequestHandling: { InsertHeaders: [{ Name: 'ok', Value: '1' }] } } };
    let solvedAt = 0;
    const acl = aclOf(
      [
        rule('c', 0, all, action, {
          RuleLabels: [{ Name: 'l' }],
          ChallengeConfig: { ImmunityTimeProperty: { ImmunityTime: 400 } },
        }),
      ],
      { solved: () => solvedAt },
    );
    solvedAt = acl.clock.now();
    expect(acl.ask()).toMatchObject({
      action: 'ALLOW',
      inserted: [['x-amzn-waf-ok', '1']],
      labels: ['awswaf:111122223333:webacl:A:l'],
      nonTerminating: [{ rule: 'c', action: 'CHALLENGE' }],
    });
    acl.clock.turn(400_000);
    expect(acl.ask().action).toBe('ALLOW');
    acl.clock.turn(1);
    expect(acl.ask()).toMatchObject({ action: 'CHALLENGE', labels: ['awswaf:111122223333:webacl:A:l'] });
  });
  it('2 Monetize answers 402', () => {
    expect(aclOf([rule('m', 0, all, { Monetize: {} })]).ask().answer?.status).toBe(402);
  });
});

describe('2.4 rule groups', () => {
  const blocks = group('g', [
    rule('one', 0, path('/one')),
    rule('two', 1, path('/one'), { Count: {} }),
    rule('three', 2, path('/three'), { Block: {} }, { RuleLabels: [{ Name: 'three' }] }),
  ]);
  const ask = (rules: readonly object[], request: Asked) => aclOf(rules, { beside: [blocks] }).ask(request);
  it('2.4 None: the group’s end is the ACL’s end', () => {
    expect(ask([useGroup('g', 0)], { target: '/one' })).toMatchObject({
      action: 'BLOCK',
      terminatingRule: 'use-g/one',
    });
  });
  it('2.4 Count: the result is counted, the group’s later rules still did not run, the ACL goes on', () => {
    const decision = ask([useGroup('g', 0, { Count: {} }), rule('after', 1, path('/one'), { Allow: {} })], {
      target: '/one',
    });
    expect(decision).toMatchObject({
      action: 'ALLOW',
      terminatingRule: 'after',
      nonTerminating: [{ rule: 'use-g/one', action: 'COUNT' }],
    });
  });
  it('2.4 RuleActionOverrides replace the action, and what follows runs', () => {
    const decision = ask(
      [useGroup('g', 0, { None: {} }, { RuleActionOverrides: [{ Name: 'one', ActionToUse: { Count: {} } }] })],
      { target: '/one' },
    );
    expect(decision.nonTerminating.map((each) => each.rule)).toEqual(['use-g/one', 'use-g/two']);
  });
  it('2.4 ExcludedRules mean Count', () => {
    expect(
      ask([useGroup('g', 0, { None: {} }, { ExcludedRules: [{ Name: 'three' }] })], { target: '/three' }),
    ).toMatchObject({ action: 'ALLOW', nonTerminating: [{ rule: 'use-g/three' }] });
  });
  it('2.2 labels of a group carry the group’s namespace', () => {
    expect(ask([useGroup('g', 0)], { target: '/three' }).labels).toEqual(['awswaf:111122223333:rulegroup:g:three']);
  });
  it('1.3 groups cannot be nested', () => {
    const outer = group('outer', [useGroup('g', 0)]);
    expect(() => aclOf([useGroup('outer', 0)], { beside: [outer, blocks] })).toThrow('cannot be nested');
  });
  it('1.2 a group’s reference cannot label', () => {
    expect(() => aclOf([{ ...useGroup('g', 0), RuleLabels: [{ Name: 'x' }] }], { beside: [blocks] })).toThrow(
      'cannot label',
    );
  });
  it('3.13 a group that was not given is impossible and said so', () => {
    const acl = aclOf([useGroup('h', 0)]);
    expect(acl.read.fidelity).toEqual([
      {
        rule: 'use-h',
        certainty: 'impossible',
        reasons: ['the rule group arn:h was not given: write its file behind --beside'],
      },
    ]);
    expect(acl.ask().certainty).toBe('approximate');
  });
});

describe('3.13 managed groups', () => {
  const use = (Name: string, more: object = {}): object => ({
    Name: 'managed',
    Priority: 0,
    OverrideAction: { None: {} },
    VisibilityConfig: {},
    Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name, ...more } },
  });
  const core = aclOf([use('AWSManagedRulesCommonRuleSet')]);
  const agent: readonly (readonly [string, string])[] = [['user-agent', 'x']];
  it.each([
    ['no user agent', {}, 'managed/NoUserAgent_HEADER'],
    [
      'query of 2049 bytes',
      { headers: agent, target: `/?${'x'.repeat(2049)}` },
      'managed/SizeRestrictions_QUERYSTRING',
    ],
    [
      'cookie of 10241 bytes',
      { headers: [...agent, ['cookie', 'x'.repeat(10_241)] as const] },
      'managed/SizeRestrictions_Cookie_HEADER',
    ],
    ['body of 8193 bytes', { headers: agent, method: 'POST', body: 'x'.repeat(8193) }, 'managed/SizeRestrictions_BODY'],
    ['path of 1025 bytes', { headers: agent, target: `/${'x'.repeat(1024)}` }, 'managed/SizeRestrictions_URIPATH'],
    ['query of 2048 bytes passes', { headers: agent, target: `/?${'x'.repeat(2048)}` }, 'Default_Action'],
  ] as const)('3.13 core rule set: %s', (_says, request, terminatingRule) => {
    expect(core.ask(request).terminatingRule).toBe(terminatingRule);
  });
  it('3.13 labels of the core rule set', () => {
    expect(core.ask().labels).toEqual(['awswaf:managed:aws:core-rule-set:NoUserAgent_Header']);
  });
  it('3.13 SQL injection is approximated and says so', () => {
    const decision = aclOf([use('AWSManagedRulesSQLiRuleSet')]).ask({ target: '/?id=1%27%20or%20%271%27=%271' });
    expect(decision).toMatchObject({
      action: 'BLOCK',
      terminatingRule: 'managed/SQLi_QUERYARGUMENTS',
      certainty: 'approximate',
    });
  });
  it('3.13 a scope-down statement that does not hold skips the whole group', () => {
    const acl = aclOf([use('AWSManagedRulesCommonRuleSet', { ScopeDownStatement: path('/api') })]);
    expect(acl.ask({ target: '/x' }).action).toBe('ALLOW');
    expect(acl.ask({ target: '/api' }).action).toBe('BLOCK');
  });
  it('3.13 unknown patterns are named', () => {
    expect(core.read.fidelity.find((each) => each.rule === 'managed')?.reasons[0]).toContain('GenericLFI_*');
    expect(aclOf([use('AWSManagedRulesBotControlRuleSet')]).read.fidelity[0]?.certainty).toBe('impossible');
  });
});

describe('3.14 rates', () => {
  const rate = (more: object): object => ({ RateBasedStatement: { Limit: 10, AggregateKeyType: 'IP', ...more } });
  const times = (acl: ReturnType<typeof aclOf>, count: number, request: Asked = {}): number =>
    Array.from({ length: count }, () => acl.ask(request)).filter((each) => each.action === 'BLOCK').length;
  it('3.14 requests beyond the limit are limited, each address by itself', () => {
    const acl = aclOf([rule('r', 0, rate({}))]);
    expect(times(acl, 12)).toBe(2);
    expect(times(acl, 10, { address: '192.0.2.8' })).toBe(0);
  });
  it('3.14 limiting stops once the window has passed', () => {
    const acl = aclOf([rule('r', 0, rate({ EvaluationWindowSec: 60 }))]);
    times(acl, 12);
    acl.clock.turn(71_000);
    expect(times(acl, 10)).toBe(0);
  });
  it('3.14 labels only where it limits', () => {
    const acl = aclOf([rule('r', 0, rate({}), { Count: {} }, { RuleLabels: [{ Name: 'fast' }] })]);
    times(acl, 10);
    expect(acl.ask().labels).toHaveLength(1);
    expect(acl.ask({ address: '192.0.2.8' }).labels).toHaveLength(0);
  });
  it('3.14 with a scope-down statement only its requests are counted and limited', () => {
    const acl = aclOf([rule('r', 0, rate({ ScopeDownStatement: path('/login') }))]);
    expect(times(acl, 50)).toBe(0);
    expect(times(acl, 11, { target: '/login' })).toBe(1);
    expect(times(acl, 1)).toBe(0);
  });
  it('3.14 FORWARDED_IP: absent is not counted; malformed with MATCH shares one bucket', () => {
    const acl = aclOf([
      rule(
        'r',
        0,
        rate({ AggregateKeyType: 'FORWARDED_IP', ForwardedIPConfig: { HeaderName: 'xff', FallbackBehavior: 'MATCH' } }),
      ),
    ]);
    expect(times(acl, 30)).toBe(0);
    expect(times(acl, 6, { headers: [['xff', 'nobody']] }) + times(acl, 6, { headers: [['xff', 'else']] })).toBe(2);
  });
  it('3.14 CUSTOM_KEYS: the tuple counts, and a request that lacks a part is neither counted nor limited', () => {
    const acl = aclOf([
      rule(
        'r',
        0,
        rate({
          AggregateKeyType: 'CUSTOM_KEYS',
          CustomKeys: [{ IP: {} }, { Header: { Name: 'x-key', TextTransformations: none } }],
        }),
      ),
    ]);
    expect(times(acl, 30)).toBe(0);
    expect(times(acl, 11, { headers: [['x-key', 'a']] })).toBe(1);
    expect(times(acl, 10, { headers: [['x-key', 'b']] })).toBe(0);
  });
  it('3.14 IP alone is no custom key, and CONSTANT wants a scope', () => {
    expect(() => aclOf([rule('r', 0, rate({ AggregateKeyType: 'CUSTOM_KEYS', CustomKeys: [{ IP: {} }] }))])).toThrow(
      'IP alone is no custom key',
    );
    expect(() => aclOf([rule('r', 0, rate({ AggregateKeyType: 'CONSTANT' }))])).toThrow('ScopeDownStatement');
  });
  it('3.14 with awsLag the limit is looked at every ten seconds', () => {
    const acl = aclOf([rule('r', 0, rate({}))], { awsLag: true });
    expect(times(acl, 40)).toBe(0);
    acl.clock.turn(10_000);
    expect(times(acl, 1)).toBe(1);
  });
  it('3.14 a rate cannot be nested', () => {
    expect(() => aclOf([rule('r', 0, { NotStatement: { Statement: rate({}) } })])).toThrow('cannot be nested');
  });
});
