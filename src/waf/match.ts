import type { MatchCondition } from './condition.ts';
import type { Disruption, Phase, RuleRef } from './rule.ts';

/** Why one link of a rule hit. Values are byte strings as they came; redact before showing. */
export interface Evidence {
  /** 0 for the first link of a chain. */
  readonly link: number;
  /** Null for a link without a comparison (`SecAction`, a label). */
  readonly condition: MatchCondition | null;
  /** e.g. `ARGS:user`; '' without a comparison. */
  readonly field: string;
  /** Before any transformation. */
  readonly value: string;
  /** What the operator saw. */
  readonly seen: string;
  /** Into `seen`, in bytes. The whole value for a negated operator. */
  readonly offset: number;
  readonly length: number;
  /** The operator's own reason, where it has one. */
  readonly says: string | null;
}

/** A rule that matched. */
export interface Match {
  readonly rule: RuleRef;
  readonly phase: Phase;
  readonly message: string;
  readonly logData: string;
  readonly severity: number | null;
  readonly tags: readonly string[];
  /** False for rules that say `nolog`: they steer and are no finding. */
  readonly logged: boolean;
  readonly disruption: Disruption['kind'];
  /** False when the mode was `detect`. */
  readonly enforced: boolean;
  /** One for each link, first to last. */
  readonly evidence: readonly Evidence[];
  /** The anomaly score after this match; 0 where rules keep none, and for rules that say `nolog`. */
  readonly score: number;
}

export type Verdict =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'stop';
      /** How: an answer with `status`, or the connection is cut. */
      readonly how: 'deny' | 'drop' | 'redirect';
      readonly rule: RuleRef;
      readonly status: number;
      /** For a redirection. */
      readonly location: string | null;
      readonly certainty: 'exact' | 'approximate';
      readonly matched: readonly Match[];
    };

export const pass: Verdict = { kind: 'pass' };
