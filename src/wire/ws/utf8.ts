/**
 * UTF-8 checked as it arrives (RFC 3629): the state between two pieces is one small integer, so a text message split
 * anywhere is refused at its first wrong byte and not at its end.
 *
 * State 0 is "between characters"; otherwise: continuation bytes still due in bits 0-7, the least and the greatest value
 * of the very next byte in bits 8-15 and 16-23. The bounds are what forbids surrogates, overlong forms and U+110000.
 */
export const UTF8_BAD = -1;

const due = (count: number, least: number, greatest: number): number => count | (least << 8) | (greatest << 16);

/** Indexed by the first byte of a character; 0 where no character can begin. */
const leads = new Int32Array(256);
for (let b = 0xc2; b <= 0xdf; b++) leads[b] = due(1, 0x80, 0xbf);
for (let b = 0xe0; b <= 0xef; b++) leads[b] = due(2, b === 0xe0 ? 0xa0 : 0x80, b === 0xed ? 0x9f : 0xbf);
for (let b = 0xf0; b <= 0xf4; b++) leads[b] = due(3, b === 0xf0 ? 0x90 : 0x80, b === 0xf4 ? 0x8f : 0xbf);

/** The state after `bytes[start, end)`, or `UTF8_BAD`. */
export function utf8Next(state: number, bytes: Uint8Array, start: number, end: number): number {
  let now = state;
  let i = start;
  while (i < end) {
    const byte = bytes[i++]!;
    if (now === 0) {
      if (byte < 0x80) continue;
      now = leads[byte]!;
      if (now === 0) return UTF8_BAD;
      continue;
    }
    if (byte < ((now >>> 8) & 0xff) || byte > now >>> 16) return UTF8_BAD;
    const left = (now & 0xff) - 1;
    now = left === 0 ? 0 : due(left, 0x80, 0xbf);
  }
  return now;
}

/** Is this a whole UTF-8 text? */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  return utf8Next(0, bytes, start, end) === 0;
}
