import type { Evaluate } from './evaluate.ts';
import type { CompiledRule, Program } from './program.ts';
import type { Phase } from './rule.ts';
import type { Transaction } from './transaction.ts';

/** Where a way of running phases stands after the first, so that many bodies can follow one head. */
export interface Standing {
  /** What a transaction's `progress` is to be that goes on from here. */
  fork(): unknown;
  /** Would another transaction that goes on from here with the same body come to the same end? */
  isSettled(transaction: Transaction): boolean;
  /**
   * The body that now stands in `from`, the transaction that was stood on: does it pass as another one did, with the same
   * rules asked and none of them about the body? Null when that can never be told.
   */
  readonly passes: ((from: Transaction) => boolean) | null;
  /** The body that `passes` was asked about last passed, and is settled. */
  passed(): void;
}

/** Runs one phase of one transaction. */
export interface RunPhase {
  (transaction: Transaction, phase: Phase): void;
  /** Can phase 1 be run to stand on at all, without a trace of it outside of the request? */
  readonly lasts?: () => boolean;
  /** Null when what phase 1 said may not hold for others. */
  readonly stand?: (transaction: Transaction) => Standing | null;
}

/** Has `allow` put an end to this phase? Phase 5 always runs: it only keeps the books. */
export function ended(transaction: Transaction, phase: Phase): boolean {
  if (transaction.mode === 'off') return true;
  const { allowed } = transaction;
  if (allowed === null || phase === 5) return false;
  return allowed === 'all' || allowed === 'phase' || phase <= 2;
}

export function runRule(transaction: Transaction, rule: CompiledRule, evaluate: Evaluate): boolean {
  transaction.asking = rule.rule;
  for (const link of rule.links) if (!evaluate(transaction, rule, link)) return false;
  return true;
}

/** All rules of one phase, in the order in which they were written, until one of them refuses. */
export function runPhase(transaction: Transaction, program: Program, phase: Phase, evaluate: Evaluate): void {
  if (transaction.allowed === 'phase') transaction.allowed = null;
  const rules = program.phases[phase];
  let at = 0;
  while (at < rules.length && !ended(transaction, phase)) {
    const rule = rules[at] as CompiledRule;
    at++;
    if (transaction.removals.has(rule.index)) continue;
    if (transaction.matchedVars.length > 0) transaction.matchedVars = [];
    if (transaction.evidence.length > 0) transaction.evidence.length = 0;
    if (runRule(transaction, rule, evaluate)) at = rule.next;
    if (transaction.verdict !== null) break;
  }
  transaction.rule = null;
  transaction.matchedVars = [];
}
