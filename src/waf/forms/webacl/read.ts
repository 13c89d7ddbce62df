import type { Condition } from '../../condition.ts';
import type { Effect, Link, Marker, Rule, RuleSet } from '../../rule.ts';
import { defaultSettings } from '../../settings.ts';
import { FidelityNote, type Fidelity } from '../fidelity.ts';
import { outcomeOf, tokenTest, type Outcome, type Surrounding } from './actions.ts';
import { checkAcl } from './check-references.ts';
import type { AclProblem } from './checks.ts';
import { referencesIn, webAclOf } from './document.ts';
import { managedGroup } from './managed.ts';
import type { AclSurroundings } from './options.ts';
import { isObject, object, only, text, wrong, type AclRule, type Json, type References, type WebAcl } from './shape.ts';
import { respell, type SearchStringEncoding } from './spelling.ts';
import { checkUnion, geography, inspectedBytes, readsBody, unusedOf, type Resource } from './read-parts.ts';
import { readStatement, type StatementContext } from './statement.ts';

export interface ReadWebAclOptions extends AclSurroundings {
  readonly file?: string;
  readonly searchStringEncoding?: SearchStringEncoding;
  /** Files with the IP sets, regex sets and rule groups that the ACL points at, in any spelling. */
  readonly beside?: readonly unknown[];
  /** Decides how much of a body is inspected. */
  readonly resource?: Resource;
  /** For label namespaces; twelve digits. */
  readonly account?: string;
}

export interface ReadWebAcl {
  readonly acl: WebAcl;
  readonly references: References;
  readonly set: RuleSet;
  readonly fidelity: readonly Fidelity[];
  /** What a verdict's or match's rule id means in AWS's words. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly defaultAction: 'ALLOW' | 'BLOCK';
  /** Which encoding of SearchString was taken, and why. */
  readonly encoding: string;
  /** Bytes of a body that rules see. */
  readonly inspects: number;
  /** What AWS would refuse, or take without a word and not do. */
  readonly problems: readonly AclProblem[];
  /** Settings of the ACL that change nothing here, each with why. */
  readonly unused: readonly string[];
}

/** Reads a web ACL in any of its JSON spellings into the rule tree. Throws `RuleError` with the path of what is malformed. */
export function readWebAcl(given: unknown, options: ReadWebAclOptions = {}): ReadWebAcl {
  const account = options.account ?? '000000000000';
  const found = respell(given, options.searchStringEncoding);
  const beside = (options.beside ?? []).map((each) => besideOf(each, options.searchStringEncoding));
  const first = found.acls[0];
  if (!first) throw wrong('(file)', 'there is a rule group and no web ACL in it');
  const acl = webAclOf(first, account);
  const reader = new Reader(acl, referencesIn([found, ...beside], account), options);
  return { ...reader.read(), encoding: `${found.encoding}: ${found.why}` };
}

/** A set by itself has no rules; everything else is read as a file of its own. */
function besideOf(given: unknown, encoding: SearchStringEncoding | undefined): ReturnType<typeof respell> {
  const bare = object(given, '(beside)');
  const inner = isObject(bare['IPSet'])
    ? bare['IPSet']
    : isObject(bare['RegexPatternSet'])
      ? bare['RegexPatternSet']
      : bare;
  const empty = { acls: [], ruleGroups: [], ipSets: [], regexSets: [], encoding: 'plain' as const, why: '' };
  if ('Addresses' in inner) return { ...empty, ipSets: [inner] };
  if ('RegularExpressionList' in inner) return { ...empty, regexSets: [inner] };
  return respell(given, encoding);
}

class Reader {
  readonly #acl: WebAcl;
  readonly #references: References;
  readonly #options: ReadWebAclOptions;
  readonly #items: (Rule | Marker)[] = [];
  readonly #fidelity: Fidelity[] = [];
  readonly #outcomes = new Map<string, Outcome>();
  #number = 0;
  #body = false;

  constructor(acl: WebAcl, references: References, options: ReadWebAclOptions) {
    this.#acl = acl;
    this.#references = references;
    this.#options = options;
  }

