import * as z from 'zod/mini';
import { MemoryBuckets } from '../memory/buckets.ts';
import { MemoryCounters } from '../memory/counters.ts';
import { MemoryRecords } from '../memory/records.ts';
import { defineStore } from '../store.ts';

export default defineStore({
  name: 'memory',
  says: 'Keeps everything in this process; a restart begins anew. For tests, and for edges whose keys come from elsewhere.',
  options: () => z.strictObject({}),
  async open(_, { clock }) {
    const buckets = new MemoryBuckets(clock);
    const counters = new MemoryCounters(clock);
    const records = new MemoryRecords();
    return {
      buckets,
      counters,
      records,
      healthy: async () => true,
      close: async () => void (await Promise.all([buckets.close(), counters.close(), records.close()])),
    };
  },
});
