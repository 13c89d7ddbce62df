import { hexByte } from './bytes.ts';

/** Bytes of C's one-letter escapes, by the letter's char code; 0 where there is none. */
const letters = new Uint8Array(256);
for (const [letter, byte] of Object.entries({ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 })) {
  letters[letter.charCodeAt(0)] = byte;
}

/** The byte that `\a`, `\b`, `\f`, `\n`, `\r`, `\t` or `\v` spell, given the letter's code; 0 for other letters. */
export function escapeLetter(code: number): number {
  return letters[code] ?? 0;
}

export function isOctal(code: number): boolean {
  return code >= 0x30 && code <= 0x37;
}

/** How many octal digits start at `at`: 0 to 3. */
export function octalLength(value: string, at: number): number {
  let n = 0;
  while (n < 3 && isOctal(value.charCodeAt(at + n))) n += 1;
  return n;
}

/** The number that `length` octal digits at `at` spell. */
export function octal(value: string, at: number, length: number): number {
  let number = 0;
  for (let i = 0; i < length; i += 1) number = number * 8 + value.charCodeAt(at + i) - 0x30;
  return number;
}

/** The two bytes of four hexadecimal digits at `at` as one number, or -1. */
export function hexPair(value: string, at: number): number {
  const high = hexByte(value, at);
  const low = hexByte(value, at + 2);
  return high < 0 || low < 0 ? -1 : high * 256 + low;
}
