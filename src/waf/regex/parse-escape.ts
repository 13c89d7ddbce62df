import {
  anyByte,
  type ByteSet,
  digits,
  horizontalSpace,
  notNewline,
  spaceBytes,
  verticalSpace,
  wordBytes,
} from './byte-set.ts';
import { hexadecimal, octal, type Cursor } from './cursor.ts';

const shorthand: Readonly<Record<string, ByteSet>> = {
  d: digits,
  D: digits.negated(),
  w: wordBytes,
  W: wordBytes.negated(),
  s: spaceBytes,
  S: spaceBytes.negated(),
  h: horizontalSpace,
  H: horizontalSpace.negated(),
  v: verticalSpace,
  V: verticalSpace.negated(),
};

const control: Readonly<Record<string, number>> = { a: 0x07, e: 0x1b, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09 };

/**
 * An escape that stands for bytes, both inside and outside a class; the cursor stands after the backslash. Null when
 * the escape is none of these and nothing was consumed.
 */
export function parseByteEscape(cursor: Cursor, inClass: boolean): ByteSet | number | null {
  const at = cursor.position - 1;
  const char = cursor.peek();
  if (char === '') cursor.fail('a backslash at the end escapes nothing', at);
  const set = shorthand[char];
  if (set !== undefined) {
    cursor.position++;
    return set;
  }
  const code = control[char];
  if (code !== undefined) {
    cursor.position++;
    return code;
  }
  switch (char) {
    case 'N':
      if (inClass) return cursor.fail('\\N has no meaning inside a class', at);
      cursor.position++;
      return notNewline;
    case 'C':
      if (inClass) return cursor.fail('\\C has no meaning inside a class', at);
      cursor.position++;
      return anyByte;
    case 'b':
      if (!inClass) return null;
      cursor.position++;
      return 0x08;
    case 'x':
      cursor.position++;
      return hex(cursor, at);
    case 'o':
      cursor.position++;
      if (!cursor.take('{')) return cursor.fail('\\o needs its digits in braces', at);
      return braced(cursor, 8, at);
    case 'c': {
      cursor.position++;
      const letter = cursor.next();
      if (letter === '' || letter > '~') return cursor.fail('\\c needs an ASCII character', at);
      return letter.toUpperCase().charCodeAt(0) ^ 0x40;
    }
    case '0':
      return Number.parseInt(cursor.run(octal, 3), 8) & 0xff;
    default:
  }
  if (/[A-Za-z1-9]/.test(char)) return null;
  cursor.position++;
  return byteOf(cursor, char, at);
}

function hex(cursor: Cursor, at: number): number {
  if (cursor.take('{')) return braced(cursor, 16, at);
  const text = cursor.run(hexadecimal, 2);
  return text === '' ? 0 : Number.parseInt(text, 16);
}

function braced(cursor: Cursor, base: number, at: number): number {
  const text = cursor.run(hexadecimal);
  const value = Number.parseInt(text, base);
  if (text === '' || Number.isNaN(value) || !cursor.take('}')) cursor.fail('a number in braces is expected', at);
  if (value > 0xff) cursor.fail('a pattern is matched on bytes, so a character above \\x{ff} cannot match', at);
  return value;
}

/** The byte of a character that stands for itself. Rule files are read as latin1, so every character is one. */
export function byteOf(cursor: Cursor, char: string, at: number): number {
  const code = char.charCodeAt(0);
  if (code > 0xff) cursor.fail('a pattern is matched on bytes; write this character as its UTF-8 bytes', at);
  return code;
}
