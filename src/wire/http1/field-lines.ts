import { BLANK, COLON, CR, kinds, LF, TAB, TOKEN, VALUE } from './characters.ts';
import type { Flaw } from './flaws.ts';

/**
 * The field lines between `at` and `end`, each with its line end, onto `flat` (name, value, name, value; the names as
 * they came, the values without the blanks around them). `text` holds the same bytes from `base` on, one character
 * each: bytes are quicker to look at, text is quicker to cut. Nothing lenient: no bare LF, no fold, no blank before a
 * colon. Null when all is well.
 */
export function readFieldLines(
  bytes: Uint8Array,
  text: string,
  base: number,
  at: number,
  end: number,
  flat: string[],
): Flaw | null {
  let line = at;
  while (line < end) {
    let mark = line;
    while (((kinds[bytes[mark] as number] as number) & TOKEN) !== 0) mark++;
    if (bytes[mark] !== COLON || mark === line) return lineFlaw(bytes, line);
    let from = mark + 1;
    while (bytes[from] === BLANK || bytes[from] === TAB) from++;
    let stop = from;
    while (((kinds[bytes[stop] as number] as number) & VALUE) !== 0) stop++;
    if (bytes[stop] !== CR || bytes[stop + 1] !== LF) return endFlaw(bytes, stop);
    const next = stop + 2;
    if (next > end) return 'line-end';
    while (stop > from && (bytes[stop - 1] === BLANK || bytes[stop - 1] === TAB)) stop--;
    flat.push(text.slice(line - base, mark - base), text.slice(from - base, stop - base));
    line = next;
  }
  return null;
}

const lineFlaw = (bytes: Uint8Array, line: number): Flaw =>
  bytes[line] === BLANK || bytes[line] === TAB ? 'fold' : 'field-name';

const endFlaw = (bytes: Uint8Array, stop: number): Flaw =>
  bytes[stop] === LF || bytes[stop] === CR ? 'line-end' : 'field-value';

/**
 * Looks at bytes of a head that is not complete yet, from `at` on: whatever follows, a control character or a line end
 * that is none makes it no message, and nobody need wait for the rest. `before` is the byte before `at`, 0 for none.
 */
export function partFlaw(bytes: Uint8Array, at: number, end: number, before: number): Flaw | null {
  let previous = before;
  for (let here = at; here < end; here++) {
    const byte = bytes[here] as number;
    if ((byte === LF) !== (previous === CR)) return 'line-end';
    if (((kinds[byte] as number) & VALUE) === 0 && byte !== CR && byte !== LF) return 'character';
    previous = byte;
  }
  return null;
}

/** Where a head ends: behind the first CR LF CR LF that begins at `at` or later and ends before `most`; -1 for nowhere. */
export function headEnd(bytes: Uint8Array, at: number, most: number): number {
  let last = at + 3;
  while (last < most) {
    const byte = bytes[last];
    if (byte === LF) {
      if (bytes[last - 1] === CR && bytes[last - 2] === LF && bytes[last - 3] === CR) return last + 1;
      last += 2;
    } else last += byte === CR ? 1 : 4;
  }
  return -1;
}
