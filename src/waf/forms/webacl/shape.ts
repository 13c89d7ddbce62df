import { RuleError } from '../../rule-error.ts';

/**
 * The shapes of AWS WAF (v2) as this form uses them after `spelling.ts`: API spelling, references as `ARN`, needles as
 * byte strings under `SearchString`. Names are AWS's own.
 */
export type Json = Readonly<Record<string, unknown>>;

export interface WebAcl {
  readonly Name: string;
  readonly DefaultAction: Json;
  readonly Rules: readonly AclRule[];
  /** Groups of Firewall Manager: these run before all rules, */
  readonly Before: readonly AclRule[];
  /** and these after them. */
  readonly After: readonly AclRule[];
  /** All that was given, in API spelling. */
  readonly Given: Json;
  readonly CustomResponseBodies: Readonly<Record<string, ResponseBody>>;
  /** `awswaf:<account>:webacl:<name>:` */
  readonly LabelNamespace: string;
  readonly CaptchaConfig?: Json;
  readonly ChallengeConfig?: Json;
  readonly AssociationConfig?: Json;
}

export interface AclRule {
  readonly Name: string;
  readonly Priority: number;
  readonly Statement: Json;
  readonly Action?: Json;
  readonly OverrideAction?: Json;
  readonly RuleLabels?: readonly { readonly Name: string }[];
  readonly CaptchaConfig?: Json;
  readonly ChallengeConfig?: Json;
}

export interface ResponseBody {
  readonly ContentType: string;
  readonly Content: string;
}

export interface RuleGroup {
  readonly Name: string;
  readonly Capacity: number | null;
  readonly Rules: readonly AclRule[];
  readonly CustomResponseBodies: Readonly<Record<string, ResponseBody>>;
  readonly LabelNamespace: string;
}

/** What reference statements point at, by ARN (or by logical id inside one template). */
export interface References {
  readonly ipSets: ReadonlyMap<string, readonly string[]>;
  readonly regexSets: ReadonlyMap<string, readonly string[]>;
  readonly ruleGroups: ReadonlyMap<string, RuleGroup>;
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong in a web ACL, with where. */
export const wrong = (path: string, says: string, hint?: string): RuleError =>
  new RuleError(`${path}: ${says}`, hint === undefined ? {} : { hint });

export function object(value: unknown, path: string): Json {
  if (!isObject(value)) throw wrong(path, `an object is wanted, not ${named(value)}`);
  return value;
}

export function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(path, `a list is wanted, not ${named(value)}`);
  return value as readonly unknown[];
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrong(path, `a text is wanted, not ${named(value)}`);
  return value;
}

export function number(value: unknown, path: string): number {
  const given = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof given !== 'number' || !Number.isFinite(given))
    throw wrong(path, `a number is wanted, not ${named(value)}`);
  return given;
}

/** The one member of a union that is set. AWS refuses none and more than one. */
export function only(value: unknown, path: string): readonly [name: string, value: Json] {
  const set = Object.entries(object(value, path)).filter(([, member]) => member !== undefined && member !== null);
  const [first, ...more] = set;
  if (first === undefined) throw wrong(path, 'exactly one member must be set, and none is');
  if (more.length > 0)
    throw wrong(path, `exactly one member must be set, not ${set.map(([name]) => name).join(' and ')}`);
  const [name, member] = first;
  return [name, object(member, `${path}.${name}`)];
}

export function named(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const [key, ...more] = isObject(value) ? Object.keys(value) : [];
  if (key?.startsWith('Fn::') === true && more.length === 0)
    return `${key}, which CloudFormation alone resolves: give what is deployed (aws wafv2 get-web-acl)`;
  return isObject(value) ? 'an object' : `a ${typeof value}`;
}
