import * as z from 'zod/mini';
import { byDefault, durationText } from '../../config/params.ts';
import { ms } from '../../config/words.ts';
import { RedisBuckets } from '../redis/buckets.ts';
import { durabilityProblem, openRedis } from '../redis/client.ts';
import { RedisCounters } from '../redis/counters.ts';
import { RedisRecords } from '../redis/records.ts';
import { defineStore } from '../store.ts';

export default defineStore({
  name: 'redis',
  says: 'Keeps keys, buckets and counters in Redis (6 or later) or Valkey, for many nodes: one bucket and one quota for all of them.',
  options: () =>
    z.strictObject({
      url: byDefault(
        z.string().check(z.regex(/^rediss?:\/\//, { error: 'wanted "redis://host:port" or "rediss://…"' })),
        'redis://127.0.0.1:6379',
        'The server.',
      ),
      prefix: byDefault(z.string(), 'sallyport:', 'Before every key, so that several edges can share a server.'),
      timeout: byDefault(
        durationText(),
        '200ms',
        'Until a command that was sent counts as failed; the document says what happens then (`metering`, `keys.onFault`).',
      ),
    }),
  async open({ url, prefix, timeout }, context) {
    const warn = (says: string): void => context.warn(says);
    const redis = await openRedis({ url, timeoutMs: ms(timeout) }, warn);
    const problem = await durabilityProblem(redis);
    if (problem) warn(`about the store: ${problem}`);
    return {
      buckets: new RedisBuckets(redis, prefix),
      counters: new RedisCounters(redis, prefix),
      records: new RedisRecords(redis, prefix),
      healthy: () =>
        redis.ping().then(
          () => true,
          () => false,
        ),
      close: async () => redis.disconnect(),
    };
  },
});
