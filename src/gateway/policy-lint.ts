import type { Policy, Statement } from './resource-policy.ts';

/** What is right by grammar and still not what its writer means. */
export interface LintFinding {
  readonly sid: string | null;
  readonly at: number;
  readonly code:
    | 'ip-allow-restricts-nobody'
    | 'principal-never-known'
    | 'behind-proxy'
    | 'too-long'
    | 'allow-for-everybody';
  readonly says: string;
}

export interface LintAbout {
  /** What the routes ask besides the policy. */
  readonly authorizers: readonly ('none' | 'lambda' | 'iam' | 'jwt')[];
  /** True when clients reach the gateway through a proxy whose address it would see. */
  readonly behindProxy: boolean;
  /** The policy as text, in characters. */
  readonly length: number;
}

const conditionsOf = (statement: Statement): Record<string, Record<string, unknown>> =>
  (statement.source['Condition'] ?? {}) as Record<string, Record<string, unknown>>;

const hasKey = (statement: Statement, operator: RegExp, key: string): boolean =>
  Object.entries(conditionsOf(statement)).some(
    ([name, block]) => operator.test(name) && Object.keys(block).some((each) => each.toLowerCase() === key),
  );

/** Findings for `sallyport check`: each a trap that the policy's grammar cannot see. */
export function lintPolicy(policy: Policy, about: LintAbout): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  const denies = policy.statements.some(
    (each) => each.effect === 'Deny' && hasKey(each, /^(?:ForA\w+:)?NotIpAddress/, 'aws:sourceip'),
  );
  for (const [at, statement] of policy.statements.entries()) {
    const add = (code: LintFinding['code'], says: string): void =>
      void findings.push({ sid: statement.sid, at, code, says });
    const byIp = hasKey(statement, /IpAddress/, 'aws:sourceip');
    if (statement.effect === 'Allow' && byIp && !denies && about.authorizers.includes('lambda')) {
      add(
        'ip-allow-restricts-nobody',
        'this Allow is limited by address, but a Lambda authorizer that allows is enough by itself: callers from other addresses get in. Write a Deny with NotIpAddress instead.',
      );
    }
    if (byIp && about.behindProxy) {
      add(
        'behind-proxy',
        'aws:SourceIp is the address of the proxy in front, not of the client: this condition sees no client.',
      );
    }
    const principal = statement.source['Principal'];
    if (
      principal !== undefined &&
      principal !== '*' &&
      JSON.stringify(principal) !== '{"AWS":"*"}' &&
      !about.authorizers.includes('iam')
    ) {
      add(
        'principal-never-known',
        'no route asks for a signature (AWS_IAM), so no caller ever has a principal and this statement applies to nobody.',
      );
    }
    if (
      statement.effect === 'Allow' &&
      statement.source['Condition'] === undefined &&
      statement.source['Resource'] === '*' &&
      about.authorizers.every((each) => each === 'none')
    ) {
      add(
        'allow-for-everybody',
        'this Allow has no condition and no route has an authorizer: the policy keeps nobody out.',
      );
    }
  }
  if (about.length > 8192) {
    findings.push({
      sid: null,
      at: 0,
      code: 'too-long',
      says: `the policy has ${about.length} characters; API Gateway takes 8192`,
    });
  }
  return findings;
}
