/**
 * What a rule would cost in AWS WAF's capacity units (WCU). An estimate after AWS's tables; CheckCapacity is the judge.
 * Works on statements in AWS's own JSON, since that is what is charged.
 */
import { managedGroup } from './forms/webacl/managed.ts';
import { isObject, type AclRule, type Json, type References, type RuleGroup } from './forms/webacl/shape.ts';

/** Most units of one web ACL, and of one rule group. */
export const mostCapacity = 5000;

const byConstraint: Readonly<Record<string, number>> = {
  EXACTLY: 2,
  STARTS_WITH: 2,
  ENDS_WITH: 2,
  CONTAINS: 10,
  CONTAINS_WORD: 10,
};

const flat: Readonly<Record<string, (statement: Json) => number>> = {
  GeoMatchStatement: () => 1,
  AsnMatchStatement: () => 1,
  LabelMatchStatement: () => 1,
  IPSetReferenceStatement: (statement) =>
    1 + ((statement['IPSetForwardedIPConfig'] as Json | undefined)?.['Position'] === 'ANY' ? 4 : 0),
};

const perValue: Readonly<Record<string, (statement: Json) => number>> = {
  ByteMatchStatement: (statement) => byConstraint[String(statement['PositionalConstraint'])] ?? 10,
  RegexMatchStatement: () => 3,
  RegexPatternSetReferenceStatement: () => 25,
  SizeConstraintStatement: () => 1,
  SqliMatchStatement: (statement) => (statement['SensitivityLevel'] === 'HIGH' ? 30 : 20),
  XssMatchStatement: () => 40,
};

/** Units of one statement with everything in it. */
export function statementCapacity(statement: unknown, references?: References): number {
  if (!isObject(statement)) return 0;
  let sum = 0;
  for (const [kind, member] of Object.entries(statement)) if (isObject(member)) sum += one(kind, member, references);
  return sum;
}

function one(kind: string, member: Json, references: References | undefined): number {
  const base = flat[kind];
  if (base) return base(member);
  const component = perValue[kind];
  if (component) return ofField(component(member), member);
  switch (kind) {
    case 'AndStatement':
    case 'OrStatement':
      return ((member['Statements'] as unknown[] | undefined) ?? []).reduce<number>(
        (sum, part) => sum + statementCapacity(part, references),
        0,
      );
    case 'NotStatement':
      return statementCapacity(member['Statement'], references);
    case 'RateBasedStatement':
      return (
        2 +
        30 * ((member['CustomKeys'] as unknown[] | undefined) ?? []).length +
        statementCapacity(member['ScopeDownStatement'], references)
      );
    case 'RuleGroupReferenceStatement': {
      const group = references?.ruleGroups.get(String(member['ARN']));
      return group ? groupCapacity(group, references) : 0;
    }
    case 'ManagedRuleGroupStatement':
      return (
        (managedGroup(String(member['VendorName']), String(member['Name']))?.capacity ?? 0) +
        statementCapacity(member['ScopeDownStatement'], references)
      );
    default:
      return 0;
  }
}

function ofField(base: number, statement: Json): number {
  const field = (statement['FieldToMatch'] ?? {}) as Json;
  const transforms = ((statement['TextTransformations'] as Json[] | undefined) ?? []).filter(
    (each) => each['Type'] !== 'NONE',
  ).length;
  return ('JsonBody' in field ? base * 2 : base) + ('AllQueryArguments' in field ? 10 : 0) + 10 * transforms;
}

/** A group costs what was set aside for it when it was made. */
export const groupCapacity = (group: RuleGroup, references?: References): number =>
  group.Capacity ?? rulesCapacity(group.Rules, references);

/** Units of a rule: its statement, and one for every five labels. */
export const ruleCapacity = (rule: AclRule, references?: References): number =>
  statementCapacity(rule.Statement, references) + Math.ceil((rule.RuleLabels?.length ?? 0) / 5);

export const rulesCapacity = (rules: readonly AclRule[], references?: References): number =>
  rules.reduce((sum, rule) => sum + ruleCapacity(rule, references), 0);
