/** Random bytes drawn in bulk: one call to the system's generator serves many ids. */
const pool = new Uint8Array(8192);
let used = pool.length;

/** `length` random bytes, at most 64, as a view that is good until the next call. */
export function chance(length: number): Uint8Array {
  if (used + length > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, used + length);
  used += length;
  return bytes;
}
