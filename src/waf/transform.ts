/**
 * A transformation is a page in `transforms/`: name, sentence, examples, function.
 *
 * Values inside the engine are *byte strings*: JavaScript strings in which every character is one byte (latin1,
 * U+0000 to U+00FF). That is what the rules mean, and it is what V8 matches fastest.
 */
export interface TransformExample {
  readonly input: string;
  readonly output: string;
}

export interface TransformDefinition {
  /** As rules spell it, without `t:`, e.g. `urlDecodeUni`. Looked up without regard to case. */
  readonly name: string;
  readonly says: string;
  /** At least one value that changes and one that does not. */
  readonly examples: readonly [TransformExample, TransformExample, ...TransformExample[]];
  /**
   * Characters of which at least one must be in the value for `apply` to change anything. The compiler never calls a
   * transformation whose triggers are absent. Leave out when no such set exists (e.g. `length`, `sha1`).
   */
  readonly triggers?: string;
  /** Characters without which `apply` does no more than to lower the case of ASCII letters. */
  readonly lowersBut?: string;
  /** Byte string in, byte string out. Returns the very same string when nothing changes. Never throws. */
  apply(value: string): string;
}

export function defineTransform(definition: TransformDefinition): TransformDefinition {
  return definition;
}
