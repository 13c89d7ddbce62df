import type { Clock } from '../../base/clock.ts';
import type { BucketLimit, BucketStore, Taken } from '../../ports/buckets.ts';
import { MemoryBuckets } from '../memory/buckets.ts';
import type { Sql } from './database.ts';
import { writeBehind, type WriteBehind } from './write-behind.ts';

/** Buckets in memory, written behind to the file, read back at start. A full bucket that nobody touched for a day is let go. */
export class SqliteBuckets implements BucketStore {
  readonly #memory: MemoryBuckets;
  readonly #behind: WriteBehind;

  constructor(sql: Sql, clock: Clock, broken: (says: string) => void) {
    this.#memory = new MemoryBuckets(clock);
    sql.run('DELETE FROM buckets WHERE at < ?', clock.now() - 86_400_000);
    const rows = sql.all<{ key: string; tokens: number; at: number }>(
      'SELECT key, tokens, at FROM buckets ORDER BY at DESC LIMIT 100000',
    );
    // The newest last: what was put back first is let go first.
    for (const row of rows.reverse()) {
      this.#memory.restore(row.key, { tokens: row.tokens, at: row.at });
    }
    this.#behind = writeBehind(
      sql,
      (key) => {
        const bucket = this.#memory.get(key);
        if (!bucket) return;
        sql.run(
          'INSERT INTO buckets VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET tokens = excluded.tokens, at = excluded.at',
          key,
          bucket.tokens,
          bucket.at,
        );
      },
      broken,
    );
  }

  take(key: string, limit: BucketLimit): Taken {
    const taken = this.#memory.take(key, limit);
    this.#behind.touch(key);
    return taken;
  }

  async close(): Promise<void> {
    this.#behind.stop();
  }
}
