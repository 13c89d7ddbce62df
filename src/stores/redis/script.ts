import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { redisFault } from './client.ts';

/** A script that the server runs as one step; sent by its hash, and whole when the server does not know it. */
export class Script {
  readonly #text: string;
  readonly #hash: string;

  constructor(text: string) {
    this.#text = text;
    this.#hash = createHash('sha1').update(text).digest('hex');
  }

  async run(redis: Redis, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#hash, keys.length, ...keys, ...values);
    } catch (thrown) {
      if (!(thrown as Error).message.includes('NOSCRIPT')) throw redisFault(thrown);
    }
    try {
      return await redis.eval(this.#text, keys.length, ...keys, ...values);
    } catch (thrown) {
      throw redisFault(thrown);
    }
  }
}
