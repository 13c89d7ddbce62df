import { wildcard } from '../base/match.ts';
import { compileConditions, type ConditionKeys, type ConditionTest } from './conditions.ts';

/** IAM policy documents as API Gateway reads them: compiled once at load, evaluated per request. */

export type Decision = 'allow' | 'deny' | 'silent';

export interface PolicyQuestion {
  readonly action: string;
  /** The execute-api ARN that is asked for. */
  readonly resource: string;
  readonly keys: ConditionKeys;
  /** ARNs and account ids by which the caller may be named; empty for an anonymous caller. */
  readonly principals: readonly string[];
}

export interface Statement {
  readonly sid: string | null;
  readonly effect: 'Allow' | 'Deny';
  matches(question: PolicyQuestion): boolean;
  readonly source: Readonly<Record<string, unknown>>;
}

export interface Policy {
  readonly statements: readonly Statement[];
}

/** Where a policy is wrong: a path into the document, and a sentence. */
export interface PolicyProblem {
  readonly path: string;
  readonly says: string;
}

export interface PolicyRules {
  /** A resource policy names principals; an identity policy or an authorizer's answer has none. */
  readonly principals: 'wanted' | 'none';
  /** Expands `execute-api:/stage/VERB/path`. */
  readonly arnPrefix: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value: unknown): readonly string[] | null => {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string') ? value : null;
};

/** Reads a policy document, or says everything that is wrong with it. A problem is never a statement left out. */
export function compilePolicy(
  document: unknown,
  rules: PolicyRules,
): { readonly policy: Policy; readonly problems: readonly PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const add = (path: string, says: string): void => void problems.push({ path, says });
  const statements: Statement[] = [];
  if (!isObject(document)) add('', 'wanted a policy document: an object with "Version" and "Statement"');
  else {
    const version = document['Version'];
    if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
      add('Version', 'wanted "2012-10-17"');
    for (const key of Object.keys(document))
      if (!['Version', 'Id', 'Statement'].includes(key)) add(key, 'is no element of a policy');
    const list = Array.isArray(document['Statement']) ? (document['Statement'] as unknown[]) : [document['Statement']];
    if (document['Statement'] === undefined) add('Statement', 'is missing');
    else
      for (const [at, each] of list.entries()) statements.push(compileStatement(each, `Statement[${at}]`, rules, add));
  }
  return { policy: { statements }, problems };
}

const elements = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const never: Statement = { sid: null, effect: 'Deny', matches: () => true, source: {} };

function compileStatement(
  given: unknown,
  path: string,
  rules: PolicyRules,
  add: (path: string, says: string) => void,
): Statement {
  if (!isObject(given)) {
    add(path, 'wanted an object');
    return never;
  }
  for (const key of Object.keys(given)) if (!elements.has(key)) add(`${path}.${key}`, 'is no element of a statement');
  const effect = given['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') add(`${path}.Effect`, 'wanted "Allow" or "Deny"');
  const action = oneOf(given, 'Action', path, true, add, (text) => {
    if (text !== '*' && !/^execute-api:[A-Za-z*?]+$/i.test(text))
      add(
        `${path}.Action`,
        `"${text}" is no action of API Gateway: wanted execute-api:Invoke, execute-api:ManageConnections, execute-api:InvalidateCache or execute-api:*`,
      );
    const pattern = wildcard(text, { ignoreCase: true });
    return (value) => pattern.test(value);
  });
  const resource = oneOf(given, 'Resource', path, true, add, (text) => {
    const full = text.startsWith('execute-api:/') ? `${rules.arnPrefix}${text.slice('execute-api:/'.length)}` : text;
    if (full !== '*' && !full.startsWith('arn:'))
      add(`${path}.Resource`, `"${text}" is no execute-api ARN and not "execute-api:/stage/VERB/path"`);
    const pattern = wildcard(full);
    return (value) => pattern.test(value);
  });
  const named = given['Principal'] ?? given['NotPrincipal'];
  let principal: (principals: readonly string[]) => boolean = () => true;
  if (rules.principals === 'wanted') {
    if (named === undefined) add(path, 'has neither "Principal" nor "NotPrincipal"');
    else principal = compilePrincipal(named, given['Principal'] === undefined, path, add);
  } else if (named !== undefined) add(path, 'names a principal, which this kind of policy has not');
  if (given['Principal'] !== undefined && given['NotPrincipal'] !== undefined)
    add(path, 'has both "Principal" and "NotPrincipal"');
  let condition: ConditionTest = () => true;
  if (given['Condition'] !== undefined) {
    condition = compileConditions(given['Condition'], (where, says) =>
      add(`${path}.Condition${where ? `.${where}` : ''}`, says),
    );
  }
  return {
    sid: typeof given['Sid'] === 'string' ? given['Sid'] : null,
    effect: effect === 'Allow' ? 'Allow' : 'Deny',
    source: given,
    matches: (question) =>
      action(question.action) &&
      resource(question.resource) &&
      principal(question.principals) &&
      condition(question.keys),
  };
}

