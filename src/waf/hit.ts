import { findingOf } from './finding.ts';
import type { FieldValue } from './field.ts';
import { expand } from './macro.ts';
import type { Match, Verdict } from './match.ts';
import type { Matcher } from './operator.ts';
import type { CompiledLink, CompiledMatch, CompiledRule } from './program.ts';
import { nothingSeen, Sighting } from './sighting.ts';
import type { Transaction } from './transaction.ts';

/** What hit: null for a link that compares nothing by itself. */
export interface Hit {
  readonly condition: CompiledMatch;
  readonly value: FieldValue;
  /** After its transformations. */
  readonly seen: string;
  /** Says where in it; null for a negated operator. */
  readonly matcher: Matcher | null;
}

/** Most matches that one request keeps; beyond them rules still act and score. */
const kept = 1000;

/** Does what one hit of one link means: remembers it, runs the link's effects, and at the last link concludes the rule. */
export function hit(transaction: Transaction, rule: CompiledRule, link: CompiledLink, what: Hit | null): void {
  transaction.rule = rule.rule;
  if (link.at < transaction.evidence.length) transaction.evidence.length = link.at;
  if (what === null) transaction.evidence.push(nothingSeen(link.at));
  else {
    const { name } = what.value;
    const sighting = new Sighting(link.at, what.condition.source, what.value, what.seen, what.matcher);
    transaction.evidence.push(sighting);
    transaction.matched = { name, value: what.seen };
    transaction.matchedVars.push({ name, key: name, value: what.seen });
    if (link.capture && what.matcher !== null) transaction.tx.capture(sighting);
  }
  if (rule.rule.severity !== null)
    transaction.highestSeverity = Math.min(transaction.highestSeverity, rule.rule.severity);
  for (const effect of link.effects) effect.action.run(effect.data, transaction);
  if (link.last) conclude(transaction, rule);
}

function conclude(transaction: Transaction, compiled: CompiledRule): void {
  const { rule } = compiled;
  const { disruption } = rule;
  const enforced = transaction.mode === 'on';
  const match = findingOf(transaction, rule);
  if (transaction.matches.length < kept) transaction.matches.push(match);
  if (disruption.kind === 'pass') return;
  if (disruption.kind === 'allow') {
    if (enforced) transaction.allowed = disruption.scope;
    return;
  }
  if (!enforced) transaction.wouldStop ??= match;
  // After the answer there is nothing left to refuse.
  else if (rule.phase !== 5) {
    const location = disruption.kind === 'redirect' ? expand(disruption.location, transaction.look) : null;
    transaction.verdict = stop(
      transaction,
      match,
      disruption.kind,
      rule.status ?? (location === null ? 403 : 302),
      location,
    );
  }
}

export function stop(
  transaction: Transaction,
  match: Match,
  how: 'deny' | 'drop' | 'redirect',
  status: number,
  location: string | null,
): Verdict {
  return {
    kind: 'stop',
    how,
    rule: match.rule,
    status,
    location,
    certainty: transaction.bodyTooLong || transaction.responseTooLong ? 'approximate' : 'exact',
    matched: transaction.matches,
  };
}
