import type { Redis } from 'ioredis';
import type { CounterStore } from '../../ports/counters.ts';
import { redisFault } from './client.ts';
import { Script } from './script.ts';

/** Adds, and lets a new counter be forgotten when its period is over. ARGV: amount, expiry in ms since 1970. */
const add = new Script(`
local sum = redis.call('INCRBYFLOAT', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIREAT', KEYS[1], ARGV[2]) end
return sum`);

/** Counters that many nodes share: one round trip, and the sum that comes back is everybody's. */
export class RedisCounters implements CounterStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async add(key: string, by: number, period: string, expiresAt: number): Promise<number> {
    return Number(await add.run(this.#redis, [this.#name(key, period)], [by, Math.ceil(expiresAt)]));
  }

  async read(key: string, period: string): Promise<number> {
    try {
      return Number((await this.#redis.get(this.#name(key, period))) ?? 0);
    } catch (thrown) {
      throw redisFault(thrown);
    }
  }

  async reset(key: string, period: string, to: number): Promise<void> {
    try {
      await this.#redis.call('SET', this.#name(key, period), String(to), 'XX', 'KEEPTTL');
    } catch (thrown) {
      throw redisFault(thrown);
    }
  }

  #name(key: string, period: string): string {
    return `${this.#prefix}c:${key} ${period}`;
  }

  async close(): Promise<void> {}
}
