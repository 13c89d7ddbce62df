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

/** From this size on, four bytes at a time are faster though a view has to be made. */
const BY_WORDS = 128;

// Word order in memory is the machine's; the key's order is the wire's.
const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The view of the last buffer: frames that came in one piece of memory share it. */
let viewed: ArrayBufferLike | null = null;
let words: Int32Array = new Int32Array(0);

/** Unmasks (or masks) `bytes[start, end)` where it lies. */
export function maskInPlace(bytes: Uint8Array, start: number, end: number, key: number, phase: number): number {
  if (end - start < BY_WORDS || !littleEndian) return bytewise(bytes, start, end, turned(key, phase), bytes, start);
  const { buffer, byteOffset } = bytes;
  const first = start + ((4 - ((byteOffset + start) & 3)) & 3);
  const count = (end - first) >> 2;
  let seen = bytewise(bytes, start, first, turned(key, phase), bytes, start);
  const k = turned(key, phase + first - start);
  if (buffer !== viewed) {
    words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    viewed = buffer;
  }
  const all = xor(words, (byteOffset + first) >> 2, count, k);
  seen |= (all | (all >>> 8) | (all >>> 16) | (all >>> 24)) & 0xff;
  const rest = first + (count << 2);
  return seen | bytewise(bytes, rest, end, k, bytes, rest);
}

/** Returns all results or-ed together. */
function xor(view: Int32Array, from: number, count: number, k: number): number {
  let all = 0;
  let i = from;
  for (const last = from + count - 3; i < last; i += 4) {
    const a = view[i]! ^ k;
    const b = view[i + 1]! ^ k;
    const c = view[i + 2]! ^ k;
    const d = view[i + 3]! ^ k;
    view[i] = a;
    view[i + 1] = b;
    view[i + 2] = c;
    view[i + 3] = d;
    all |= a | b | c | d;
  }
  for (const last = from + count; i < last; i++) all |= view[i]! ^= k;
  return all;
}

/** Unmasks `from[start, end)` into `into` at `at`; `from` stays as it is. */
export function maskInto(
  from: Uint8Array,
  start: number,
  end: number,
  key: number,
  phase: number,
  into: Uint8Array,
  at: number,
): number {
  if (end - start < BY_WORDS) return bytewise(from, start, end, turned(key, phase), into, at);
  into.set(from.subarray(start, end), at);
  return maskInPlace(into, at, at + end - start, key, phase);
}

function bytewise(from: Uint8Array, start: number, end: number, k: number, into: Uint8Array, at: number): number {
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
