import type { Exclusion } from './condition.ts';
import { written } from './macro.ts';
import type { Rule } from './rule.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';
import { looseTest } from './selector.ts';

/** Which rules are meant: by number or range, by a tag, or by the message. Plain data, so that it can be kept. */
export type RuleSelector =
  | { readonly by: 'id'; readonly ranges: readonly (readonly [from: number, to: number])[] }
  | { readonly by: 'tag' | 'message'; readonly source: string };

/** `942100`, `942000-942999`, or several with blanks or commas between them. */
export function idSelector(text: string, place?: SourcePlace): RuleSelector {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const ranges = words.map((word) => {
    const found = /^"?(\d+)(?:-(\d+))?"?$/.exec(word);
    const from = Number(found?.[1]);
    const to = Number(found?.[2] ?? found?.[1]);
    if (!found || to < from) {
      throw new RuleError(`\`${word}\` is no rule id and no range of ids`, {
        ...(place && { place }),
        hint: 'write 942100 or 942100-942199',
      });
    }
    return [from, to] as const;
  });
  if (ranges.length === 0) throw new RuleError('no rule id is given', { ...(place && { place }) });
  return { by: 'id', ranges };
}

/** A test for rules; the pattern of a tag or message is compiled once, here. */
export function ruleTest(selector: RuleSelector, place?: SourcePlace): (rule: Rule) => boolean {
  if (selector.by === 'id') {
    return (rule) => {
      const id = Number(rule.id);
      return selector.ranges.some(([from, to]) => id >= from && id <= to);
    };
  }
  const test = looseTest(selector.source, place);
  if (selector.by === 'message') return (rule) => rule.message !== null && test(written(rule.message));
  return (rule) => rule.tags.some((tag) => test(tag));
}

export interface TargetRemoval {
  /** One byte per rule, 1 where it is meant. */
  readonly mask: Uint8Array;
  readonly exclusion: Exclusion;
}

/** What one request's rules have switched off, by the number of the rule in its program. */
export class Removals {
  #rules: Uint8Array | null = null;
  /** `#rules` belongs to somebody who lent it, and is copied before anything is written to it. */
  #lent = false;
  #targets: TargetRemoval[] | null = null;
  /** A rule that only prepares others was switched off before the first one ran: nothing that follows from it holds. */
  steered = false;

  /** What an overlay leaves out, before the first rule runs. The mask is not copied and never written to. */
  start(mask: Uint8Array | null, targets: readonly TargetRemoval[], steers: boolean): void {
    if (mask !== null) this.remove(mask);
    for (const target of targets) (this.#targets ??= []).push(target);
    this.steered ||= steers;
  }

  /** The same for another request. */
  copy(): Removals {
    const copy = new Removals();
    copy.#rules = this.#rules;
    copy.#lent = this.#rules !== null;
    copy.#targets = this.#targets === null ? null : [...this.#targets];
    copy.steered = this.steered;
    return copy;
  }

  /** The mask is not copied and never written to. */
  remove(mask: Uint8Array): void {
    if (this.#rules === null) {
      this.#rules = mask;
      this.#lent = true;
      return;
    }
    if (this.#lent) this.#rules = Uint8Array.from(this.#rules ?? []);
    this.#lent = false;
    for (let at = 0; at < mask.length; at++) if (mask[at] === 1) this.#rules[at] = 1;
  }

  removeTarget(mask: Uint8Array, exclusion: Exclusion): void {
    (this.#targets ??= []).push({ mask, exclusion });
  }

  has(rule: number): boolean {
    return this.#rules !== null && this.#rules[rule] === 1;
  }

  /** Everything that has been left out of single rules so far, in order. */
  get all(): readonly TargetRemoval[] {
    return this.#targets ?? noRemovals;
  }

  targets(rule: number): readonly Exclusion[] {
    if (this.#targets === null) return none;
    return this.#targets.filter(({ mask }) => mask[rule] === 1).map(({ exclusion }) => exclusion);
  }
}

const none: readonly Exclusion[] = [];
const noRemovals: readonly TargetRemoval[] = [];
