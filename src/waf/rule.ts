import type { Condition } from './condition.ts';
import type { Template } from './macro.ts';
import type { SourcePlace } from './rule-error.ts';
import type { Settings } from './settings.ts';

/** 1 request head, 2 request body, 3 response head, 4 response body, 5 after the answer. */
export type Phase = 1 | 2 | 3 | 4 | 5;
export const phases: readonly Phase[] = [1, 2, 3, 4, 5];

/** What a rule that matched does to the request. */
export type Disruption =
  | { readonly kind: 'pass' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'redirect'; readonly location: Template }
  /** No more rules: in this phase, until the response, or at all. */
  | { readonly kind: 'allow'; readonly scope: 'phase' | 'request' | 'all' };

/** Something that a rule does each time one of its links hits. `with` is what the action's page made of its argument. */
export interface Effect {
  /** The page's name, e.g. `setvar`. */
  readonly action: string;
  readonly place: SourcePlace;
  readonly with: unknown;
}

/** One step of a rule. A rule without a chain has exactly one. */
export interface Link {
  readonly place: SourcePlace;
  readonly condition: Condition;
  /** Remember what the operator captured as `TX:0` to `TX:9`. */
  readonly capture: boolean;
  readonly effects: readonly Effect[];
  /** Tags of this step; the whole rule's are those of the first. */
  readonly tags: readonly string[];
}

export interface Rule {
  readonly kind: 'rule';
  /** A number in SecLang, any word elsewhere. Unique in its set. */
  readonly id: string;
  readonly place: SourcePlace;
  readonly phase: Phase;
  readonly links: readonly [Link, ...Link[]];
  readonly disruption: Disruption;
  /** Status of a refusal; null means 403 for a refusal, 302 for a redirection. */
  readonly status: number | null;
  readonly log: boolean;
  readonly auditLog: boolean;
  readonly message: Template | null;
  readonly logData: Template | null;
  /** 0 emergency to 7 debug. */
  readonly severity: number | null;
  readonly tags: readonly string[];
  readonly version: string | null;
  readonly revision: string | null;
  /** How many rules to step over when it matched. */
  readonly skip: number;
  /** Where to go on when it matched: a marker's name or a rule's id. */
  readonly skipAfter: string | null;
}

/** A named place that `skipAfter` jumps to. It stands in every phase. */
export interface Marker {
  readonly kind: 'marker';
  readonly name: string;
  readonly place: SourcePlace;
}

export interface RuleSet {
  readonly items: readonly (Rule | Marker)[];
  readonly settings: Settings;
  /** What the rules say they are, e.g. `OWASP_CRS/4.28.0`. */
  readonly signatures: readonly string[];
}

/** What a verdict or a log line says about a rule. */
export interface RuleRef {
  readonly id: string;
  readonly place: SourcePlace;
}

export const rulesOf = (set: RuleSet): readonly Rule[] => set.items.filter((item) => item.kind === 'rule');
