import type { FieldValue } from './field.ts';
import { expand } from './macro.ts';
import type { Evidence, Match, Verdict } from './match.ts';
import type { Found } from './operator.ts';
import type { CompiledLink, CompiledMatch, CompiledRule } from './program.ts';
import type { Transaction } from './transaction.ts';

/** What hit: null for a link that compares nothing by itself. */
export interface Hit {
  readonly condition: CompiledMatch;
  readonly value: FieldValue;
  /** After its transformations. */
  readonly seen: string;
  /** Null for a negated operator. */
  readonly found: Found | null;
}

/** Most matches that one request keeps; beyond them rules still act and score. */
const kept = 1000;

/** Does what one hit of one link means: remembers it, runs the link's effects, and at the last link concludes the rule. */
export function hit(transaction: Transaction, rule: CompiledRule, link: CompiledLink, what: Hit | null): void {
  transaction.rule = rule.rule;
  if (link.at < transaction.evidence.length) transaction.evidence.length = link.at;
  transaction.evidence.push(evidenceOf(link, what));
  if (what !== null) {
    transaction.matched = { name: what.value.name, value: what.seen };
    transaction.matchedVars.push({ name: what.value.name, key: what.value.name, value: what.seen });
    if (link.capture && what.found !== null) transaction.capture(what.found.groups);
  }
  if (rule.rule.severity !== null)
    transaction.highestSeverity = Math.min(transaction.highestSeverity, rule.rule.severity);
  for (const effect of link.effects) effect.action.run(effect.data, transaction);
  if (link.last) conclude(transaction, rule);
}

function evidenceOf(link: CompiledLink, what: Hit | null): Evidence {
  if (what === null) {
    return { link: link.at, condition: null, field: '', value: '', seen: '', offset: 0, length: 0, says: null };
  }
  return {
    link: link.at,
    condition: what.condition.source,
    field: what.value.name,
    value: what.value.value,
    seen: what.seen,
    offset: what.found?.offset ?? 0,
    length: what.found?.length ?? what.seen.length,
    says: what.found?.says ?? null,
  };
}

function conclude(transaction: Transaction, compiled: CompiledRule): void {
  const { rule } = compiled;
  const { disruption } = rule;
  const enforced = transaction.mode === 'on';
  const match: Match = {
    rule: { id: rule.id, place: rule.place },
    phase: rule.phase,
    message: rule.message === null ? '' : expand(rule.message, transaction.look),
    logData: rule.logData === null ? '' : expand(rule.logData, transaction.look),
    severity: rule.severity,
    tags: rule.tags,
    logged: rule.log,
    disruption: disruption.kind,
    enforced,
    evidence: [...transaction.evidence],
    score: rule.log ? transaction.score : 0,
  };
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
