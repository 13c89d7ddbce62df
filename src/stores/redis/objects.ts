import type { Redis } from 'ioredis';
import type { Clock } from '../../base/clock.ts';
import { Fault, messageOf } from '../../base/fault.ts';
import { newId } from '../../base/id.ts';
import type { Body } from '../../http/body.ts';
import {
  isMeant,
  type ObjectMeta,
  type ObjectStore,
  type ObjectWriter,
  type Purge,
  type StoredObject,
} from '../../ports/objects.ts';
import { CHUNK } from './chunk.ts';
import { readChunks } from './read.ts';

export interface RedisObjectsOptions {
  readonly redis: Redis;
  readonly clock: Clock;
  /** Before every key, so that several edges can share a server. */
  readonly prefix: string;
}

/** A body that was replaced stays this long (ms), for readers in the middle of it. */
const LINGER_MS = 60_000;
/** Every so many writes some of the index is looked through for objects that have expired. */
const SWEEP_EVERY = 256;

const broken = (thrown: unknown): Fault =>
  new Fault('store.objects.redis', 'store', messageOf(thrown), { cause: thrown });

/** Exchanges or removes a field only while it still holds the same body: `ARGV` field, id, new value or "". */
const CHANGE = `
local there = redis.call('HGET', KEYS[1], ARGV[1])
if not there or string.sub(there, 1, #ARGV[2] + 1) ~= ARGV[2] .. '\\n' then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1`;

/**
 * Drops a head if it still holds that body, and its place in the indices if no head is left: in one step, since between
 * two of them a new object could take the place and be lost to every later purge. `ARGV` field, id or "", member.
 */
const DROP = `
local there = redis.call('HGET', KEYS[1], ARGV[1])
local gone = 0
if there and ARGV[2] ~= '' and string.sub(there, 1, #ARGV[2] + 1) == ARGV[2] .. '\\n' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  there = false
  gone = 1
end
if not there then
  redis.call('ZREM', KEYS[2], ARGV[3])
  if KEYS[3] then redis.call('SREM', KEYS[3], ARGV[3]) end
end
return gone`;

/**
 * Cache bodies in Redis or Valkey, shared by every process that names the same server and prefix. Heads of one key
 * stand in one hash; a body is written before its head, so a head that is found has its bytes.
 */
export class RedisObjects implements ObjectStore {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #prefix: string;
  #writes = 0;
  #cursor = '0';

