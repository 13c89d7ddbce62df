import { parse } from 'zod/mini';
import type { Document } from '../config/document.ts';
import { ResourceTable } from '../rules/resource.ts';
import type { RuleDefinition } from '../rules/rule.ts';
import { mostCapacity, ruleCapacity, rulesCapacity } from '../waf/capacity.ts';
import { FidelityNote, type Fidelity } from '../waf/forms/fidelity.ts';
import { checkRules } from '../waf/forms/webacl/checks.ts';
import { responseCodes } from '../waf/forms/webacl/actions.ts';
import type { AclRule, Json } from '../waf/forms/webacl/shape.ts';
import { DoesNotFit, type WrittenSet } from '../waf/forms/webacl/write-match.ts';
import type { WrittenWebAcl } from '../waf/forms/webacl/write.ts';
import { nativeRules, type NativeCheck } from './native-rules.ts';
import { all, not, resourceStatement } from './resources.ts';

/** One call of a rule in the map, and what became of it. */
export interface NativeCall extends Fidelity {
  readonly resource: string;
  readonly name: string;
  readonly at: number;
}

export interface NativeAcl extends WrittenWebAcl {
  readonly calls: readonly NativeCall[];
}

type Map = NonNullable<Document['rules']['map']>;

/** Keys from the most specific to `default`, as the table would look them up. */
function ordered(map: Map): readonly string[] {
  const keys = Object.keys(map);
  const rank = (key: string): number => (key === 'default' ? 2 : /[*?]/.test(key.replace(/^\* /, '')) ? 1 : 0);
  const literals = (key: string): number => key.replaceAll(/[*?]/g, '').length;
  // Refuses keys that cannot be read, as the table itself would.
  void new ResourceTable(keys.map((key) => [key, key] as const));
  return keys.toSorted((a, b) => rank(a) - rank(b) || literals(b) - literals(a));
}

const slug = (text: string): string => text.replaceAll(/[^A-Za-z0-9_-]+/g, '-').replaceAll(/^-|-$/g, '') || 'root';

/**
 * The native part of a document's rule map as a web ACL. Each request is labelled with its resource first, the most
 * specific one alone, so that a resource's chain applies to it and to nothing else.
 */
export function nativeAcl(
  document: Pick<Document, 'name' | 'rules'>,
  definitions: ReadonlyMap<string, RuleDefinition>,
): NativeAcl {
  const map = document.rules.map ?? {};
  const keys = ordered(map);
  const rules: AclRule[] = [];
  const ipSets: WrittenSet[] = [];
  const calls: NativeCall[] = [];
  const add = (name: string, statement: Json, action: Json, labels: readonly string[] = []): void => {
    const rule = {
      Name: name.slice(0, 128),
      Priority: rules.length,
      Statement: statement,
      Action: action,
      ...(labels.length > 0 && { RuleLabels: labels.map((label) => ({ Name: label })) }),
      VisibilityConfig: {
        SampledRequestsEnabled: true,
        CloudWatchMetricsEnabled: true,
        MetricName: name.slice(0, 128),
      },
    } as AclRule;
    const [problem] = checkRules([rule], {});
    if (problem) throw new DoesNotFit(problem.says);
    if (rulesCapacity(rules) + ruleCapacity(rule) > mostCapacity)
      throw new DoesNotFit(`more than ${mostCapacity} capacity units`);
    rules.push(rule);
  };
  const alone = keys.length === 1 && keys[0] === 'default';
  for (const [index, key] of keys.entries()) {
    const where = resourceStatement(key);
    const mine = `resource:${index}-${slug(key)}`;
    const claim = (): void => {
      if (alone || typeof where === 'string') return;
      const unclaimed = { LabelMatchStatement: { Scope: 'NAMESPACE', Key: 'resource:' } };
      const others = index === 0 ? [] : [not(unclaimed)];
      add(`is-${index}-${slug(key)}`, where === null ? all(others) : all([...others, where]), { Count: {} }, [mine]);
    };
    const scope = (statement: Json): Json =>
      alone ? statement : all([{ LabelMatchStatement: { Scope: 'LABEL', Key: mine } }, statement]);
    let claimed: string | null = typeof where === 'string' ? where : null;
    try {
      claim();
    } catch (thrown) {
      if (!(thrown instanceof DoesNotFit)) throw thrown;
      claimed = thrown.message;
    }
    for (const [at, call] of (map[key] ?? []).entries()) {
      const note = new FidelityNote();
      const definition = definitions.get(call.name);
      const before = rules.length;
      try {
        if (claimed !== null) throw new DoesNotFit(claimed);
        const native = nativeRules[call.name];
        if (!native)
          throw new DoesNotFit(
            definition
              ? 'it is code: run it in a function, an authorizer or at the edge'
              : 'there is no rule of this name',
          );
        const params = definition ? (parse(definition.params, call.params) as Json) : call.params;
        const checks: readonly NativeCheck[] = native(params, {
          set(set) {
            const name = `${index}-${slug(key)}-${at}-${set.version.toLowerCase()}-${ipSets.length}`;
            ipSets.push({ ...set, name });
            return name;
          },
          approximate: (reason) => note.say('approximate', reason),
          impossible: (reason) => note.say('approximate', `left out: ${reason}`),
        });
        for (const each of checks) {
          const action =
            call.mode === 'count' || each.count
              ? { Count: {} }
              : each.status === 403 || !responseCodes.has(each.status)
                ? { Block: {} }
                : { Block: { CustomResponse: { ResponseCode: each.status } } };
          if (each.status !== 403 && !responseCodes.has(each.status))
            note.say('approximate', `AWS cannot answer ${each.status}; it answers 403`);
          add(`${index}-${slug(key)}-${at}-${call.name}-${each.suffix}`, scope(each.statement), action);
        }
        if (checks.length === 0 && note.certainty !== 'exact') throw new DoesNotFit(note.reasons.join('; '));
      } catch (thrown) {
        if (!(thrown instanceof DoesNotFit)) throw thrown;
        rules.length = before;
        note.say('impossible', thrown.message);
      }
      calls.push({ ...note.of(`${key} ${call.name}`), resource: key, name: call.name, at });
    }
  }
  return {
    acl: {
      Name: slug(document.name),
      DefaultAction: { Allow: {} },
      Rules: rules,
      VisibilityConfig: {
        SampledRequestsEnabled: true,
        CloudWatchMetricsEnabled: true,
        MetricName: slug(document.name),
      },
    },
    ipSets,
    fidelity: calls,
    calls,
    capacity: rulesCapacity(rules),
    problems: checkRules(rules, {}),
  };
}
