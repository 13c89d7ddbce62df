import type { KnownPatterns } from './regex/pattern.ts';

/**
 * An operator is a page in `operators/`: name, sentence, examples, compiler. `compile` runs once at load and may refuse
 * an argument by throwing `RuleError`; what it returns runs for each value and never throws.
 */
export interface OperatorExample {
  readonly argument: string;
  readonly value: string;
  readonly matches: boolean;
  /** What `find` must capture, group 0 first; only for operators that capture. */
  readonly captures?: readonly string[];
}

/** Where an operator hit, and what it wants remembered as `TX:0` to `TX:9` when the rule says `capture`. */
export interface Found {
  /** Offset into the value that was tested, in bytes. */
  readonly offset: number;
  readonly length: number;
  readonly groups: readonly string[];
  /** Why, where the operator can say more than that it matched (a grammar's verdict, the phrase, the CIDR block). */
  readonly says?: string;
}

/** What is in every value that a matcher hits: lets the engine pass over the values that cannot hit. */
export interface Needs {
  /** One of these texts, in any case of ASCII letters. */
  readonly texts?: readonly string[];
  /** One of these characters. */
  readonly chars?: string;
}

export interface Matcher {
  readonly needs?: Needs;
  /** Is it a hit? The hot path: allocates nothing. */
  test(value: string): boolean;
  /** The same question with the evidence; called only after `test` said yes. */
  find(value: string): Found | null;
}

/** What an operator may ask of its surroundings at load. */
export interface OperatorContext {
  /** Reads a file named by a rule (`@pmFromFile`), relative to the rule's own file. Throws `RuleError` if it cannot. */
  readFile(path: string): string;
  /** Left out for arguments that macros make. */
  readonly patterns?: KnownPatterns;
}

export interface OperatorDefinition {
  /** As rules spell it, without `@`, e.g. `beginsWith`. Looked up without regard to case. */
  readonly name: string;
  readonly says: string;
  /** At least a hit and a miss. */
  readonly examples: readonly [OperatorExample, OperatorExample, ...OperatorExample[]];
  compile(argument: string, context: OperatorContext): Matcher;
}

export function defineOperator(definition: OperatorDefinition): OperatorDefinition {
  return definition;
}