  constructor(options: RedisObjectsOptions) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#prefix = options.prefix;
  }

  async find(key: string): Promise<readonly StoredObject[]> {
    try {
      const values = await this.#redis.hvals(this.#heads(key));
      const now = this.#clock.now();
      return values.map(parse).filter((object) => object.meta.keepUntil >= now);
    } catch (thrown) {
      throw broken(thrown);
    }
  }

  async read(object: StoredObject, from: number, to: number): Promise<Body | null> {
    try {
      return await readChunks(this.#redis, (at) => this.#chunk(object.id, at), from, to);
    } catch (thrown) {
      throw broken(thrown);
    }
  }

  write(meta: ObjectMeta): ObjectWriter {
    const id = newId(this.#clock.now());
    let rest: Buffer[] = [];
    let restSize = 0;
    let size = 0;
    let chunks = 0;
    let open = true;
    let last: Promise<unknown> = Promise.resolve();
    const ttl = Math.max(1000, meta.keepUntil - this.#clock.now() + LINGER_MS);
    const flush = (bytes: Buffer): void => {
      const name = this.#chunk(id, chunks);
      chunks++;
      last = last.then(() => this.#redis.set(name, bytes, 'PX', ttl));
    };
    return {
      write: (chunk) => {
        if (!open) return;
        size += chunk.length;
        rest.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
        restSize += chunk.length;
        if (restSize < CHUNK) return;
        let whole = Buffer.concat(rest);
        while (whole.length >= CHUNK) {
          flush(whole.subarray(0, CHUNK));
          whole = whole.subarray(CHUNK);
        }
        rest = [whole];
        restSize = whole.length;
        return last as Promise<void>;
      },
      commit: async (wanted) => {
        if (!open) return false;
        open = false;
        try {
          if (restSize > 0 || size === 0) flush(Buffer.concat(rest));
          await last;
          const object: StoredObject = { meta, size, id, memo: undefined };
          const before = await this.#redis.hget(this.#heads(meta.key), meta.variant);
          // Asked and sent in one breath: a purge either is known here, or its commands come after ours.
          if (wanted()) {
            await this.#enter(object, ttl, before);
            if (wanted()) return true;
            await this.remove(object);
          } else this.#forgetBody(id, chunks);
          return false;
        } catch (thrown) {
          this.#forgetBody(id, chunks);
          throw broken(thrown);
        }
      },
      abandon: () => {
        if (!open) return;
        open = false;
        void last.then(
          () => this.#forgetBody(id, chunks),
          () => this.#forgetBody(id, chunks),
        );
      },
    };
  }

  async #enter(object: StoredObject, ttl: number, before: string | null): Promise<void> {
    const { meta } = object;
    const heads = this.#heads(meta.key);
    const name = memberOf(meta);
    const work = this.#redis
      .multi()
      .hset(heads, meta.variant, text(object))
      .pexpire(heads, ttl, 'NX')
      .pexpire(heads, ttl, 'GT')
      .zadd(`${this.#prefix}urls`, 0, name);
    for (const tag of meta.tags) work.sadd(`${this.#prefix}t:${tag}`, name);
    const results = await work.exec();
    const failed = results?.find(([error]) => error);
    if (failed) throw failed[0] as Error;
    if (before) this.#linger(parse(before));
    this.#writes++;
    if (this.#writes % SWEEP_EVERY === 0) await this.#sweep();
  }

  async amend(object: StoredObject, meta: ObjectMeta): Promise<StoredObject | null> {
    const next: StoredObject = { meta, size: object.size, id: object.id, memo: undefined };
    const ttl = Math.max(1000, meta.keepUntil - this.#clock.now() + LINGER_MS);
    try {
      const done = await this.#redis.eval(CHANGE, 1, this.#heads(meta.key), object.meta.variant, object.id, text(next));
      if (done !== 1) return null;
      const work = this.#redis.multi().pexpire(this.#heads(meta.key), ttl, 'GT');
      for (let at = 0; at * CHUNK < Math.max(1, object.size); at++) work.pexpire(this.#chunk(object.id, at), ttl);
      await work.exec();
      return next;
    } catch (thrown) {
      throw broken(thrown);
    }
  }

  async remove(object: StoredObject): Promise<boolean> {
    const { meta, id } = object;
    try {
      const done = await this.#redis.eval(CHANGE, 1, this.#heads(meta.key), meta.variant, id, '');
      if (done === 1) this.#linger(object);
      return done === 1;
    } catch (thrown) {
      throw broken(thrown);
    }
  }

  async purge(what: Purge): Promise<number> {
    try {
      let count = 0;
      for (const name of await this.#members(what)) {
        const [url, key, variant] = JSON.parse(name) as [string, string, string];
        const value = await this.#redis.hget(this.#heads(key), variant);
        const object = value === null ? null : parse(value);
        if (object && !isMeant(what, url, object.meta.tags)) continue;
        const keys = [
          this.#heads(key),
          `${this.#prefix}urls`,
          ...(what.by === 'tag' ? [`${this.#prefix}t:${what.tag}`] : []),
        ];
        const gone = await this.#redis.eval(DROP, keys.length, ...keys, variant, object?.id ?? '', name);
        if (object && gone === 1) {
          this.#linger(object);
          count++;
        }
      }
      return count;
    } catch (thrown) {
      throw broken(thrown);
    }
  }

  #members(what: Purge): Promise<string[]> {
    if (what.by === 'tag') return this.#redis.smembers(`${this.#prefix}t:${what.tag}`);
    // Members are JSON arrays that begin with the URL, so a prefix of URLs is a range of members.
    const start =
      what.by === 'all' || what.by === 'path'
        ? '["'
        : what.by === 'url'
          ? `[${JSON.stringify(what.url)},`
          : `[${JSON.stringify(what.prefix).slice(0, -1)}`;
    return this.#redis.zrangebylex(`${this.#prefix}urls`, `[${start}`, `[${start}\xff`);
  }

  /** Takes some members out of the index whose objects have expired. */
  async #sweep(): Promise<void> {
    const [cursor, found] = await this.#redis.zscan(`${this.#prefix}urls`, this.#cursor, 'COUNT', 512);
    this.#cursor = cursor;
    for (let at = 0; at < found.length; at += 2) {
      const name = found[at] as string;
      const [, key, variant] = JSON.parse(name) as [string, string, string];
      await this.#redis.eval(DROP, 2, this.#heads(key), `${this.#prefix}urls`, variant, '', name);
    }
  }

  async stats(): Promise<{ readonly objects: number; readonly bytes: number }> {
    let objects = 0;
    let bytes = 0;
    for (const name of await this.#members({ by: 'all' })) {
      const [, key, variant] = JSON.parse(name) as [string, string, string];
      const value = await this.#redis.hget(this.#heads(key), variant);
      if (value === null) continue;
      objects++;
      bytes += parse(value).size;
    }
    return { objects, bytes };
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }

  #heads(key: string): string {
    return `${this.#prefix}k:${key}`;
  }

  #chunk(id: string, at: number): string {
    return `${this.#prefix}b:${id}:${at}`;
  }

  #linger(object: StoredObject): void {
    for (let at = 0; at * CHUNK < Math.max(1, object.size); at++)
      this.#redis.pexpire(this.#chunk(object.id, at), LINGER_MS).catch(() => {});
  }

  #forgetBody(id: string, chunks: number): void {
    for (let at = 0; at < chunks; at++) this.#redis.unlink(this.#chunk(id, at)).catch(() => {});
  }
}

const memberOf = (meta: ObjectMeta): string => JSON.stringify([meta.url, meta.key, meta.variant]);

const text = (object: StoredObject): string =>
  `${object.id}\n${JSON.stringify({ meta: object.meta, size: object.size })}`;

function parse(value: string): StoredObject {
  const mark = value.indexOf('\n');
  const { meta, size } = JSON.parse(value.slice(mark + 1)) as { readonly meta: ObjectMeta; readonly size: number };
  return { meta, size, id: value.slice(0, mark), memo: undefined };
}
