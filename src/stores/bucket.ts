import type { BucketLimit, Taken } from '../ports/buckets.ts';

/** A bucket as it was last touched: tokens that lay in it then, and when (ms since 1970). */
export interface Bucket {
  tokens: number;
  at: number;
}

/** Pure arithmetic: lets tokens flow in for the time that passed, and takes one if there is a whole one. Changes `bucket`. */
export function takeToken(bucket: Bucket, limit: BucketLimit, now: number): Taken {
  const passed = Math.max(0, now - bucket.at);
  const tokens = Math.min(limit.burst, bucket.tokens + (passed * limit.rate) / 1000);
  bucket.at = now;
  if (tokens >= 1) {
    bucket.tokens = tokens - 1;
    return { allowed: true, remaining: Math.floor(bucket.tokens), retryAfterMs: 0 };
  }
  bucket.tokens = tokens;
  return { allowed: false, remaining: 0, retryAfterMs: ((1 - tokens) * 1000) / limit.rate };
}
