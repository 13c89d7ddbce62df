import { parseBlock } from '../../../base/ip.ts';
import { groupCapacity, mostCapacity } from '../../capacity.ts';
import { checkRules, type AclProblem } from './checks.ts';
import { managedGroup } from './managed.ts';
import { refusedByAws } from './regex-lint.ts';
import type { AclRule, Json, References, WebAcl } from './shape.ts';
import { statementsIn } from './statement.ts';

/** What AWS would refuse of a whole web ACL: its rules, and what they point at. */
export function checkAcl(acl: WebAcl, references: References): readonly AclProblem[] {
  const problems = [...checkRules(acl.Rules, acl.CustomResponseBodies, references)];
  const say = (path: string, says: string): void => void problems.push({ path, says });
  const used = new Set<string>();
  const rules = [...acl.Rules];
  const pointedAt = (rule: AclRule): void => {
    for (const [kind, member] of statementsIn(rule.Statement)) {
      const arn = String(member['ARN']);
      if (!kind.endsWith('ReferenceStatement') || used.has(arn)) continue;
      used.add(arn);
      if (kind === 'IPSetReferenceStatement') checkSet(arn, references.ipSets.get(arn) ?? [], say);
      if (kind === 'RegexPatternSetReferenceStatement') checkPatterns(arn, references.regexSets.get(arn) ?? [], say);
      if (kind === 'RuleGroupReferenceStatement') {
        checkGroup(arn, references, problems);
        rules.push(...(references.ruleGroups.get(arn)?.Rules ?? []));
      }
    }
  };
  for (const rule of rules) pointedAt(rule);
  for (const rule of acl.Rules) checkOverrides(rule, references, say);
  const domains = acl.Given['TokenDomains'];
  if (Array.isArray(domains) && domains.length > 10) say('TokenDomains', `${domains.length} domains > 10`);
  return problems;
}

type Say = (path: string, says: string) => void;

function checkSet(arn: string, addresses: readonly string[], say: Say): void {
  if (addresses.length > 10_000) say(arn, `${addresses.length} addresses > 10000`);
  const families = new Set(addresses.map((address) => address.includes(':')));
  if (families.size > 1) say(arn, 'addresses of both families in one set');
  const bare = addresses.find((address) => !address.includes('/'));
  if (bare !== undefined) say(arn, `${bare} is no CIDR block: write ${bare}/${bare.includes(':') ? 128 : 32}`);
  const wide = addresses.find((address) => address.endsWith('/0'));
  if (wide !== undefined) say(arn, `${wide}: AWS takes no /0`);
  const odd = addresses.find((address) => parseBlock(address) === null);
  if (odd !== undefined) say(arn, `${odd} is no address block`);
}

function checkPatterns(arn: string, patterns: readonly string[], say: Say): void {
  if (patterns.length > 10) say(arn, `${patterns.length} patterns > 10`);
  for (const pattern of patterns) {
    if (pattern.length > 200) say(arn, `a pattern of ${pattern.length} characters > 200`);
    const refused = refusedByAws(pattern);
    if (refused !== null) say(arn, `a pattern uses ${refused}, which AWS refuses`);
  }
}

function checkGroup(arn: string, references: References, problems: AclProblem[]): void {
  const group = references.ruleGroups.get(arn);
  if (!group) return;
  const of = (path: string): string => `${group.Name}: ${path}`;
  for (const { path, says } of checkRules(group.Rules, group.CustomResponseBodies, references))
    problems.push({ path: of(path), says });
  const rates = group.Rules.filter((rule) => 'RateBasedStatement' in rule.Statement).length;
  if (rates > 4 && rates <= 10) problems.push({ path: of('(all)'), says: `${rates} rate rules > 4 in a group` });
  const units = groupCapacity(group, references);
  if (units > mostCapacity) problems.push({ path: of('Capacity'), says: `${units} capacity units > ${mostCapacity}` });
}

/** AWS ignores a wrong name for its own groups without a word, and refuses the update for yours. */
function checkOverrides(rule: AclRule, references: References, say: Say): void {
  const own = rule.Statement['RuleGroupReferenceStatement'] as Json | undefined;
  const managed = rule.Statement['ManagedRuleGroupStatement'] as Json | undefined;
  const given = own ?? managed;
  if (given === undefined) return;
  const overrides = [
    ...((given['RuleActionOverrides'] ?? []) as readonly Json[]),
    ...((given['ExcludedRules'] ?? []) as readonly Json[]),
  ].map((each) => String(each['Name']));
  if (overrides.length > 100) say(rule.Name, `${overrides.length} overrides > 100`);
  const group = own && references.ruleGroups.get(String(own['ARN']));
  const vendors = managed && managedGroup(String(managed['VendorName']), String(managed['Name']));
  for (const name of overrides) {
    if (group && !group.Rules.some((each) => each.Name === name))
      say(rule.Name, `${group.Name} has no rule ${name} to override`);
    // Of some groups of AWS not even the names are known here.
    if (vendors && !vendors.unknown.includes('all of them') && !knows(vendors, name))
      say(rule.Name, `${String(managed['Name'])} has no rule ${name}: AWS ignores this override without a word`);
  }
}

const knows = (group: NonNullable<ReturnType<typeof managedGroup>>, name: string): boolean =>
  group.rules.some((rule) => rule.name === name) ||
  group.unknown.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known));
