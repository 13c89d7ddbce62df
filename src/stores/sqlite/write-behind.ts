import { messageOf } from '../../base/fault.ts';
import type { Sql } from './database.ts';

/** Milliseconds between two writes: at most this much counting is lost when the process is killed. */
export const FLUSH_MS = 100;

/** Most keys that wait while the file cannot be written: a full disk must not fill the memory too. */
const MOST_WAITING = 100_000;

export interface WriteBehind {
  /** This key's value has changed and is to be written with the next batch. */
  touch(key: string): void;
  flush(): void;
  stop(): void;
}

/**
 * Counts are summed in memory and written in batches, one transaction each, because an fsync per request would be the
 * price of the whole rest of the request many times over. `written` hears of each key once its batch is in the file. A batch that fails is kept and tried with the next; it is told
 * once, and once more when the file takes writes again.
 */
export function writeBehind(
  sql: Sql,
  write: (key: string) => void,
  broken: (says: string) => void,
  written: (key: string) => void = () => {},
): WriteBehind {
  const dirty = new Set<string>();
  let failing = false;
  const flush = (): void => {
    if (dirty.size === 0) return;
    try {
      sql.transaction(() => {
        for (const key of dirty) write(key);
      });
      for (const key of dirty) written(key);
      dirty.clear();
      if (failing) broken('the file takes counts again');
      failing = false;
    } catch (thrown) {
      if (!failing) broken(`counts are kept in memory alone, the file does not take them: ${messageOf(thrown)}`);
      failing = true;
      if (dirty.size > MOST_WAITING) dirty.clear();
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
