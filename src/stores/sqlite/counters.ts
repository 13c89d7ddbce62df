import type { Clock } from '../../base/clock.ts';
import type { CounterStore } from '../../ports/counters.ts';
import type { Sql } from './database.ts';
import { writeBehind, type WriteBehind } from './write-behind.ts';

interface Counter {
  readonly key: string;
  readonly period: string;
  readonly expiresAt: number;
  /** As the file had it when it was last asked. */
  base: number;
  /** Counted since, and not in the file yet. */
  pending: number;
  /** What the file says with the batch that is being written. */
  next: number;
}

const SEPARATOR = '\u001f';

/**
 * Counters in memory, written behind to the file as what came on top, so that what other processes count or set there at
 * the same time is kept. What they did is seen with the next batch.
 */
export class SqliteCounters implements CounterStore {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #counters = new Map<string, Counter>();
  readonly #behind: WriteBehind;

  constructor(sql: Sql, clock: Clock, broken: (says: string) => void) {
    this.#sql = sql;
    this.#clock = clock;
    sql.run('DELETE FROM counters WHERE expires_at < ?', clock.now());
    this.#behind = writeBehind(
      sql,
      (id) => this.#write(id),
      broken,
      (id) => this.#written(id),
    );
  }

  add(key: string, by: number, period: string, expiresAt: number): number {
    const id = key + SEPARATOR + period;
    let counter = this.#counters.get(id);
    if (!counter) {
      if (this.#counters.size > 100_000) this.#forget();
      const base = this.#stored(key, period);
      counter = { key, period, expiresAt, base, pending: 0, next: base };
      this.#counters.set(id, counter);
    }
    counter.pending += by;
    this.#behind.touch(id);
    return counter.base + counter.pending;
  }

  read(key: string, period: string): number {
    return this.#stored(key, period) + (this.#counters.get(key + SEPARATOR + period)?.pending ?? 0);
  }

  reset(key: string, period: string, to: number): void {
    const id = key + SEPARATOR + period;
    const counter = this.#counters.get(id);
    if (counter) {
      this.#behind.flush();
      counter.base = to;
      counter.pending = 0;
    }
    this.#sql.run('UPDATE counters SET sum = ? WHERE key = ? AND period = ?', to, key, period);
  }

  #stored(key: string, period: string): number {
    return (
      this.#sql.get<{ sum: number }>('SELECT sum FROM counters WHERE key = ? AND period = ?', key, period)?.sum ?? 0
    );
  }

  #write(id: string): void {
    const counter = this.#counters.get(id);
    if (!counter) return;
    const row = this.#sql.get<{ sum: number }>(
      'INSERT INTO counters VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET sum = sum + excluded.sum RETURNING sum',
      counter.key,
      counter.period,
      counter.pending,
      counter.expiresAt,
    );
    counter.next = row?.sum ?? counter.base + counter.pending;
  }

  #written(id: string): void {
    const counter = this.#counters.get(id);
    if (!counter) return;
    counter.base = counter.next;
    counter.pending = 0;
  }

  #forget(): void {
    this.#behind.flush();
    const now = this.#clock.now();
    for (const [id, counter] of this.#counters) if (counter.expiresAt <= now) this.#counters.delete(id);
    if (this.#counters.size > 100_000) this.#counters.clear();
  }

  async close(): Promise<void> {
    this.#behind.stop();
  }
}
