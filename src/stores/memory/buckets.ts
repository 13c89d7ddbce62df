import type { Clock } from '../../base/clock.ts';
import type { BucketLimit, BucketStore, Taken } from '../../ports/buckets.ts';
import { takeToken, type Bucket } from '../bucket.ts';

/** Most buckets held: an attacker with many addresses must not fill the memory. */
const MOST_BUCKETS = 100_000;

/**
 * Buckets in this process, in two generations: who is touched is or becomes young; when the young are too many, they
 * become the old ones, and the old ones that nobody touched meanwhile are let go. So the ones used longest ago go
 * first, without moving anything on a touch.
 */
export class MemoryBuckets implements BucketStore {
  readonly #clock: Clock;
  readonly #half: number;
  #young = new Map<string, Bucket>();
  #old = new Map<string, Bucket>();

  constructor(clock: Clock, most = MOST_BUCKETS) {
    this.#clock = clock;
    this.#half = Math.max(1, Math.floor(most / 2));
  }

  take(key: string, limit: BucketLimit): Taken {
    const now = this.#clock.now();
    let bucket = this.#young.get(key);
    if (!bucket) {
      bucket = this.#old.get(key) ?? { tokens: limit.burst, at: now };
      this.#keep(key, bucket);
    }
    return takeToken(bucket, limit, now);
  }

  /** Puts a bucket back as it was before a restart. */
  restore(key: string, bucket: Bucket): void {
    this.#keep(key, { ...bucket });
  }

  get(key: string): Bucket | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  #keep(key: string, bucket: Bucket): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#old.delete(key);
    this.#young.set(key, bucket);
  }

  async close(): Promise<void> {
    this.#young.clear();
    this.#old.clear();
  }
}
