/**
 * What a value must contain before it can be an injection at all, so that most values are settled by one look at their bytes.
 *
 * A hit needs either one of `' " \` ( ) [ { ; # = < > | & ! ^ ~`, or `--`, or a comment opener, or a digit together with white space.
 * A program that profiles values by byte may use {@link SQL_MARKS} for the first part.
 */
export const SQL_MARKS = '\'"`()[{;#=<>|&!^~';

const MARK = 1;
const SPACE = 2;
const DIGIT = 4;
const DASH = 8;
const STAR = 16;

const table = new Uint8Array(256);
for (let code = 0; code <= 0x20; code++) table[code] = SPACE;
table[0x7f] = table[0xa0] = SPACE;
for (let code = 0x30; code <= 0x39; code++) table[code] = DIGIT;
for (const mark of SQL_MARKS) table[mark.charCodeAt(0)] = MARK;
table[0x2d] = DASH;
table[0x2a] = STAR;

export function mayInject(value: string): boolean {
  let seen = 0;
  for (let at = 0; at < value.length; at++) {
    const kind = table[value.charCodeAt(at) & 0xff] as number;
    if (kind === 0) continue;
    if (kind === MARK) return true;
    if (kind === DASH && value.charCodeAt(at + 1) === 0x2d) return true;
    if (kind === STAR && value.charCodeAt(at - 1) === 0x2f) return true;
    seen |= kind;
    if ((seen & (SPACE | DIGIT)) === (SPACE | DIGIT)) return true;
  }
  return false;
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
