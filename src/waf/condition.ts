import type { Clock } from '../base/clock.ts';
import type { Template } from './macro.ts';
import type { HeldRequest, TargetParts, WafViewer } from './request.ts';
import type { SourcePlace } from './rule-error.ts';

/** Which values of a field are meant. */
export type Selector =
  | { readonly kind: 'all' }
  /** By name, without regard to case; kept in lower case. */
  | { readonly kind: 'key'; readonly key: string }
  /** By a pattern found anywhere in the name, without regard to case. */
  | { readonly kind: 'pattern'; readonly source: string };

/** What a condition reads: `ARGS`, `REQUEST_HEADERS:Host`, `&TX:/^header_/`. */
export interface Target {
  /** In upper case, as the field's page has it. */
  readonly field: string;
  readonly selector: Selector;
  /** Reads how many there are instead of what they are. */
  readonly count: boolean;
}

/** What a condition does not read although a target names it: `!REQUEST_COOKIES:/^_ga/`. */
export interface Exclusion {
  readonly field: string;
  readonly selector: Selector;
}

/** One comparison: every value of every target, transformed step by step, against one operator. */
export interface MatchCondition {
  readonly kind: 'match';
  readonly place: SourcePlace;
  readonly targets: readonly Target[];
  readonly exclusions: readonly Exclusion[];
  /** Names of transformation pages, in order. */
  readonly transforms: readonly string[];
  /** Compares after each step that changed something, and before the first, instead of at the end only. */
  readonly multiMatch: boolean;
  readonly operator: string;
  readonly argument: Template;
  readonly negated: boolean;
}

/** What a statement may look at; a transaction fits. */
export interface Sight {
  readonly request: HeldRequest;
  readonly target: TargetParts;
  readonly viewer: WafViewer;
  readonly bodyText: string;
  readonly bodyLength: number;
  readonly bodyTooLong: boolean;
  readonly labels: ReadonlySet<string>;
  readonly clock: Clock;
  /** The same object for every request of one engine: what a statement counts over requests hangs on it. */
  readonly lookup: object;
}

/** A comparison of another language that fields, operators and transformations of ours do not express to the letter. */
export interface StatementCondition {
  readonly kind: 'statement';
  readonly place: SourcePlace;
  /** The form that it was written in, e.g. `webacl`. */
  readonly form: string;
  /** As written; who only walks the tree reads this. */
  readonly said: unknown;
  /** Needs the body to be answered. */
  readonly body: boolean;
  /** Never throws. */
  holds(sight: Sight): boolean;
}

/** One condition tree for every form of rule. SecLang writes `always` and `match` only; chains are links, not `and`. */
export type Condition =
  | { readonly kind: 'always' }
  | MatchCondition
  | StatementCondition
  | { readonly kind: 'and'; readonly of: readonly Condition[] }
  | { readonly kind: 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  /** An earlier rule left this label; with `namespace`, any label that begins with it. */
  | { readonly kind: 'label'; readonly label: string; readonly namespace: boolean };

/** Every comparison in the tree, in the order in which it is read. */
export function* matchesIn(condition: Condition): Generator<MatchCondition> {
  if (condition.kind === 'match') yield condition;
  else if (condition.kind === 'not') yield* matchesIn(condition.of);
  else if (condition.kind === 'and' || condition.kind === 'or') for (const part of condition.of) yield* matchesIn(part);
}

/** The target as rules spell it. */
export function spell(target: Target | Exclusion): string {
  const { selector } = target;
  const tail = selector.kind === 'all' ? '' : selector.kind === 'key' ? `:${selector.key}` : `:/${selector.source}/`;
  return `${'count' in target && target.count ? '&' : ''}${target.field}${tail}`;
}
