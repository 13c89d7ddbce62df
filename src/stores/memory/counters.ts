import type { Clock } from '../../base/clock.ts';
import type { CounterStore } from '../../ports/counters.ts';

/** Counters in this process; a period's counter is forgotten when it has expired. */
export class MemoryCounters implements CounterStore {
  readonly #clock: Clock;
  readonly #counters = new Map<string, { sum: number; readonly expiresAt: number }>();
  #swept = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(key: string, by: number, period: string, expiresAt: number): number {
    const now = this.#clock.now();
    if (now - this.#swept > 60_000) this.#sweep(now);
    const id = `${key} ${period}`;
    let counter = this.#counters.get(id);
    if (!counter) this.#counters.set(id, (counter = { sum: 0, expiresAt }));
    counter.sum += by;
    return counter.sum;
  }

  read(key: string, period: string): number {
    return this.#counters.get(`${key} ${period}`)?.sum ?? 0;
  }

  reset(key: string, period: string, to: number): void {
    const counter = this.#counters.get(`${key} ${period}`);
    if (counter) counter.sum = to;
  }

  #sweep(now: number): void {
    this.#swept = now;
    for (const [id, counter] of this.#counters) if (counter.expiresAt <= now) this.#counters.delete(id);
  }

  async close(): Promise<void> {
    this.#counters.clear();
  }
}