/** `Action` or `NotAction`, `Resource` or `NotResource`: exactly one of the two. */
function oneOf(
  given: Record<string, unknown>,
  name: 'Action' | 'Resource',
  path: string,
  wanted: boolean,
  add: (path: string, says: string) => void,
  compile: (text: string) => (value: string) => boolean,
): (value: string) => boolean {
  const plain = given[name];
  const not = given[`Not${name}`];
  if (plain !== undefined && not !== undefined) add(path, `has both "${name}" and "Not${name}"`);
  const list = texts(plain ?? not);
  if (list === null) {
    if (wanted)
      add(
        `${path}.${name}`,
        plain === undefined && not === undefined ? 'is missing' : 'wanted a string or a list of strings',
      );
    return () => false;
  }
  const tests = list.map(compile);
  const any = (value: string): boolean => tests.some((test) => test(value));
  return plain === undefined ? (value) => !any(value) : any;
}

/** `*`, `{ "AWS": … }`; account ids match every ARN of their account. */
function compilePrincipal(
  named: unknown,
  not: boolean,
  path: string,
  add: (path: string, says: string) => void,
): (principals: readonly string[]) => boolean {
  const list: string[] = [];
  const bad = (): void =>
    add(`${path}.${not ? 'NotPrincipal' : 'Principal'}`, 'wanted "*" or { "AWS": "arn, account id or *" }');
  if (named === '*') list.push('*');
  else if (isObject(named)) {
    for (const [kind, value] of Object.entries(named)) {
      const names = texts(value);
      if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind) || names === null) bad();
      else list.push(...names);
    }
  } else bad();
  const accountOf = (text: string): string => /^arn:[^:]*:iam::(\d{12}):root$/.exec(text)?.[1] ?? text;
  const wanted = list.map(accountOf);
  const any = (principals: readonly string[]): boolean =>
    wanted.some(
      (each) =>
        each === '*' ||
        principals.some(
          (principal) => principal === each || /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(principal)?.[1] === each,
        ),
    );
  return not ? (principals) => !any(principals) : any;
}

/** Any matching Deny wins, then any matching Allow; otherwise the policy is silent. */
export function evaluate(policy: Policy, question: PolicyQuestion): Decision {
  let decision: Decision = 'silent';
  for (const statement of policy.statements) {
    if (decision === 'allow' && statement.effect === 'Allow') continue;
    if (!statement.matches(question)) continue;
    if (statement.effect === 'Deny') return 'deny';
    decision = 'allow';
  }
  return decision;
}

export type Verdict = 'allow' | 'explicit-deny' | 'implicit-deny';

/** The nine cells: what an authorizer or the caller's own policy says, together with the resource policy. */
export function combine(identity: Decision, resource: Decision, account: 'same' | 'cross' = 'same'): Verdict {
  if (identity === 'deny' || resource === 'deny') return 'explicit-deny';
  const enough =
    account === 'same' ? identity === 'allow' || resource === 'allow' : identity === 'allow' && resource === 'allow';
  return enough ? 'allow' : 'implicit-deny';
}
