/** Something that time passes for. */
export interface Timed {
  tick(now: number): void;
}

/**
 * Lets time pass for all connections of a listener with one timer in the shell instead of several per connection: ten
 * thousand idle connections cost one walk over a set per turn of the sweep.
 */
export class Keeper {
  readonly #timed = new Set<Timed>();

  add(timed: Timed): void {
    this.#timed.add(timed);
  }

  remove(timed: object): void {
    this.#timed.delete(timed as Timed);
  }

  get size(): number {
    return this.#timed.size;
  }

  sweep(now: number): void {
    for (const timed of this.#timed) timed.tick(now);
  }

  [Symbol.iterator](): Iterator<Timed> {
    return this.#timed.values();
  }
}
