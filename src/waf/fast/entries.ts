import { valuesOf } from '../evaluate.ts';
import type { Matcher } from '../operator.ts';
import type { CompiledLink, CompiledMatch, CompiledRule } from '../program.ts';
import type { Transaction } from '../transaction.ts';

/** A condition that a rule cannot match without, told from values alone. */
export interface ValueEntry {
  readonly condition: CompiledMatch;
  /** Turned round for a negated operator: true means a hit. */
  readonly matcher: Matcher;
}

/** The same for a condition that counts values. */
export type CountEntry = (transaction: Transaction) => boolean;

export interface Entries {
  readonly values: readonly ValueEntry[];
  readonly counts: readonly CountEntry[];
  /** An argument was filled in with what settings say: it does not hold any more once rules have been switched off. */
  readonly presumes: boolean;
}

/** Arguments that macros make, where they are the same for every request. */
export type Arguments = ReadonlyMap<CompiledMatch, Matcher>;

/**
 * What can be told about a rule before it is asked: its first condition, and those of later links as long as the links
 * before them leave nothing behind when they hit. Null when there is no such condition.
 */
export function entriesOf(rule: CompiledRule, filled: Arguments): Entries | null {
  const values: ValueEntry[] = [];
  const counts: CountEntry[] = [];
  let presumes = false;
  for (const link of rule.links) {
    const { condition } = link;
    const matcher = condition.kind === 'match' ? (condition.constant ?? filled.get(condition) ?? null) : null;
    if (condition.kind === 'match' && matcher !== null && isSteady(condition)) {
      presumes ||= condition.constant === null;
      if (condition.targets.every(({ count }) => !count))
        values.push({ condition, matcher: turned(condition, matcher) });
      else counts.push(countEntry(condition, matcher));
    }
    if (!isTraceless(link)) break;
  }
  return values.length + counts.length === 0 ? null : { values, counts, presumes };
}

/** Nothing is left behind when this link hits and a later one does not. */
export function isTraceless(link: CompiledLink): boolean {
  return link.effects.length === 0 && !link.capture;
}

/** The values that it reads do not change while a phase runs. */
function isSteady(condition: CompiledMatch): boolean {
  const counted = condition.targets.filter(({ count }) => count).length;
  if (counted !== 0 && counted !== condition.targets.length) return false;
  return condition.targets.every(({ field }) => field.lifetime !== 'moment');
}

function turned({ source }: CompiledMatch, matcher: Matcher): Matcher {
  if (!source.negated) return matcher;
  return { test: (value) => !matcher.test(value), find: () => null };
}

function countEntry(condition: CompiledMatch, matcher: Matcher): CountEntry {
  const { targets, exclusions, chain, source } = condition;
  const after = (value: string): string =>
    chain.path.reduce((text, step) => step.transform?.apply(text) ?? text, value);
  return (transaction) =>
    targets.some((target) =>
      valuesOf(transaction, target, exclusions).some(({ value }) => matcher.test(after(value)) !== source.negated),
    );
}
