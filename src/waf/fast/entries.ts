import { valuesOf } from '../evaluate.ts';
import type { Matcher } from '../operator.ts';
import type { CompiledLink, CompiledMatch, CompiledRule } from '../program.ts';
import type { Transaction } from '../transaction.ts';
import { withArgument, type Filled } from './constants.ts';

/** One condition that a rule cannot match without. */
export interface Entry {
  /** Which link of the rule. */
  readonly link: number;
  /** What macros in its argument come to; null when there are none. */
  readonly argument: string | null;
}

/** An entry that is told from values alone. */
export interface ValueEntry extends Entry {
  readonly condition: CompiledMatch;
  /** Not yet turned round for a negated operator. */
  readonly matcher: Matcher;
}

export interface Entries {
  readonly values: readonly ValueEntry[];
  /** Those that count values. */
  readonly counts: readonly Entry[];
  /** An argument was filled in with what settings say: it does not hold any more once rules have been switched off. */
  readonly presumes: boolean;
}

/** Arguments that macros make, where they are the same for every request. */
export type Arguments = ReadonlyMap<CompiledMatch, Filled>;

/**
 * What can be told about a rule before it is asked: its first condition, and those of later links as long as the links
 * before them leave nothing behind when they hit. Null when there is no such condition.
 */
export function entriesOf(rule: CompiledRule, filled: Arguments): Entries | null {
  const values: ValueEntry[] = [];
  const counts: Entry[] = [];
  let presumes = false;
  for (const link of rule.links) {
    const { condition } = link;
    const told = condition.kind === 'match' ? tellable(condition, filled) : null;
    if (condition.kind === 'match' && told !== null && isSteady(condition)) {
      const { argument, matcher } = told;
      presumes ||= argument !== null;
      if (condition.targets.every(({ count }) => !count)) values.push({ link: link.at, argument, condition, matcher });
      else counts.push({ link: link.at, argument });
    }
    if (!isTraceless(link)) break;
  }
  return values.length + counts.length === 0 ? null : { values, counts, presumes };
}

function tellable(condition: CompiledMatch, filled: Arguments): Omit<ValueEntry, 'link' | 'condition'> | null {
  if (condition.constant !== null) return { argument: null, matcher: condition.constant };
  return filled.get(condition) ?? null;
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

/** Turned round for a negated operator: true means a hit. */
export function turned(negated: boolean, matcher: Matcher): Matcher {
  if (!negated) return matcher;
  return { test: (value) => !matcher.test(value), find: () => null };
}

/** The matcher that answers for an entry, with true for a hit. */
export function matcherOf(rule: CompiledRule, { link, argument }: Entry): Matcher {
  const condition = matchOf(rule, link);
  return turned(condition.source.negated, condition.constant ?? withArgument(condition, argument ?? ''));
}

/** Whether the counts of an entry hold. */
export function countTest(rule: CompiledRule, entry: Entry): (transaction: Transaction) => boolean {
  const matcher = matcherOf(rule, entry);
  const { targets, exclusions, chain } = matchOf(rule, entry.link);
  const after = (value: string): string =>
    chain.path.reduce((text, step) => step.transform?.apply(text) ?? text, value);
  return (transaction) =>
    targets.some((target) => valuesOf(transaction, target, exclusions).some(({ value }) => matcher.test(after(value))));
}

/** The comparison of one link of a rule that the screen knows. */
export function matchOf(rule: CompiledRule, link: number): CompiledMatch {
  const condition = rule.links[link]?.condition;
  if (condition?.kind !== 'match') throw new Error('this plan was made of other rules');
  return condition;
}
