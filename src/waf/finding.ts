import { expand, type Macro, type Template } from './macro.ts';
import type { Evidence, Match } from './match.ts';
import type { Disruption, Phase, Rule, RuleRef } from './rule.ts';
import type { Transaction } from './transaction.ts';
import type { Captures } from './variables.ts';

/** A text as far as it is known when a rule matches: captures are filled in when it is read. */
type Draft = string | readonly (string | (() => string))[];

/** What is known of a rule that has just matched. */
export function findingOf(transaction: Transaction, rule: Rule): Match {
  return new Finding(transaction, rule);
}

class Finding implements Match {
  readonly rule: RuleRef;
  readonly phase: Phase;
  readonly severity: number | null;
  readonly tags: readonly string[];
  readonly logged: boolean;
  readonly disruption: Disruption['kind'];
  readonly enforced: boolean;
  readonly evidence: readonly Evidence[];
  readonly score: number;
  #message: Draft;
  #logData: Draft;

  constructor(transaction: Transaction, rule: Rule) {
    this.rule = { id: rule.id, place: rule.place };
    this.phase = rule.phase;
    this.#message = draft(rule.message, transaction);
    this.#logData = draft(rule.logData, transaction);
    this.severity = rule.severity;
    this.tags = rule.tags;
    this.logged = rule.log;
    this.disruption = rule.disruption.kind;
    this.enforced = transaction.mode === 'on';
    this.evidence = [...transaction.evidence];
    this.score = rule.log ? transaction.score : 0;
  }

  get message(): string {
    return (this.#message = finished(this.#message));
  }

  get logData(): string {
    return (this.#logData = finished(this.#logData));
  }
}

function finished(text: Draft): string {
  return typeof text === 'string' ? text : text.map((part) => (typeof part === 'string' ? part : part())).join('');
}

function draft(template: Template | null, transaction: Transaction): Draft {
  if (template === null) return '';
  const captures = transaction.tx.captured;
  if (captures === null || !template.some(isCapture)) return expand(template, transaction.look);
  return template.map((part) => {
    if (typeof part === 'string') return part;
    return isCapture(part) ? later(captures, Number(part.key)) : transaction.look(part);
  });
}

const isCapture = (part: string | Macro): part is Macro =>
  typeof part !== 'string' && part.field === 'TX' && part.key !== null && /^\d$/.test(part.key);

const later =
  (captures: Captures, at: number): (() => string) =>
  () =>
    captures.groups?.[at] ?? '';