  read(): Omit<ReadWebAcl, 'encoding'> {
    const [fallback] = only(this.#acl.DefaultAction, 'DefaultAction');
    if (fallback !== 'Allow' && fallback !== 'Block') throw wrong('DefaultAction', 'Allow or Block is wanted');
    const around: Surrounding = {
      group: null,
      prefix: this.#acl.LabelNamespace,
      bodies: this.#acl.CustomResponseBodies,
      acl: this.#acl,
      override: () => null,
      countAfter: null,
    };
    for (const rules of [this.#acl.Before, this.#acl.Rules, this.#acl.After]) this.#rules(rules, around);
    const last = outcomeOf({ Name: 'Default_Action', Action: this.#acl.DefaultAction }, around);
    this.#outcomes.set('Default_Action', last);
    this.#add('Default_Action', [{ kind: 'always' }], [], last, null);
    const inspects = inspectedBytes(this.#acl, this.#options.resource ?? 'rest-api');
    const phase = this.#body ? 2 : 1;
    return {
      acl: this.#acl,
      references: this.#references,
      set: {
        items: this.#items.map((item) => (item.kind === 'rule' ? { ...item, phase } : item)),
        settings: { ...defaultSettings, requestBodyLimit: inspects, requestBodyLimitAction: 'inspect-first-part' },
        signatures: [`webacl/${this.#acl.Name}`],
      },
      fidelity: this.#fidelity,
      outcomes: this.#outcomes,
      defaultAction: fallback === 'Allow' ? 'ALLOW' : 'BLOCK',
      inspects,
      problems: checkAcl(this.#acl, this.#references),
      unused: unusedOf(this.#acl),
    };
  }

  #rules(rules: readonly AclRule[], around: Surrounding): void {
    for (const rule of rules) {
      const [kind, member] = only(rule.Statement, `${rule.Name}.Statement`);
      checkUnion(rule, kind.endsWith('GroupStatement') || kind === 'RuleGroupReferenceStatement');
      if (kind === 'RuleGroupReferenceStatement' || kind === 'ManagedRuleGroupStatement') {
        if (around.group !== null) throw wrong(rule.Name, 'rule groups cannot be nested');
        this.#group(rule, kind, member, around);
      } else this.#rule(rule, around);
    }
  }

  #context(note: FidelityNote, around: Surrounding): StatementContext {
    return {
      file: this.#options.file ?? 'web ACL',
      prefix: around.prefix,
      rule: this.#number,
      references: this.#references,
      surroundings: this.#options,
      note,
    };
  }

  #rule(rule: AclRule, around: Surrounding): void {
    const id = around.group === null ? rule.Name : `${around.group}/${rule.Name}`;
    const note = new FidelityNote();
    this.#number++;
    const context = this.#context(note, around);
    const condition = readStatement(rule.Statement, `${id}.Statement`, context, true);
    const outcome = outcomeOf({ ...rule, ...around.override(rule.Name) }, around);
    if (outcome.action === 'MONETIZE')
      note.say('approximate', 'a payment cannot be proven here: 402 is always answered');
    if ((outcome.action === 'CAPTCHA' || outcome.action === 'CHALLENGE') && !this.#options.solved)
      note.say('approximate', 'AWS’s token cannot be read here: nobody has solved anything');
    this.#fidelity.push(note.of(id));
    if (note.certainty === 'impossible') return;
    if (readsBody(condition)) this.#body = true;
    const labels: readonly Effect[] = (rule.RuleLabels ?? []).map((label) => ({
      action: 'label',
      place: { file: context.file, line: 1 },
      with: around.prefix + label.Name,
    }));
    const links = [...geography(rule.Statement, context), condition];
    if (outcome.action !== 'CAPTCHA' && outcome.action !== 'CHALLENGE') {
      this.#outcomes.set(id, outcome);
      this.#add(id, links, labels, outcome, around.countAfter);
      return;
    }
    // One of the two looks at the statement: whoever solved it is counted, everybody else is asked to.
    const solved = tokenTest(outcome, this.#options.solved);
    this.#outcomes.set(id, outcome);
    this.#add(id, [{ kind: 'not', of: solved }, ...links], labels, outcome, around.countAfter);
    const passed = { ...outcome, terminates: false };
    this.#outcomes.set(`${id} (solved)`, passed);
    this.#add(`${id} (solved)`, [solved, ...links], labels, passed, null);
  }

  #group(rule: AclRule, kind: string, member: Json, around: Surrounding): void {
    if (rule.RuleLabels && rule.RuleLabels.length > 0)
      throw wrong(rule.Name, 'a rule that references a group cannot label');
    const [overriding] = only(rule.OverrideAction, `${rule.Name}.OverrideAction`);
    if (overriding !== 'None' && overriding !== 'Count')
      throw wrong(`${rule.Name}.OverrideAction`, `None or Count is wanted, not ${overriding}`);
    const end = `end of ${rule.Name}`;
    const inside: Surrounding = {
      ...around,
      group: rule.Name,
      countAfter: overriding === 'Count' ? end : null,
      override: overrides(member),
    };
    if (member['ScopeDownStatement'] !== undefined) {
      const note = new FidelityNote();
      this.#number++;
      const context = this.#context(note, around);
      const scope = readStatement(member['ScopeDownStatement'], `${rule.Name}.ScopeDownStatement`, context);
      if (readsBody(scope)) this.#body = true;
      const skipped: Outcome = { ...outcomeOf({ Name: rule.Name, Action: { Count: {} } }, around), quiet: true };
      this.#add(
        `${rule.Name} (out of scope)`,
        [...geography(member['ScopeDownStatement'], context), { kind: 'not', of: scope }],
        [],
        skipped,
        end,
      );
    }
    if (kind === 'RuleGroupReferenceStatement') {
      const arn = text(member['ARN'], `${rule.Name}.ARN`);
      const group = this.#references.ruleGroups.get(arn);
      if (group)
        this.#rules(group.Rules, { ...inside, prefix: group.LabelNamespace, bodies: group.CustomResponseBodies });
      else
        this.#fidelity.push({
          rule: rule.Name,
          certainty: 'impossible',
          reasons: [`the rule group ${arn} was not given: write its file behind --beside`],
        });
    } else this.#managed(rule, member, inside);
    this.#items.push({ kind: 'marker', name: end, place: { file: this.#options.file ?? 'web ACL', line: 1 } });
  }

  #managed(rule: AclRule, member: Json, inside: Surrounding): void {
    const name = text(member['Name'], `${rule.Name}.Name`);
    const known = managedGroup(text(member['VendorName'], `${rule.Name}.VendorName`), name);
    const prefix = known ? `awswaf:managed:aws:${known.label}:` : '';
    this.#rules(
      (known?.rules ?? []).map((each, at) => ({
        Name: each.name,
        Priority: at,
        Statement: each.statement,
        Action: { Block: {} },
        RuleLabels: [{ Name: each.label }],
      })),
      { ...inside, prefix, bodies: {} },
    );
    this.#fidelity.push({
      rule: rule.Name,
      certainty: known && known.rules.length > 0 ? 'approximate' : 'impossible',
      reasons: [`the patterns of ${name} are not public; not run here: ${known?.unknown.join(', ') ?? 'all of it'}`],
    });
  }

  /** `countAfter`: the group is only counted, so what would end it jumps to its end. */
  #add(
    id: string,
    conditions: readonly Condition[],
    effects: readonly Effect[],
    outcome: Outcome,
    countAfter: string | null,
  ): void {
    const place = { file: this.#options.file ?? 'web ACL', line: 1 };
    const links = conditions.map((condition, at): Link => ({
      place,
      condition,
      capture: false,
      effects: at === conditions.length - 1 ? effects : [],
      tags: [],
    }));
    const jumps = countAfter !== null && (outcome.terminates || outcome.quiet === true);
    this.#items.push({
      kind: 'rule',
      id,
      place,
      phase: 1,
      links: links as [Link, ...Link[]],
      disruption:
        jumps || !outcome.terminates
          ? { kind: 'pass' }
          : outcome.action === 'ALLOW'
            ? { kind: 'allow', scope: 'request' }
            : { kind: 'deny' },
      status: outcome.status,
      log: outcome.quiet !== true,
      auditLog: true,
      message: null,
      logData: null,
      severity: null,
      tags: [],
      version: null,
      revision: null,
      skip: 0,
      skipAfter: jumps ? countAfter : null,
    });
  }
}

function overrides(member: Json): (rule: string) => Json | null {
  const byName = new Map<string, Json>();
  for (const each of (member['ExcludedRules'] as Json[] | undefined) ?? [])
    byName.set(String(each['Name']), { Count: {} });
  for (const each of (member['RuleActionOverrides'] as Json[] | undefined) ?? [])
    byName.set(String(each['Name']), object(each['ActionToUse'], 'ActionToUse'));
  return (rule) => {
    const action = byName.get(rule);
    return action ? { Action: action } : null;
  };
}
