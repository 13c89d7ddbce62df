import type { MaybePromise } from '../base/later.ts';

/** A token bucket: `rate` tokens a second flow in, at most `burst` lie in it. */
export interface BucketLimit {
  readonly rate: number;
  readonly burst: number;
}

export interface Taken {
  readonly allowed: boolean;
  /** Whole tokens left. */
  readonly remaining: number;
  /** Milliseconds until the next token, 0 when allowed. */
  readonly retryAfterMs: number;
}

export interface BucketStore {
  /** Takes one token from the bucket of this key, or takes none and says when to come back. */
  take(key: string, limit: BucketLimit): MaybePromise<Taken>;
  close(): Promise<void>;
}
