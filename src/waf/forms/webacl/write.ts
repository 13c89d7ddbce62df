import { base64, fromLatin1, fromUtf8 } from '../../../base/bytes.ts';
import { mostCapacity, ruleCapacity, rulesCapacity } from '../../capacity.ts';
import type { Condition } from '../../condition.ts';
import { rulesOf, type Rule, type RuleSet } from '../../rule.ts';
import { FidelityNote, type Fidelity } from '../fidelity.ts';
import type { Outcome } from './actions.ts';
import { checkRules, type AclProblem } from './checks.ts';
import { isObject, type AclRule, type Json } from './shape.ts';
import { andOf, DoesNotFit, orOf, writeMatch, type WrittenSet } from './write-match.ts';

export interface WriteWebAclOptions {
  readonly name: string;
  /** What the rules' ids mean, when they were read from a web ACL. */
  readonly outcomes?: ReadonlyMap<string, Outcome>;
  readonly defaultAction?: 'ALLOW' | 'BLOCK';
}

export interface WrittenWebAcl {
  /** In API spelling with needles as byte strings; `spellAcl` makes a file of it. */
  readonly acl: Json & { readonly Rules: readonly AclRule[] };
  readonly ipSets: readonly WrittenSet[];
  /** Every rule: whether and how truly it is in the ACL, and why not. */
  readonly fidelity: readonly Fidelity[];
  readonly capacity: number;
  readonly problems: readonly AclProblem[];
}

/** Writes the part of a rule set that AWS WAF can run. What does not fit is named with its reasons, never left out silently. */
export function writeWebAcl(set: RuleSet, options: WriteWebAclOptions): WrittenWebAcl {
  const sets: WrittenSet[] = [];
  const rules: AclRule[] = [];
  const fidelity: Fidelity[] = [];
  let used = 0;
  let rates = 0;
  for (const rule of rulesOf(set)) {
    const outcome = options.outcomes?.get(rule.id);
    if (rule.id === 'Default_Action' || outcome?.quiet === true || rule.id.endsWith(' (solved)')) continue;
    const note = new FidelityNote();
    try {
      const written = writeRule(rule, rules.length, outcome, note, sets);
      const units = ruleCapacity(written);
      if (used + units > mostCapacity) throw new DoesNotFit(`${used + units} capacity units > ${mostCapacity}`);
      if ('RateBasedStatement' in written.Statement && ++rates > 10) throw new DoesNotFit(`${rates} rate rules > 10`);
      const [problem] = checkRules([written], bodiesOf(outcome));
      if (problem) throw new DoesNotFit(problem.says);
      used += units;
      rules.push(written);
    } catch (thrown) {
      if (!(thrown instanceof DoesNotFit)) throw thrown;
      note.say('impossible', thrown.message);
    }
    fidelity.push(note.of(rule.id));
  }
  const bodies = Object.assign({}, ...[...(options.outcomes?.values() ?? [])].map(bodiesOf)) as Readonly<
    Record<string, { Content: string }>
  >;
  const acl = {
    Name: options.name,
    DefaultAction: options.defaultAction === 'BLOCK' ? { Block: {} } : { Allow: {} },
    Rules: rules,
    ...(Object.keys(bodies).length > 0 && { CustomResponseBodies: bodies }),
    VisibilityConfig: visibility(options.name),
  };
  return { acl, ipSets: sets, fidelity, capacity: rulesCapacity(rules), problems: checkRules(rules, bodies) };
}

const visibility = (metric: string): Json => ({
  SampledRequestsEnabled: true,
  CloudWatchMetricsEnabled: true,
  MetricName: metric.replaceAll(/[^\w-]/g, '-').slice(0, 128),
});

function writeRule(
  rule: Rule,
  priority: number,
  outcome: Outcome | undefined,
  note: FidelityNote,
  sets: WrittenSet[],
): AclRule {
  if (rule.phase > 2) throw new DoesNotFit('it looks at the answer, and AWS WAF sees requests only');
  if (rule.skip > 0 || rule.skipAfter !== null) throw new DoesNotFit('it jumps to another rule, and AWS cannot');
  if (rule.disruption.kind === 'redirect') throw new DoesNotFit('it redirects to an address that AWS cannot make');
  const labels: { Name: string }[] = [];
  for (const link of rule.links) {
    for (const effect of link.effects) {
      if (effect.action !== 'label')
        throw new DoesNotFit(
          `it keeps a variable (${effect.action}), and AWS has none: scores cannot be added up there`,
        );
      labels.push({ Name: String(effect.with).replace(/^awswaf:\d*:(?:webacl|rulegroup):[^:]*:/, '') });
    }
  }
  const conditions = rule.links.map((link) => link.condition).filter((condition) => !isOwn(condition));
  const context = {
    approximate: (reason: string) => note.say('approximate', reason),
    set(set: Omit<WrittenSet, 'name'>) {
      const name = `${slug(rule.id)}-${set.version.toLowerCase()}-${sets.length}`;
      sets.push({ ...set, name });
      return name;
    },
  };
  const statement = andOf(conditions.map((condition) => writeCondition(condition, context)));
  if (conditions.length === 0) throw new DoesNotFit('it asks nothing');
  return {
    Name: slug(rule.id),
    Priority: priority,
    Statement: statement,
    Action: actionOf(rule, outcome),
    ...(labels.length > 0 && { RuleLabels: labels }),
    VisibilityConfig: visibility(slug(rule.id)),
  } as AclRule;
}

