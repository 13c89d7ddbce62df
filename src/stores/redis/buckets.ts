import type { Redis } from 'ioredis';
import type { BucketLimit, BucketStore, Taken } from '../../ports/buckets.ts';
import { Script } from './script.ts';

/**
 * The same arithmetic as in memory, by the server's own clock, so that many nodes share one bucket. A bucket that would
 * be full again is forgotten. ARGV: rate, burst, now in ms or "" for the server's time.
 */
const take = new Script(`
local rate = tonumber(ARGV[1])
local burst = tonumber(ARGV[2])
local now
if ARGV[3] == '' then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
else
  now = tonumber(ARGV[3])
end
local there = redis.call('HMGET', KEYS[1], 't', 'a')
local tokens = burst
if there[1] then
  local passed = now - tonumber(there[2])
  if passed < 0 then passed = 0 end
  tokens = math.min(burst, tonumber(there[1]) + passed * rate / 1000)
end
local allowed = 0
local wait = 0
if tokens >= 1 then
  allowed = 1
  tokens = tokens - 1
elseif rate > 0 then
  wait = (1 - tokens) * 1000 / rate
else
  wait = -1
end
redis.call('HSET', KEYS[1], 't', string.format('%.17g', tokens), 'a', string.format('%.17g', now))
local full = 86400000
if rate > 0 then full = math.min(full, math.ceil((burst - tokens) * 1000 / rate) + 1000) end
redis.call('PEXPIRE', KEYS[1], full)
return { allowed, math.floor(tokens), string.format('%.17g', wait) }`);

export class RedisBuckets implements BucketStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #now: (() => number) | null;

  /** `now` for tests: milliseconds since 1970; null takes the server's time. */
  constructor(redis: Redis, prefix: string, now: (() => number) | null = null) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#now = now;
  }

  async take(key: string, limit: BucketLimit): Promise<Taken> {
    const answer = (await take.run(
      this.#redis,
      [`${this.#prefix}b:${key}`],
      [limit.rate, limit.burst, this.#now ? this.#now() : ''],
    )) as [number, number, string];
    const wait = Number(answer[2]);
    return { allowed: answer[0] === 1, remaining: answer[1], retryAfterMs: wait < 0 ? Number.POSITIVE_INFINITY : wait };
  }

  async close(): Promise<void> {}
}
