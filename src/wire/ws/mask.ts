/**
 * Masking (RFC 6455 section 5.3). The key is held as one 32-bit integer whose lowest byte masks the first payload byte;
 * `phase` is how many payload bytes of the frame came before, so a frame can be unmasked in pieces.
 *
 * Each function returns all result bytes or-ed together: below 0x80 means that the text is ASCII, which spares the
 * UTF-8 check and lets a host decode it the cheap way.
 */
function turned(key: number, phase: number): number {
  const bits = (phase & 3) << 3;
  return bits === 0 ? key : (key >>> bits) | (key << (32 - bits));
}

/** Unmasks (or masks) `bytes[start, end)` where it lies. */
export function maskInPlace(bytes: Uint8Array, start: number, end: number, key: number, phase: number): number {
  return maskInto(bytes, start, end, key, phase, bytes, start);
}

/** Unmasks `from[start, end)` into `into` at `at`; `from` stays as it is unless both are the same region. */
export function maskInto(
  from: Uint8Array,
  start: number,
  end: number,
  key: number,
  phase: number,
  into: Uint8Array,
  at: number,
): number {
  const k = turned(key, phase);
  const k0 = k & 0xff;
  const k1 = (k >>> 8) & 0xff;
  const k2 = (k >>> 16) & 0xff;
  const k3 = k >>> 24;
  let seen = 0;
  let i = start;
  let o = at;
  for (const last = end - 3; i < last; i += 4, o += 4) {
    const a = from[i]! ^ k0;
    const b = from[i + 1]! ^ k1;
    const c = from[i + 2]! ^ k2;
    const d = from[i + 3]! ^ k3;
    into[o] = a;
    into[o + 1] = b;
    into[o + 2] = c;
    into[o + 3] = d;
    seen |= a | b | c | d;
  }
  if (i < end) seen |= into[o] = from[i]! ^ k0;
  if (i + 1 < end) seen |= into[o + 1] = from[i + 1]! ^ k1;
  if (i + 2 < end) seen |= into[o + 2] = from[i + 2]! ^ k2;
  return seen;
}

/** All bytes or-ed together: below 0x80 means ASCII. For payloads that came unmasked. */
export function orOf(bytes: Uint8Array, start: number, end: number): number {
  let seen = 0;
  for (let i = start; i < end; i++) seen |= bytes[i]!;
  return seen;
}
