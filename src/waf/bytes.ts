/**
 * Building byte strings (one char per byte) out of loops over bytes.
 *
 * A loop writes into one shared workspace and turns it into a string at the end: appending single characters to a
 * string makes a tree that has to be flattened before anything can match on it, which costs several times the loop.
 */
const kept = 65_536;

/** The part of Node's `Buffer` that is used where there is one: it moves bytes fifty times faster than any loop. */
interface FastBytes {
  toString(encoding: 'latin1', start: number, end: number): string;
  write(text: string, offset: number, length: number, encoding: 'latin1'): number;
}
interface FastBytesMaker {
  from(bytes: ArrayBufferLike, offset: number, length: number): FastBytes;
}
const maker = (globalThis as { readonly Buffer?: FastBytesMaker }).Buffer ?? null;
const fast = (bytes: Uint8Array): FastBytes | null =>
  maker === null ? null : maker.from(bytes.buffer, bytes.byteOffset, bytes.length);

const shared = new Uint8Array(kept);
const sharedFast = fast(shared);
const read = new Uint8Array(kept);
const readFast = fast(read);
/** What stands in `read`: one text is looked at by several in turn. */
let standing = '';
/** Up to here a loop is done before a call would have begun. */
const short = 48;

/** Room for `size` bytes, contents undefined. Valid until the next call: never hold two at a time. */
export function workspace(size: number): Uint8Array {
  return size <= kept ? shared : new Uint8Array(size);
}

/**
 * The bytes of a byte string, for loops: they run over bytes twice as fast as over characters. Longer than the string;
 * valid until the next call, and not to be written to.
 */
export function bytesIn(text: string): Readonly<Uint8Array> {
  if (text === standing) return read;
  const { length } = text;
  const bytes = length <= kept ? read : new Uint8Array(length);
  const writer = length <= short ? null : bytes === read ? readFast : fast(bytes);
  if (bytes === read) standing = text;
  if (writer === null) for (let i = 0; i < length; i++) bytes[i] = text.charCodeAt(i);
  else writer.write(text, 0, length, 'latin1');
  return bytes;
}

/** The first `length` bytes as a byte string. */
export function byteString(bytes: Uint8Array, length: number): string {
  if (length > short) {
    const reader = bytes === shared ? sharedFast : fast(bytes);
    if (reader !== null) return reader.toString('latin1', 0, length);
  }
  let text = '';
  let i = 0;
  for (; i + 8 <= length; i += 8) {
    text += String.fromCharCode(
      bytes[i]!,
      bytes[i + 1]!,
      bytes[i + 2]!,
      bytes[i + 3]!,
      bytes[i + 4]!,
      bytes[i + 5]!,
      bytes[i + 6]!,
      bytes[i + 7]!,
    );
  }
  for (; i < length; i += 1) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** Value of each hexadecimal digit's char code, -1 for every other byte. */
const hexValues = new Int8Array(256).fill(-1);
const digits = '0123456789abcdef';
for (let i = 0; i < 16; i += 1) {
  hexValues[digits.charCodeAt(i)] = i;
  hexValues[digits.toUpperCase().charCodeAt(i)] = i;
}

/** 0 to 15, or -1 when the char at `at` is not a hexadecimal digit or lies past the end. */
export function hexDigit(value: string, at: number): number {
  return at < value.length ? (hexValues[value.charCodeAt(at)] ?? -1) : -1;
}

/** The byte that two hexadecimal digits at `at` spell, or -1. */
export function hexByte(value: string, at: number): number {
  const high = hexDigit(value, at);
  const low = hexDigit(value, at + 1);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** C's `isspace` in the C locale: space, tab, line feed, vertical tab, form feed, carriage return. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** C's `tolower` in the C locale: only A to Z. */
export function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 32 : code;
}

/** A to Z to a to z; other bytes stay, unlike in `String.toLowerCase`, which also folds U+00C0 to U+00DE. */
export function lowerAscii(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value.toLowerCase();
  const out = workspace(value.length);
  const bytes = bytesIn(value);
  for (let i = 0; i < value.length; i += 1) out[i] = lower(bytes[i]!);
  const text = byteString(out, value.length);
  return text === value ? value : text;
}

/**
 * IIS and JavaScript write full-width ASCII as U+FF01 to U+FF5E. ModSecurity keeps the low byte of every escape and
 * moves those back to ASCII by adding 0x20.
 */
export function narrow(high: number, low: number): number {
  return high === 0xff && low > 0x00 && low < 0x5f ? low + 0x20 : low;
}
