/** Digits of the longest length that is taken: exact in a double, and a million gigabytes. */
const MOST_DIGITS = 15;

/** A `Content-Length` as a number; -1 when it is none. One number: no list, no sign, no blank. */
export function readLength(value: string): number {
  if (value.length === 0 || value.length > MOST_DIGITS) return -1;
  let length = 0;
  for (let at = 0; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}

/** Is it the one coding that is spoken here? */
export const isChunked = (value: string): boolean => value === 'chunked' || value.toLowerCase() === 'chunked';

/** What a `Connection` field asks for; more than one may be set. */
export const CLOSE = 1;
export const KEEP_ALIVE = 2;
export const UPGRADE = 4;

const options: ReadonlyMap<string, number> = new Map([
  ['close', CLOSE],
  ['keep-alive', KEEP_ALIVE],
  ['upgrade', UPGRADE],
]);

/** The bits above for one `Connection` value. Options nobody here knows are passed over. */
export function readConnection(value: string): number {
  const lower = value.toLowerCase();
  const known = options.get(lower);
  if (known !== undefined) return known;
  let bits = 0;
  if (lower.includes(',')) for (const option of lower.split(',')) bits |= options.get(option.trim()) ?? 0;
  return bits;
}
