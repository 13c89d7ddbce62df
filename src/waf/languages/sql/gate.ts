/**
 * What a value must contain before it can be an injection at all, so that most values are settled by one look at their bytes.
 *
 * The gate is part of the definition: words alone are prose, however much they sound like SQL. A hit needs either one of `' " \` ( ) [ { ; # = < > | & ! ^ ~`, or `--`, or a comment opener, or a digit together with white space,
 * or the letters `unio`.
 * A program that profiles values by byte may use {@link SQL_MARKS} for the first part.
 */
export const SQL_MARKS = '\'"`()[{;#=<>|&!^~';

const MARK = 1;
const SPACE = 2;
const DIGIT = 4;
const DASH = 8;
const STAR = 16;
const LETTER_U = 32;

const table = new Uint8Array(256);
for (let code = 0; code <= 0x20; code++) table[code] = SPACE;
table[0x7f] = table[0xa0] = SPACE;
for (let code = 0x30; code <= 0x39; code++) table[code] = DIGIT;
for (const mark of SQL_MARKS) table[mark.charCodeAt(0)] = MARK;
table[0x2d] = DASH;
table[0x2a] = STAR;
table[0x55] = table[0x75] = LETTER_U;

export function mayInject(value: string): boolean {
  let seen = 0;
  for (let at = 0; at < value.length; at++) {
    const kind = table[value.charCodeAt(at) & 0xff] as number;
    if (kind === 0) continue;
    if (kind === MARK) return true;
    if (kind === DASH && value.charCodeAt(at + 1) === 0x2d) return true;
    if (kind === STAR && value.charCodeAt(at - 1) === 0x2f) return true;
    if (kind === LETTER_U) {
      if (beginsUnion(value, at)) return true;
      continue;
    }
    seen |= kind;
    if ((seen & (SPACE | DIGIT)) === (SPACE | DIGIT)) return true;
  }
  return false;
}

function beginsUnion(value: string, at: number): boolean {
  return (
    (value.charCodeAt(at + 1) | 0x20) === 0x6e &&
    (value.charCodeAt(at + 2) | 0x20) === 0x69 &&
    (value.charCodeAt(at + 3) | 0x20) === 0x6f
  );
}

/** Would MySQL read the value differently from the other dialects? */
export function needsMysql(value: string): boolean {
  return (
    value.includes('#') ||
    value.includes('\\') ||
    value.includes('`') ||
    value.includes('--') ||
    value.includes('/*!') ||
    value.includes('/*M!')
  );
}
