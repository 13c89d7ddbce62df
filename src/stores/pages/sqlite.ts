import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { SqliteBuckets } from '../sqlite/buckets.ts';
import { SqliteCounters } from '../sqlite/counters.ts';
import { openDatabase } from '../sqlite/database.ts';
import { SqliteRecords } from '../sqlite/records.ts';
import { defineStore } from '../store.ts';

export default defineStore({
  name: 'sqlite',
  says: 'Keeps keys, buckets and counters in one file. Keys are on the disk when they are acknowledged; buckets and counters at most 100 ms later.',
  options: z.strictObject({
    path: z.string().default('.sallyport/state.db').meta({ description: 'The file, relative to the document.' }),
  }),
  async open({ path }, { clock, folder, warn }) {
    const sql = await openDatabase(isAbsolute(path) || path === ':memory:' ? path : join(folder, path));
    const buckets = new SqliteBuckets(sql, clock, warn);
    const counters = new SqliteCounters(sql, clock, warn);
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
        sql.close();
      },
    };
  },
});
