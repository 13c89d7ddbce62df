import type { FieldValue } from '../field.ts';
import { phases, type Phase } from '../rule.ts';

/** How many rules each phase has. */
export type Sizes = Readonly<Record<Phase, number>>;

/** What was found out about one request so far. */
export class Hits {
  /** Rules by their numbers in the screen. */
  readonly rules: Uint32Array;
  /** The same by phase and by place in the phase. */
  readonly places: Readonly<Record<Phase, Uint32Array>>;

  readonly #sizes: Sizes;

  /** Values that hit, by the rule's number in the screen. */
  readonly values = new Map<number, FieldValue[]>();

  /** Takes over what was found out elsewhere. */
  add(other: Hits): void {
    for (let word = 0; word < this.rules.length; word++) this.rules[word]! |= other.rules[word]!;
    for (const [bit, values] of other.values) this.values.set(bit, [...(this.values.get(bit) ?? []), ...values]);
    const places = this.places[2];
    for (let word = 0; word < places.length; word++) places[word]! |= other.places[2][word]!;
  }

  /** The same for another request. */
  copy(): Hits {
    const copy = new Hits(this.rules.length, this.#sizes);
    copy.rules.set(this.rules);
    for (const phase of phases) copy.places[phase].set(this.places[phase]);
    for (const [bit, values] of this.values) copy.values.set(bit, [...values]);
    return copy;
  }

  /** What `other` says of rules, and nothing else; which values hit is left open. */
  begin(other: Hits): void {
    this.rules.set(other.rules);
    for (const phase of phases) this.places[phase].set(other.places[phase]);
    this.values.clear();
  }

  constructor(words: number, sizes: Sizes) {
    this.#sizes = sizes;
    this.rules = new Uint32Array(words);
    const places = (phase: Phase): Uint32Array => new Uint32Array((sizes[phase] + 31) >>> 5);
    this.places = { 1: places(1), 2: places(2), 3: places(3), 4: places(4), 5: places(5) };
  }
}
