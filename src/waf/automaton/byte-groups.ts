import { ByteSet } from '../regex/byte-set.ts';

/**
 * Bytes that tell values apart, in 32 groups: which of them a value holds is one number. Lower-case letters and `_` are
 * in no group, because nearly every value has them.
 */
const groups: readonly string[] = [
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '0123456789',
  ' ',
  '\t\n\v\f\r',
  '\x00',
  '"',
  "'",
  '(',
  ')',
  '<',
  '>',
  '&',
  '%',
  '+',
  '\\',
  '/',
  ';',
  ':',
  '=',
  '$',
  '`',
  '{',
  '}[]',
  '|',
  '*',
  '-',
  '#',
  '@',
  '.',
  ',',
  '!?~^',
];

/** The last group: control characters and bytes above ASCII. */
const restBit = 31;

/** For each byte the bit of its group, 0 for a byte in none. */
export const groupBits: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  const group = groups.findIndex((chars) => chars.includes(char));
  if (group >= 0) return 1 << group;
  return (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f ? 0 : 1 << restBit;
});

/** Every group of which a byte is in the set; null when the set has a byte of no group, which any value may hold. */
export function groupsOf(set: ByteSet): number | null {
  let bits = 0;
  for (const byte of set.bytes()) {
    if (groupBits[byte] === 0) return null;
    bits |= groupBits[byte]!;
  }
  return bits;
}

/** All bytes that a value may hold whose groups are among `bits`. */
export function bytesOf(bits: number): ByteSet {
  const set = new ByteSet();
  for (let byte = 0; byte < 256; byte++) if ((groupBits[byte]! & ~bits) === 0) set.add(byte);
  return set;
}

function bitsOf(chars: string): number {
  let bits = 0;
  for (let i = 0; i < chars.length; i++) bits |= groupBits[chars.charCodeAt(i)]!;
  return bits;
}

/**
 * Kinds of values, from narrow to wide: words and identifiers; then lists, paths and addresses; then prose; then all.
 * Patterns are simplified for each, because most cannot match a value without brackets and quotes.
 */
export const profiles: readonly number[] = [
  bitsOf('A0.-'),
  bitsOf('A0.- :,/+=?@%&*'),
  bitsOf('A0.- :,/+=?@%&*();\'"!#'),
  -1,
];

/** The narrowest profile that has all of a value's groups. */
export function profileOf(bits: number): number {
  if ((bits & ~profiles[0]!) === 0) return 0;
  if ((bits & ~profiles[1]!) === 0) return 1;
  return (bits & ~profiles[2]!) === 0 ? 2 : 3;
}
