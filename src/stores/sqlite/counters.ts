import type { Clock } from '../../base/clock.ts';
import type { CounterStore } from '../../ports/counters.ts';
import type { Sql } from './database.ts';
import { writeBehind, type WriteBehind } from './write-behind.ts';

interface Counter {
  readonly key: string;
  readonly period: string;
  readonly expiresAt: number;
  sum: number;
}

const SEPARATOR = '\u001f';

/** Counters in memory, written behind to the file, read from it when first asked for. */
export class SqliteCounters implements CounterStore {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #counters = new Map<string, Counter>();
  readonly #behind: WriteBehind;

  constructor(sql: Sql, clock: Clock, broken: (says: string) => void) {
    this.#sql = sql;
    this.#clock = clock;
    sql.run('DELETE FROM counters WHERE expires_at < ?', clock.now());
    this.#behind = writeBehind(sql, (id) => this.#write(id), broken);
  }

  add(key: string, by: number, period: string, expiresAt: number): number {
    const id = key + SEPARATOR + period;
    let counter = this.#counters.get(id);
    if (!counter) {
      if (this.#counters.size > 100_000) this.#forget();
      counter = { key, period, expiresAt, sum: this.#stored(key, period) };
      this.#counters.set(id, counter);
    }
    counter.sum += by;
    this.#behind.touch(id);
    return counter.sum;
  }

  read(key: string, period: string): number {
    return this.#counters.get(key + SEPARATOR + period)?.sum ?? this.#stored(key, period);
  }

  reset(key: string, period: string, to: number): void {
    const id = key + SEPARATOR + period;
    const counter = this.#counters.get(id);
    if (counter) counter.sum = to;
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
    this.#sql.run(
      'INSERT INTO counters VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET sum = excluded.sum',
      counter.key,
      counter.period,
      counter.sum,
      counter.expiresAt,
    );
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
