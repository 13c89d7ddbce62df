import { messageOf } from '../../base/fault.ts';
import type { Sql } from './database.ts';

/** Milliseconds between two writes: at most this much counting is lost when the process is killed. */
export const FLUSH_MS = 100;

export interface WriteBehind {
  /** This key's value has changed and is to be written with the next batch. */
  touch(key: string): void;
  flush(): void;
  stop(): void;
}

/**
 * Counts are summed in memory and written in batches, one transaction each, because an fsync per request would be the
 * price of the whole rest of the request many times over. A batch that fails is kept and tried with the next.
 */
export function writeBehind(sql: Sql, write: (key: string) => void, broken: (says: string) => void): WriteBehind {
  const dirty = new Set<string>();
  const flush = (): void => {
    if (dirty.size === 0) return;
    try {
      sql.transaction(() => {
        for (const key of dirty) write(key);
      });
      dirty.clear();
    } catch (thrown) {
      broken(messageOf(thrown));
    }
  };
  const timer = setInterval(flush, FLUSH_MS);
  timer.unref();
  return {
    touch: (key) => void dirty.add(key),
    flush,
    stop() {
      clearInterval(timer);
      flush();
    },
  };
}
