/** May stand in a token: a method, a field name (RFC 9110 section 5.6.2). */
export const TOKEN = 1;
/** May stand in a field value: visible characters, blanks, obs-text (RFC 9110 section 5.5). No other control character. */
export const VALUE = 2;
/** May stand in a request target: visible ASCII. Which of that makes a path is for whoever reads the path to say. */
export const TARGET = 4;

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const BLANK = 0x20;
export const COLON = 0x3a;

/** What each byte may be part of: the bits above. */
export const kinds: Uint8Array = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const visible = byte > BLANK && byte !== 0x7f;
  if (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte))) kinds[byte] = TOKEN;
  if (visible || byte === BLANK || byte === TAB) kinds[byte] = (kinds[byte] as number) | VALUE;
  if (visible && byte < 0x7f) kinds[byte] = (kinds[byte] as number) | TARGET;
}

/** The value of a hexadecimal digit; -1 for every other byte. */
export const hexValues: Int8Array = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  hexValues[digit.toString(16).charCodeAt(0)] = digit;
  hexValues[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}
