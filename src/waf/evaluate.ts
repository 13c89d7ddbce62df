import { compileExclusion } from './compile-condition.ts';
import type { Exclusion } from './condition.ts';
import type { FieldDefinition, FieldValue } from './field.ts';
import { hit } from './hit.ts';
import type {
  ChainNode,
  CompiledCondition,
  CompiledExclusion,
  CompiledLink,
  CompiledMatch,
  CompiledRule,
  CompiledTarget,
} from './program.ts';
import type { Transaction } from './transaction.ts';

/**
 * Decides one link of a rule and, for each value that hits, calls `hit`, which does what the rule says. Another
 * evaluator may leave out values that cannot hit; it may not leave out or reorder hits.
 */
export type Evaluate = (transaction: Transaction, rule: CompiledRule, link: CompiledLink) => boolean;

/** Rule by rule and value by value, with no short cuts: the reference that faster evaluators are held against. */
export const evaluate: Evaluate = (transaction, rule, link) => {
  const { condition } = link;
  if (condition.kind === 'match') return evaluateMatch(transaction, rule, link, condition, null);
  const found = holds(transaction, rule, condition);
  if (found) hit(transaction, rule, link, null);
  return found;
};

/** The value after the chain, made once per value and step. */
export function transformed(value: FieldValue, chain: ChainNode): string {
  if (chain.previous === null) return value.value;
  const steps = (value.steps ??= []);
  const known = steps[chain.id];
  if (known !== undefined) return known;
  const before = transformed(value, chain.previous);
  const after = chain.transform === null ? before : chain.transform.apply(before);
  steps[chain.id] = after;
  return after;
}

const excludedBy = (list: readonly CompiledExclusion[], field: FieldDefinition, key: string): boolean =>
  list.some((exclusion) => exclusion.field === field && (exclusion.test === null || exclusion.test(key)));

const compiled = new WeakMap<Exclusion, CompiledExclusion>();

/** Exclusions of the condition and those that rules have added while this request ran. */
export function exclusionsFor(
  transaction: Transaction,
  rule: CompiledRule,
  link: CompiledLink,
  condition: CompiledMatch,
): readonly CompiledExclusion[] {
  const added = link.at === 0 ? transaction.removals.targets(rule.index) : [];
  if (added.length === 0) return condition.exclusions;
  return [
    ...condition.exclusions,
    ...added.map((exclusion) => {
      let known = compiled.get(exclusion);
      if (known === undefined) compiled.set(exclusion, (known = compileExclusion(exclusion)));
      return known;
    }),
  ];
}

/** The values that a target means now, excluded ones left out. */
export function valuesOf(
  transaction: Transaction,
  target: CompiledTarget,
  exclusions: readonly CompiledExclusion[],
): readonly FieldValue[] {
  const { field, test, key } = target;
  let values: readonly FieldValue[];
  if (key !== null && field.find) values = field.find(transaction, key);
  else if (test !== null && field.select) values = field.select(transaction, test);
  else {
    values = transaction.read(field);
    if (test !== null) values = values.filter((value) => test(value.key));
  }
  if (exclusions.length > 0) values = values.filter((value) => !excludedBy(exclusions, field, value.key));
  if (!target.count) return values;
  return [{ name: target.spelled, key: '', value: String(values.length) }];
}

/**
 * One comparison. With `among`, values that are in it are known to hit and others not to (with `multiMatch` only the
 * latter); counts are always made.
 */
export function evaluateMatch(
  transaction: Transaction,
  rule: CompiledRule,
  link: CompiledLink,
  condition: CompiledMatch,
  among: readonly FieldValue[] | null,
): boolean {
  let any = false;
  const exclusions = exclusionsFor(transaction, rule, link, condition);
  const { negated, multiMatch } = condition.source;
  for (const target of condition.targets) {
    for (const value of valuesOf(transaction, target, exclusions)) {
      if (among !== null && !target.count && !among.includes(value)) continue;
      for (const seen of multiMatch ? everyStep(value, condition.chain) : [transformed(value, condition.chain)]) {
        // Asked each time: what a hit does may change what a macro in the argument stands for.
        const matcher = condition.matcher(transaction);
        const known = among !== null && !multiMatch && !target.count;
        if (!known && matcher.test(seen) === negated) continue;
        any = true;
        hit(transaction, rule, link, { condition, value, seen, matcher: negated ? null : matcher });
        if (transaction.verdict !== null) return true;
      }
    }
  }
  return any;
}

/** The value as it came and after each step that changed it. */
export function everyStep(value: FieldValue, chain: ChainNode): string[] {
  const steps = [value.value];
  for (const node of chain.path) {
    const after = transformed(value, node);
    if (after !== steps.at(-1)) steps.push(after);
  }
  return steps;
}

/** Compound conditions: true or false, without a word about which value it was. */
function holds(transaction: Transaction, rule: CompiledRule, condition: CompiledCondition): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'and':
      return condition.of.every((part) => holds(transaction, rule, part));
    case 'or':
      return condition.of.some((part) => holds(transaction, rule, part));
    case 'not':
      return !holds(transaction, rule, condition.of);
    case 'statement':
      return condition.holds(transaction);
    case 'label':
      if (!condition.namespace) return transaction.labels.has(condition.label);
      return [...transaction.labels].some((label) => label.startsWith(condition.label));
    default:
      return condition.targets.some((target) =>
        valuesOf(transaction, target, condition.exclusions).some(
          (value) =>
            condition.matcher(transaction).test(transformed(value, condition.chain)) !== condition.source.negated,
        ),
      );
  }
}
