import { ByteSet, digits, spaceBytes, wordBytes } from './byte-set.ts';
import type { Cursor } from './cursor.ts';
import { byteOf, parseByteEscape } from './parse-escape.ts';

const lower = ByteSet.ranges([0x61, 0x7a]);
const upper = ByteSet.ranges([0x41, 0x5a]);
const alpha = lower.or(upper);
const graph = ByteSet.ranges([0x21, 0x7e]);

const posix: Readonly<Record<string, ByteSet>> = {
  alpha,
  lower,
  upper,
  alnum: alpha.or(digits),
  digit: digits,
  xdigit: ByteSet.ranges([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
  space: spaceBytes,
  blank: ByteSet.of(0x09, 0x20),
  cntrl: ByteSet.ranges([0x00, 0x1f], [0x7f, 0x7f]),
  graph,
  print: ByteSet.ranges([0x20, 0x7e]),
  punct: graph.and(alpha.or(digits).negated()),
  word: wordBytes,
  ascii: ByteSet.ranges([0x00, 0x7f]),
};

/** A bracket class; the cursor stands after `[`. */
export function parseClass(cursor: Cursor, caseless: boolean): ByteSet {
  const opened = cursor.position - 1;
  const negated = cursor.take('^');
  const set = new ByteSet();
  let quoted = false;
  let first = true;
  for (;;) {
    if (cursor.done) cursor.fail('this class is never closed', opened);
    if (cursor.take(quoted ? '\\E' : '\\Q')) {
      quoted = !quoted;
      continue;
    }
    if (!quoted && cursor.take('\\E')) continue;
    if (!quoted && !first && cursor.take(']')) break;
    first = false;
    const at = cursor.position;
    const low = item(cursor, quoted);
    if (typeof low !== 'number') {
      set.addAll(caseless ? low.caseless() : low);
      continue;
    }
    const high = rangeEnd(cursor, quoted);
    if (high !== null && high < low) cursor.fail('this range runs backwards', at);
    const part = ByteSet.ranges([low, high ?? low]);
    set.addAll(caseless ? part.caseless() : part);
  }
  return negated ? set.negated() : set;
}

function item(cursor: Cursor, quoted: boolean): ByteSet | number {
  const at = cursor.position;
  if (
    !quoted &&
    cursor.peek() === '[' &&
    (cursor.peek(1) === ':' || cursor.peek(1) === '.' || cursor.peek(1) === '=')
  ) {
    const named = posixClass(cursor, at);
    if (named !== null) return named;
  }
  const char = cursor.next();
  if (char !== '\\' || quoted) return byteOf(cursor, char, at);
  const escaped = parseByteEscape(cursor, true);
  if (escaped !== null) return escaped;
  // In a class a number can only be octal: there is nothing to refer back to.
  const digitsRun = cursor.run('01234567', 3);
  if (digitsRun !== '') return Number.parseInt(digitsRun, 8) & 0xff;
  return cursor.fail(`\\${cursor.peek()} has no meaning inside a class`, at);
}

function posixClass(cursor: Cursor, at: number): ByteSet | null {
  const match = /^\[([:.=])(\^?)([a-z]*)\1\]/.exec(cursor.source.slice(at, at + 16));
  if (match === null) return null;
  if (match[1] !== ':') cursor.fail('collating elements are not supported', at);
  const set = posix[match[3]!];
  if (set === undefined) cursor.fail(`there is no POSIX class called ${match[3]}`, at);
  cursor.position = at + match[0].length;
  return match[2] === '^' ? set.negated() : set;
}

/** The upper end when a range goes on from here. A hyphen before `]` or before a set of bytes stands for itself. */
function rangeEnd(cursor: Cursor, quoted: boolean): number | null {
  if (quoted || cursor.peek() !== '-' || cursor.peek(1) === ']' || cursor.peek(1) === '') return null;
  const at = cursor.position;
  cursor.position++;
  const inQuote = cursor.take('\\Q');
  const high = item(cursor, inQuote);
  if (typeof high === 'number') {
    if (inQuote) cursor.take('\\E');
    return high;
  }
  cursor.position = at;
  return null;
}
