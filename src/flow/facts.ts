/**
 * Typed slots by which a stage tells later stages something. A room that only talks to itself declares its slots beside
 * its stages; a slot that two rooms share stands in `shared-facts.ts`.
 */
export interface Slot<T> {
  readonly name: string;
  readonly index: number;
  /** Never present; carries the type. */
  readonly type?: T;
}

let slots = 0;

export function defineSlot<T>(name: string): Slot<T> {
  return { name, index: slots++ };
}

export class Facts {
  readonly #values: unknown[] = [];

  get<T>(slot: Slot<T>): T | undefined {
    return this.#values[slot.index] as T | undefined;
  }

  set<T>(slot: Slot<T>, value: T): void {
    this.#values[slot.index] = value;
  }

  /** The same values in slots of their own: for work that outlives the exchange. */
  copy(): Facts {
    const copy = new Facts();
    copy.#values.push(...this.#values);
    return copy;
  }
}
