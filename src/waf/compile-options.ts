import type { KnownPatterns } from './regex/pattern.ts';
import type { RuleError } from './rule-error.ts';

export interface CompileOptions {
  /** Reads a file that an operator names; the path is already relative to where the engine runs. */
  readonly readFile?: (path: string) => string | null;
  /** Variables in `TX` whose sum is the anomaly score. */
  readonly scores?: readonly string[];
  /** These rules were compiled before without an error: arguments are read when they are first needed. */
  readonly checked?: boolean;
  /** For patterns that stand in these rules. */
  readonly patterns?: KnownPatterns;
  /** Takes an error instead of throwing it; the rule it is about is left out. */
  readonly onError?: (error: RuleError) => void;
}
