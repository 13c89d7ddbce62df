import type { Clock } from '../base/clock.ts';

/** Values kept for a time, the one used longest ago let go first; both bounds hold, so nobody can fill the memory. */
export class Kept<T> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #values = new Map<string, { readonly value: T; readonly until: number }>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  get(key: string): T | undefined {
    const found = this.#values.get(key);
    if (!found) return undefined;
    this.#values.delete(key);
    if (found.until <= this.#clock.now()) return undefined;
    this.#values.set(key, found);
    return found.value;
  }

  /** `until` in milliseconds since 1970. */
  set(key: string, value: T, until: number): void {
    this.#values.delete(key);
    if (this.#values.size >= this.#most) this.#values.delete(this.#values.keys().next().value as string);
    this.#values.set(key, { value, until });
  }

  clear(): void {
    this.#values.clear();
  }

  get size(): number {
    return this.#values.size;
  }
}