/** Links that only this form's reader adds. */
const isOwn = (condition: Condition): boolean =>
  (condition.kind === 'statement' && condition.said === null) || (condition.kind === 'not' && isOwn(condition.of));

const slug = (id: string): string => {
  const name = id.replaceAll(/[^\w-]+/g, '-');
  return (/^\d/.test(name) ? `rule-${name}` : name).slice(0, 128);
};

function writeCondition(condition: Condition, context: Parameters<typeof writeMatch>[1]): Json {
  switch (condition.kind) {
    case 'match':
      return writeMatch(condition, context);
    case 'and': {
      // A rate holds the statement that it counts by; nothing may stand beside it.
      const rate = condition.of.find(
        (part) => part.kind === 'statement' && isObject(part.said) && 'RateBasedStatement' in part.said,
      );
      return rate ? writeCondition(rate, context) : andOf(condition.of.map((part) => writeCondition(part, context)));
    }
    case 'or':
      return orOf(condition.of.map((part) => writeCondition(part, context)));
    case 'not':
      return { NotStatement: { Statement: writeCondition(condition.of, context) } };
    case 'label':
      return { LabelMatchStatement: { Scope: condition.namespace ? 'NAMESPACE' : 'LABEL', Key: condition.label } };
    case 'statement':
      if (condition.form !== 'webacl' || !isObject(condition.said))
        throw new DoesNotFit(`it is written in ${condition.form}`);
      return condition.said;
    default:
      throw new DoesNotFit('it always matches, and AWS has no such statement');
  }
}

function actionOf(rule: Rule, outcome: Outcome | undefined): Json {
  const insert = (outcome?.insert ?? []).map(([name, value]) => ({
    Name: name.replace(/^x-amzn-waf-/, ''),
    Value: value,
  }));
  const handling = insert.length === 0 ? {} : { CustomRequestHandling: { InsertHeaders: insert } };
  const word =
    outcome?.action ??
    (rule.disruption.kind === 'pass' ? 'COUNT' : rule.disruption.kind === 'allow' ? 'ALLOW' : 'BLOCK');
  if (word === 'COUNT') return { Count: handling };
  if (word === 'ALLOW') return { Allow: handling };
  if (word === 'CAPTCHA') return { Captcha: handling };
  if (word === 'CHALLENGE') return { Challenge: handling };
  if (word === 'MONETIZE') return { Monetize: {} };
  const status = outcome?.status ?? rule.status ?? 403;
  const headers = (outcome?.headers ?? []).map(([Name, Value]) => ({ Name, Value }));
  const [key] = Object.keys(bodiesOf(outcome));
  if (status === 403 && headers.length === 0 && key === undefined) return { Block: {} };
  return {
    Block: {
      CustomResponse: {
        ResponseCode: status,
        ...(key !== undefined && { CustomResponseBodyKey: key }),
        ...(headers.length > 0 && { ResponseHeaders: headers }),
      },
    },
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  'text/plain': 'TEXT_PLAIN',
  'text/html': 'TEXT_HTML',
  'application/json': 'APPLICATION_JSON',
};

function bodiesOf(outcome: Outcome | undefined): Readonly<Record<string, { ContentType: string; Content: string }>> {
  const body = outcome?.body;
  if (!outcome || !body) return {};
  return { [slug(outcome.rule)]: { ContentType: contentTypes[body.type] ?? 'TEXT_PLAIN', Content: body.content } };
}

/** A file of it: needles in base64 for the API and the CLI; CloudFormation has `Arn`, and base64 only where text will not do. */
export function spellAcl(value: unknown, as: 'api' | 'cloudformation'): unknown {
  if (Array.isArray(value)) return value.map((each) => spellAcl(each, as));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]): [string, unknown] => {
      if (key === 'SearchString' && typeof member === 'string') {
        const bytes = fromLatin1(member);
        if (as === 'api') return [key, base64(bytes)];
        return isText(member) ? [key, fromUtf8(bytes)] : ['SearchStringBase64', base64(bytes)];
      }
      if (key === 'ARN' && as === 'cloudformation') return ['Arn', member];
      return [key, spellAcl(member, as)];
    }),
  );
}

const isText = (byteString: string): boolean => {
  try {
    return !/[\0-\x1f\x7f]/.test(new TextDecoder('utf-8', { fatal: true }).decode(fromLatin1(byteString)));
  } catch {
    return false;
  }
};
