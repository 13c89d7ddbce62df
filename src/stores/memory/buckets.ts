import type { Clock } from '../../base/clock.ts';
import type { BucketLimit, BucketStore, Taken } from '../../ports/buckets.ts';
import { takeToken, type Bucket } from '../bucket.ts';

/** Most buckets held: an attacker with many addresses must not fill the memory. */
const MOST_BUCKETS = 100_000;

/** Buckets in this process. The one touched longest ago goes first when there are too many. */
export class MemoryBuckets implements BucketStore {
  readonly #clock: Clock;
  readonly #most: number;
  /** In order of last touch: a Map keeps the order of insertion. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, most = MOST_BUCKETS) {
    this.#clock = clock;
    this.#most = most;
  }

  take(key: string, limit: BucketLimit): Taken {
    const now = this.#clock.now();
    let bucket = this.#buckets.get(key);
    if (bucket) this.#buckets.delete(key);
    else {
      bucket = { tokens: limit.burst, at: now };
      if (this.#buckets.size >= this.#most) this.#buckets.delete(this.#buckets.keys().next().value as string);
    }
    this.#buckets.set(key, bucket);
    return takeToken(bucket, limit, now);
  }

  /** Puts a bucket back as it was before a restart. */
  restore(key: string, bucket: Bucket): void {
    if (this.#buckets.size < this.#most) this.#buckets.set(key, { ...bucket });
  }

  get(key: string): Bucket | undefined {
    return this.#buckets.get(key);
  }

  get size(): number {
    return this.#buckets.size;
  }

  async close(): Promise<void> {
    this.#buckets.clear();
  }
}
