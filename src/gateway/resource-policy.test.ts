import { describe, expect, it } from 'vitest';
import { compileConditions, conditionOperators } from './conditions.ts';
import { lintPolicy } from './policy-lint.ts';
import { combine, compilePolicy, evaluate, type Decision, type PolicyQuestion } from './resource-policy.ts';

const rules = { principals: 'wanted', arnPrefix: 'arn:aws:execute-api:us-east-1:123456789012:abc/' } as const;
const arn = 'arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/orders/1';

const ask = (
  keys: Record<string, string | readonly string[]> = {},
  more: Partial<PolicyQuestion> = {},
): PolicyQuestion => ({
  action: 'execute-api:Invoke',
  resource: arn,
  principals: [],
  keys: (key) => {
    const value = keys[key];
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  },
  ...more,
});

const statement = (more: Record<string, unknown>): Record<string, unknown> => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/prod/GET/*',
  ...more,
});

function decide(statements: readonly Record<string, unknown>[], question = ask()): Decision {
  const { policy, problems } = compilePolicy({ Version: '2012-10-17', Statement: statements }, rules);
  expect(problems).toEqual([]);
  return evaluate(policy, question);
}

describe('policies', () => {
  it('RP-2 an explicit deny wins over any allow, and no match is silence', () => {
    expect(decide([statement({})])).toBe('allow');
    expect(decide([statement({}), statement({ Effect: 'Deny' })])).toBe('deny');
    expect(decide([statement({ Effect: 'Deny' }), statement({})])).toBe('deny');
    expect(decide([statement({ Resource: 'execute-api:/prod/POST/*' })])).toBe('silent');
  });

  it('RP-8 reads Not elements', () => {
    expect(
      decide([
        { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', NotResource: 'execute-api:/prod/GET/admin' },
      ]),
    ).toBe('allow');
    expect(
      decide([{ Effect: 'Allow', Principal: '*', NotAction: 'execute-api:ManageConnections', Resource: '*' }]),
    ).toBe('allow');
    expect(
      decide([
        { Effect: 'Deny', NotPrincipal: { AWS: 'arn:aws:iam::123456789012:user/ann' }, Action: '*', Resource: '*' },
      ]),
    ).toBe('deny');
    expect(
      decide(
        [{ Effect: 'Deny', NotPrincipal: { AWS: 'arn:aws:iam::123456789012:user/ann' }, Action: '*', Resource: '*' }],
        ask({}, { principals: ['arn:aws:iam::123456789012:user/ann'] }),
      ),
    ).toBe('silent');
  });

  it('RP-8 takes an account for all of its principals', () => {
    const only = [statement({ Principal: { AWS: '123456789012' } })];
    expect(decide(only, ask({}, { principals: ['arn:aws:iam::123456789012:user/ann'] }))).toBe('allow');
    expect(decide(only, ask({}, { principals: ['arn:aws:iam::999999999999:user/bob'] }))).toBe('silent');
    expect(
      decide(
        [statement({ Principal: { AWS: 'arn:aws:iam::123456789012:root' } })],
        ask({}, { principals: ['arn:aws:iam::123456789012:role/x'] }),
      ),
    ).toBe('allow');
  });

  it('RP-1 star crosses slashes, question mark stands for one character', () => {
    expect(decide([statement({ Resource: 'arn:aws:execute-api:*:*:abc/prod/*/orders/?' })])).toBe('allow');
    expect(decide([statement({ Resource: 'execute-api:/*' })])).toBe('allow');
  });

  it('all nine cells, and the same across accounts', () => {
    const cells: readonly [Decision, Decision, string, string][] = [
      ['allow', 'allow', 'allow', 'allow'],
      ['allow', 'silent', 'allow', 'implicit-deny'],
      ['allow', 'deny', 'explicit-deny', 'explicit-deny'],
      ['silent', 'allow', 'allow', 'implicit-deny'],
      ['silent', 'silent', 'implicit-deny', 'implicit-deny'],
      ['silent', 'deny', 'explicit-deny', 'explicit-deny'],
      ['deny', 'allow', 'explicit-deny', 'explicit-deny'],
      ['deny', 'silent', 'explicit-deny', 'explicit-deny'],
      ['deny', 'deny', 'explicit-deny', 'explicit-deny'],
    ];
    for (const [identity, resource, same, cross] of cells) {
      expect(combine(identity, resource)).toBe(same);
      expect(combine(identity, resource, 'cross')).toBe(cross);
    }
    expect(cells).toHaveLength(9);
  });

  it('says everything that is wrong, with its place', () => {
    const { problems } = compilePolicy(
      {
        Version: '2020-01-01',
        Statement: [
          { Effect: 'allow', Principal: '*', Action: 's3:GetObject', Resource: 'bucket' },
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: '*',
            Wat: 1,
            Condition: {
              IpAddres: { 'aws:SourceIp': '10.0.0.0/8' },
              IpAddress: { 'aws:SourceIp': '10.0.0.0/33', 'aws:Sourceip2': 'x' },
            },
          },
        ],
      },
      rules,
    );
    expect(problems.map((each) => each.path)).toEqual([
      'Version',
      'Statement[0].Effect',
      'Statement[0].Action',
      'Statement[0].Resource',
      'Statement[1].Wat',
      'Statement[1]',
      'Statement[1].Condition.IpAddres.aws:SourceIp',
      'Statement[1].Condition.IpAddress.aws:SourceIp',
      'Statement[1].Condition.IpAddress.aws:Sourceip2',
    ]);
    expect(compilePolicy('nonsense', rules).problems).toHaveLength(1);
  });
});

