import { ruleTest, type RuleSelector } from './exclusions.ts';
import type { CompiledRule } from './program.ts';

/** Which rules each selector of a program means: one byte per rule, worked out when it is first asked. */
export class Masks {
  private readonly rules: readonly CompiledRule[];
  private readonly masks = new Map<RuleSelector, Uint8Array>();
  /** Numbers of rules that were worked out before, by `maskKey`. */
  private readonly known: ReadonlyMap<string, readonly number[]>;

  constructor(rules: readonly CompiledRule[], known: ReadonlyMap<string, readonly number[]> = new Map()) {
    this.rules = rules;
    this.known = known;
  }

  of(selector: RuleSelector): Uint8Array {
    let mask = this.masks.get(selector);
    if (mask === undefined) this.masks.set(selector, (mask = this.make(selector)));
    return mask;
  }

  private make(selector: RuleSelector): Uint8Array {
    const known = this.known.get(maskKey(selector));
    if (known === undefined) {
      const test = ruleTest(selector);
      return Uint8Array.from(this.rules, ({ rule }) => (test(rule) ? 1 : 0));
    }
    const mask = new Uint8Array(this.rules.length);
    for (const index of known) mask[index] = 1;
    return mask;
  }
}

/** Selectors of one key mean the same rules. */
export const maskKey = (selector: RuleSelector): string => JSON.stringify(selector);
