/** What a byte can begin in SQL, as a table: one look-up for each byte of each value; 0 for what begins nothing. */
export const SPACE = 1;
export const WORD = 2;
export const DIGIT = 3;
export const QUOTES = 4;

const table = new Uint8Array(256);
for (let code = 0; code < 256; code++) {
  const lower = code | 0x20;
  if (code <= 0x20 || code === 0x7f) table[code] = SPACE;
  else if (code >= 0x30 && code <= 0x39) table[code] = DIGIT;
  else if (lower >= 0x61 && lower <= 0x7a && code < 0x80) table[code] = WORD;
  else if (code === 0x5f || code === 0x24 || code >= 0x80) table[code] = WORD;
  else if (code === 0x27 || code === 0x22 || code === 0x60) table[code] = QUOTES;
}

export function classOf(code: number): number {
  return table[code & 0xff] as number;
}