/** operator, wanted, given (null: missing), holds */
const table: readonly (readonly [string, string | readonly string[], string | readonly string[] | null, boolean])[] = [
  ['StringEquals aws:UserAgent', 'a', 'a', true],
  ['StringEquals aws:UserAgent', ['a', 'b'], 'b', true],
  ['StringEquals aws:UserAgent', 'a', 'A', false],
  ['StringEquals aws:UserAgent', 'a', null, false],
  ['StringEqualsIfExists aws:UserAgent', 'a', null, true],
  ['StringNotEquals aws:UserAgent', 'a', null, true],
  ['StringNotEquals aws:UserAgent', 'a', 'a', false],
  ['StringNotEquals aws:UserAgent', ['a', 'b'], 'b', false],
  ['StringEqualsIgnoreCase aws:UserAgent', 'a', 'A', true],
  ['StringNotEqualsIgnoreCase aws:UserAgent', 'a', 'A', false],
  ['StringLike aws:Referer', 'https://*.example.com/*', 'https://a.example.com/x', true],
  ['StringLike aws:Referer', 'https://*.example.com/*', 'https://evil.test/', false],
  ['StringNotLike aws:Referer', '*evil*', 'https://evil.test/', false],
  ['StringNotLike aws:Referer', '*evil*', null, true],
  ['IpAddress aws:SourceIp', '203.0.113.0/24', '203.0.113.9', true],
  ['IpAddress aws:SourceIp', '203.0.113.0/24', '::ffff:203.0.113.9', true],
  ['IpAddress aws:SourceIp', '203.0.113.0/24', '198.51.100.1', false],
  ['IpAddress aws:SourceIp', '2001:db8::/32', '2001:db8::1', true],
  ['IpAddress aws:SourceIp', '203.0.113.0/24', null, false],
  ['NotIpAddress aws:SourceIp', '203.0.113.0/24', null, true],
  ['NotIpAddress aws:SourceIp', ['203.0.113.0/24', '10.0.0.0/8'], '10.1.1.1', false],
  ['NumericEquals aws:MultiFactorAuthAge', '300', '300', true],
  ['NumericLessThan aws:MultiFactorAuthAge', '300', '299', true],
  ['NumericLessThanEquals aws:MultiFactorAuthAge', '300', '301', false],
  ['NumericGreaterThan aws:EpochTime', '1700000000', '1700000001', true],
  ['NumericGreaterThanEquals aws:EpochTime', '1700000000', '1700000000', true],
  ['NumericNotEquals aws:EpochTime', '1', '2', true],
  ['DateGreaterThan aws:CurrentTime', '2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z', true],
  ['DateLessThan aws:CurrentTime', '2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z', false],
  ['DateEquals aws:CurrentTime', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', true],
  ['DateNotEquals aws:CurrentTime', '2026-01-01T00:00:00Z', null, true],
  ['DateLessThanEquals aws:CurrentTime', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', true],
  ['DateGreaterThanEquals aws:CurrentTime', '2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z', false],
  ['Bool aws:SecureTransport', 'true', 'true', true],
  ['Bool aws:SecureTransport', 'false', 'true', false],
  ['Bool aws:MultiFactorAuthPresent', 'true', null, false],
  ['BoolIfExists aws:MultiFactorAuthPresent', 'true', null, true],
  ['Null aws:TokenIssueTime', 'true', null, true],
  ['Null aws:TokenIssueTime', 'false', null, false],
  ['Null aws:TokenIssueTime', 'false', '2026-01-01', true],
  [
    'ArnLike aws:SourceArn',
    'arn:aws:execute-api:*:123456789012:abc/*',
    'arn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/',
    true,
  ],
  ['ArnLike aws:SourceArn', 'arn:aws:*:abc', 'arn:aws:execute-api:eu-west-1:123456789012:abc', false],
  ['ArnEquals aws:PrincipalArn', 'arn:aws:iam::123456789012:user/ann', 'arn:aws:iam::123456789012:user/ann', true],
  ['ArnNotLike aws:PrincipalArn', 'arn:aws:iam::1*:user/*', null, true],
  ['ArnNotEquals aws:PrincipalArn', 'arn:aws:iam::123456789012:user/ann', 'arn:aws:iam::123456789012:user/ann', false],
  ['BinaryEquals aws:userid', 'QmluYXJ5', 'QmluYXJ5', true],
  ['ForAllValues:StringEquals aws:PrincipalOrgPaths', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals aws:PrincipalOrgPaths', ['a'], ['a', 'b'], false],
  ['ForAllValues:StringEquals aws:PrincipalOrgPaths', ['a'], null, true],
  ['ForAnyValue:StringLike aws:PrincipalOrgPaths', ['a*'], ['x', 'ab'], true],
  ['ForAnyValue:StringLike aws:PrincipalOrgPaths', ['a*'], null, false],
  ['StringEquals aws:PrincipalTag/team', 'red', 'red', true],
];

describe('condition operators', () => {
  it(`holds ${table.length} rows`, () => {
    const seen = new Set<string>();
    for (const [written, wanted, given, holds] of table) {
      const [operator, key] = written.split(' ') as [string, string];
      seen.add(operator.replace(/^ForA\w+:/, '').replace(/IfExists$/, ''));
      const test = compileConditions({ [operator]: { [key]: wanted } }, (where, says) =>
        expect.fail(`${where}: ${says}`),
      );
      const values = given === null ? [] : typeof given === 'string' ? [given] : given;
      expect(
        test((name) => (name === key.toLowerCase() ? values : [])),
        `${written} ${String(wanted)} with ${String(given)}`,
      ).toBe(holds);
    }
    expect(table.length).toBeGreaterThanOrEqual(50);
    expect([...seen].sort()).toEqual([...conditionOperators].sort());
  });

  it('RP-5 RP-6 keys and operators must all hold', () => {
    const test = compileConditions(
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, Bool: { 'aws:SecureTransport': 'true' } },
      () => expect.fail(),
    );
    const keys = (secure: string) => (name: string) => (name === 'aws:sourceip' ? ['10.1.1.1'] : [secure]);
    expect(test(keys('true'))).toBe(true);
    expect(test(keys('false'))).toBe(false);
  });
});

describe('lint', () => {
  const allowIp = [statement({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })];
  const lint = (
    statements: unknown,
    authorizers: readonly ('none' | 'lambda' | 'iam' | 'jwt')[],
    behindProxy = false,
  ): string[] => {
    const { policy } = compilePolicy({ Version: '2012-10-17', Statement: statements }, rules);
    return lintPolicy(policy, { authorizers, behindProxy, length: 100 }).map((each) => each.code);
  };

  it('finds the address allow that restricts nobody', () => {
    expect(lint(allowIp, ['lambda'])).toEqual(['ip-allow-restricts-nobody']);
    expect(lint(allowIp, ['none'])).toEqual([]);
    expect(
      lint(
        [...allowIp, statement({ Effect: 'Deny', Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })],
        ['lambda'],
      ),
    ).toEqual([]);
  });

  it('finds conditions and principals that can never be what they mean', () => {
    expect(lint(allowIp, ['none'], true)).toEqual(['behind-proxy']);
    expect(lint([statement({ Principal: { AWS: '123456789012' } })], ['none'])).toEqual(['principal-never-known']);
    expect(lint([statement({ Resource: '*' })], ['none'])).toEqual(['allow-for-everybody']);
  });
});
