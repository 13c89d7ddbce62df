import type { Redis } from 'ioredis';
import type { PutWhen, RecordStore, Versioned } from '../../ports/records.ts';
import { redisFault } from './client.ts';
import { Script } from './script.ts';

/**
 * One hash per kind holds `version\nvalue` by id, one sorted set its ids in order. KEYS: hash, ids. ARGV: id, value,
 * condition ("new", "any" or a version). Returns the new version, or 0 when the condition did not hold.
 */
const put = new Script(`
local there = redis.call('HGET', KEYS[1], ARGV[1])
local version = there and string.match(there, '^%d+') or false
if ARGV[3] == 'new' then
  if there then return 0 end
elseif ARGV[3] ~= 'any' and ARGV[3] ~= version then
  return 0
end
local next = tostring(redis.call('HINCRBY', KEYS[2] .. ':v', ARGV[1], 1))
redis.call('HSET', KEYS[1], ARGV[1], next .. '\\n' .. ARGV[2])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return next`);

const remove = new Script(`
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])`);

/** Most records that one answer brings. */
const PAGE = 1000;

/** Records that many nodes share. What survives a crash of the server is what the server is set to keep. */
export class RedisRecords implements RecordStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async get<T>(kind: string, id: string): Promise<Versioned<T> | null> {
    try {
      const text = await this.#redis.hget(this.#hash(kind), id);
      return text === null ? null : parse<T>(id, text);
    } catch (thrown) {
      throw redisFault(thrown);
    }
  }

  async put<T>(kind: string, id: string, value: T, when: PutWhen): Promise<Versioned<T> | null> {
    const condition = typeof when === 'string' ? when : when.version;
    const version = await put.run(
      this.#redis,
      [this.#hash(kind), this.#ids(kind)],
      [id, JSON.stringify(value), condition],
    );
    return version === 0 ? null : { id, value, version: String(version) };
  }

  async remove(kind: string, id: string): Promise<boolean> {
    return (await remove.run(this.#redis, [this.#hash(kind), this.#ids(kind)], [id])) === 1;
  }

  async list<T>(
    kind: string,
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly Versioned<T>[]> {
    const { limit = Number.POSITIVE_INFINITY } = options;
    const found: Versioned<T>[] = [];
    let after = options.after ?? '';
    try {
      while (found.length < limit) {
        const want = Math.min(PAGE, limit - found.length);
        const ids = await this.#redis.zrangebylex(
          this.#ids(kind),
          after === '' ? '-' : `(${after}`,
          '+',
          'LIMIT',
          0,
          want,
        );
        if (ids.length === 0) break;
        const texts = await this.#redis.hmget(this.#hash(kind), ...ids);
        for (const [at, id] of ids.entries()) {
          const text = texts[at];
          if (typeof text === 'string') found.push(parse<T>(id, text));
        }
        after = ids.at(-1) as string;
        if (ids.length < want) break;
      }
    } catch (thrown) {
      throw redisFault(thrown);
    }
    return found;
  }

  #hash(kind: string): string {
    return `${this.#prefix}r:${kind}`;
  }

  #ids(kind: string): string {
    return `${this.#prefix}i:${kind}`;
  }

  async close(): Promise<void> {}
}

function parse<T>(id: string, text: string): Versioned<T> {
  const mark = text.indexOf('\n');
  return { id, version: text.slice(0, mark), value: JSON.parse(text.slice(mark + 1)) as T };
}
