import type { Found } from './spelling.ts';
import {
  isObject,
  list,
  number,
  object,
  text,
  wrong,
  type AclRule,
  type Json,
  type References,
  type ResponseBody,
  type RuleGroup,
  type WebAcl,
} from './shape.ts';

/** Respelled JSON to typed pieces; what AWS requires is required here too. */
export function webAclOf(given: Json, account: string): WebAcl {
  const name = text(given['Name'] ?? given['LogicalId'] ?? 'web-acl', 'Name');
  return {
    Name: name,
    DefaultAction: object(given['DefaultAction'], 'DefaultAction'),
    Rules: rulesOf(given['Rules'] ?? [], 'Rules'),
    Before: managerGroups(given, 'PreProcessFirewallManagerRuleGroups'),
    After: managerGroups(given, 'PostProcessFirewallManagerRuleGroups'),
    Given: given,
    CustomResponseBodies: bodiesOf(given),
    LabelNamespace:
      typeof given['LabelNamespace'] === 'string' ? given['LabelNamespace'] : `awswaf:${account}:webacl:${name}:`,
    ...(isObject(given['CaptchaConfig']) && { CaptchaConfig: given['CaptchaConfig'] }),
    ...(isObject(given['ChallengeConfig']) && { ChallengeConfig: given['ChallengeConfig'] }),
    ...(isObject(given['AssociationConfig']) && { AssociationConfig: given['AssociationConfig'] }),
  };
}

function bodiesOf(given: Json): Readonly<Record<string, ResponseBody>> {
  const bodies = Object.entries(object(given['CustomResponseBodies'] ?? {}, 'CustomResponseBodies'));
  return Object.fromEntries(
    bodies.map(([key, each]) => {
      const path = `CustomResponseBodies.${key}`;
      const body = object(each, path);
      return [
        key,
        {
          ContentType: text(body['ContentType'], `${path}.ContentType`),
          Content: text(body['Content'], `${path}.Content`),
        },
      ];
    }),
  );
}

/** What Firewall Manager has put around the rules, as rules. */
function managerGroups(given: Json, key: string): readonly AclRule[] {
  return rulesOf(
    list(given[key] ?? [], key).map((each) =>
      isObject(each) ? { ...each, Statement: each['FirewallManagerStatement'] } : each,
    ),
    key,
  );
}

export function rulesOf(given: unknown, path: string): readonly AclRule[] {
  const rules = list(given, path).map((each, at) => {
    const rule = object(each, `${path}[${at}]`);
    text(rule['Name'], `${path}[${at}].Name`);
    return {
      ...rule,
      Priority: number(rule['Priority'], `${path}[${at}].Priority`),
      Statement: object(rule['Statement'], `${path}[${at}].Statement`),
    } as unknown as AclRule;
  });
  for (const key of ['Name', 'Priority'] as const) {
    const seen = new Set<unknown>();
    for (const rule of rules) {
      if (seen.has(rule[key])) throw wrong(path, `two rules have the same ${key} ${rule[key]}`);
      seen.add(rule[key]);
    }
  }
  return rules.toSorted((a, b) => a.Priority - b.Priority);
}

export function ruleGroupOf(given: Json, account: string): RuleGroup {
  const name = text(given['Name'] ?? given['LogicalId'] ?? 'rule-group', 'Name');
  return {
    Name: name,
    Capacity: typeof given['Capacity'] === 'number' ? given['Capacity'] : null,
    Rules: rulesOf(given['Rules'] ?? [], `${name}.Rules`),
    CustomResponseBodies: bodiesOf(given),
    LabelNamespace:
      typeof given['LabelNamespace'] === 'string' ? given['LabelNamespace'] : `awswaf:${account}:rulegroup:${name}:`,
  };
}

/** Everything that was beside the ACL, under its ARN, its logical id and its name. */
export function referencesIn(found: readonly Found[], account: string): References {
  const ipSets = new Map<string, readonly string[]>();
  const regexSets = new Map<string, readonly string[]>();
  const ruleGroups = new Map<string, RuleGroup>();
  const keep = <T>(map: Map<string, T>, item: Json, value: T): void => {
    for (const key of ['ARN', 'LogicalId', 'Id', 'Name']) if (typeof item[key] === 'string') map.set(item[key], value);
  };
  for (const each of found) {
    for (const item of each.ipSets)
      keep(
        ipSets,
        item,
        list(item['Addresses'], 'Addresses').map((address) => text(address, 'Addresses')),
      );
    for (const item of each.regexSets) {
      const patterns = list(item['RegularExpressionList'], 'RegularExpressionList');
      keep(
        regexSets,
        item,
        patterns.map((pattern) => text(isObject(pattern) ? pattern['RegexString'] : pattern, 'RegularExpressionList')),
      );
    }
    for (const item of each.ruleGroups) keep(ruleGroups, item, ruleGroupOf(item, account));
  }
  return { ipSets, regexSets, ruleGroups };
}
