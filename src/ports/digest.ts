/** Hashes, from whatever the platform has; synchronous, because they stand on the hot path. */
export interface Digest {
  /** Lower-case hex of SHA-256 over the UTF-8 bytes. */
  sha256(text: string): string;
  /** Raw HMAC-SHA-256 over the bytes. */
  hmacSha256(secret: string, bytes: Uint8Array): Uint8Array;
}
