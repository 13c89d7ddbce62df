import type { Condition, MatchCondition } from './condition.ts';
import type { EffectAction } from './action.ts';
import type { FieldDefinition } from './field.ts';
import type { Matcher, OperatorDefinition } from './operator.ts';
import type { Phase, Rule, RuleSet } from './rule.ts';
import type { Lookup, Transaction } from './transaction.ts';
import type { TransformDefinition } from './transform.ts';

/** A step in the tree of transformation chains: equal beginnings are one node, so their results are made once. */
export interface ChainNode {
  /** Its number in the program, 0 for the root, which changes nothing. */
  readonly id: number;
  readonly transform: TransformDefinition | null;
  readonly previous: ChainNode | null;
  /** From the root to here, without the root. */
  readonly path: readonly ChainNode[];
}

/** A target with its field found and its selector compiled. */
export interface CompiledTarget {
  readonly field: FieldDefinition;
  /** Null when every name is meant. */
  readonly test: ((key: string) => boolean) | null;
  /** The one name that is meant, in lower case, where it is one. */
  readonly key: string | null;
  readonly count: boolean;
  readonly spelled: string;
}

export interface CompiledExclusion {
  readonly field: FieldDefinition;
  readonly test: ((key: string) => boolean) | null;
}

export interface CompiledMatch {
  readonly kind: 'match';
  readonly source: MatchCondition;
  readonly targets: readonly CompiledTarget[];
  readonly exclusions: readonly CompiledExclusion[];
  readonly chain: ChainNode;
  readonly operator: OperatorDefinition;
  /** Null when the argument holds macros. */
  readonly constant: Matcher | null;
  /** The matcher for this moment: the constant one, or one for the argument as the macros fill it in. */
  matcher(transaction: Transaction): Matcher;
}

export type CompiledCondition =
  | CompiledMatch
  | { readonly kind: 'always' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly CompiledCondition[] }
  | { readonly kind: 'not'; readonly of: CompiledCondition }
  | (Condition & { readonly kind: 'label' | 'statement' });

export interface CompiledEffect {
  readonly action: EffectAction;
  readonly data: unknown;
}

export interface CompiledLink {
  /** 0 for the first. */
  readonly at: number;
  readonly last: boolean;
  readonly capture: boolean;
  readonly condition: CompiledCondition;
  readonly effects: readonly CompiledEffect[];
}

export interface CompiledRule {
  /** Its number in the program, over all phases. */
  readonly index: number;
  readonly rule: Rule;
  readonly links: readonly CompiledLink[];
  /** Where its phase goes on when it matched: an index into the phase's list. */
  readonly next: number;
}

/** A rule set ready to run. Built once; nothing in it changes while requests run. */
export interface Program extends Lookup {
  readonly set: RuleSet;
  readonly rules: readonly CompiledRule[];
  readonly phases: Readonly<Record<Phase, readonly CompiledRule[]>>;
  /** A test for names that a selector's pattern means; one for each pattern. */
  named(pattern: string): (name: string) => boolean;
  /** The transformation as this program runs it; one object for each name. */
  transform(name: string): TransformDefinition;
}
