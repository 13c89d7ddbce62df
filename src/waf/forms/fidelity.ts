/** How truly a rule of another form is kept: to the letter, roughly, or not at all. Said per rule, with the reasons. */
export type Certainty = 'exact' | 'approximate' | 'impossible';

export interface Fidelity {
  /** The rule's name or id, with the group that it stands in before a slash. */
  readonly rule: string;
  readonly certainty: Certainty;
  /** Why it is not exact; empty when it is. */
  readonly reasons: readonly string[];
}

const rank: Readonly<Record<Certainty, number>> = { exact: 0, approximate: 1, impossible: 2 };

/** Gathers what is said about one rule; the worst word counts. */
export class FidelityNote {
  certainty: Certainty = 'exact';
  readonly reasons: string[] = [];

  say(certainty: Certainty, reason: string): void {
    if (rank[certainty] > rank[this.certainty]) this.certainty = certainty;
    if (!this.reasons.includes(reason)) this.reasons.push(reason);
  }

  of(rule: string): Fidelity {
    return { rule, certainty: this.certainty, reasons: [...this.reasons] };
  }
}

/** `12 rules: 9 exact, 2 approximate, 1 impossible`. */
export function summary(list: readonly Fidelity[]): string {
  const count = (certainty: Certainty): number => list.filter((each) => each.certainty === certainty).length;
  return `${list.length} rule${list.length === 1 ? '' : 's'}: ${count('exact')} exact, ${count('approximate')} approximate, ${count('impossible')} impossible`;
}
