import { isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
import { byDefault } from '../../config/params.ts';
import { SqliteBuckets } from '../sqlite/buckets.ts';
import { SqliteCounters } from '../sqlite/counters.ts';
import { openDatabase } from '../sqlite/database.ts';
import { SqliteRecords } from '../sqlite/records.ts';
import { defineStore } from '../store.ts';

export default defineStore({
  name: 'sqlite',
  says: 'Keeps keys, buckets and counters in one file. Keys are on the disk when they are acknowledged; of buckets and counters a killed process loses at most the last 100 ms.',
  options: () =>
    z.strictObject({ path: byDefault(z.string(), '.sallyport/state.db', 'The file, relative to the document.') }),
  async open({ path }, { clock, folder, warn }) {
    const file = isAbsolute(path) ? path : join(folder, path);
    const sql = await openDatabase(file);
    // Counting goes through a connection that does not wait for the disk: it would hold up every request ten times a second.
    const counting = await openDatabase(file, 'process');
    const buckets = new SqliteBuckets(counting, clock, warn);
    const counters = new SqliteCounters(counting, clock, warn);
    return {
      buckets,
      counters,
      records: new SqliteRecords(sql),
      async healthy() {
        try {
          return sql.get('SELECT 1') !== undefined;
        } catch {
          return false;
        }
      },
      async close() {
        await Promise.all([buckets.close(), counters.close()]);
        counting.close();
        sql.close();
      },
    };
  },
});
