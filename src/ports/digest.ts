/** Hashes, from whatever the platform has; synchronous, because they stand on the hot path. */
export interface Digest {
  /** Lower-case hex of SHA-256 over the bytes, a text as UTF-8. */
  sha256(content: string | Uint8Array): string;
  /** Raw HMAC-SHA-256 over the bytes. */
  hmacSha256(secret: string | Uint8Array, bytes: Uint8Array): Uint8Array;
}
