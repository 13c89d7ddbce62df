import type { SourcePlace } from '../../rule-error.ts';
import type { Draft } from './draft.ts';

export interface DirectiveExample {
  readonly text: string;
  /** The words make no sense and must not be taken. */
  readonly refused?: true;
}

/** A directive is a page in `directives/`. */
export interface DirectiveDefinition {
  readonly name: string;
  readonly says: string;
  /** Fewest and most words after the name. */
  readonly words: readonly [least: number, most: number];
  readonly examples: readonly [DirectiveExample, ...DirectiveExample[]];
  /** Writes what it means into the draft; throws `RuleError`. */
  read(words: readonly string[], draft: Draft, place: SourcePlace): void;
}

export function defineDirective(definition: DirectiveDefinition): DirectiveDefinition {
  return definition;
}
