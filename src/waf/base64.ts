const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const sextets = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i += 1) sextets[alphabet.charCodeAt(i)] = i;

/** The six bits that a base64 digit stands for, -1 for every other byte. */
export function sextet(code: number): number {
  return sextets[code] ?? -1;
}

/** The char code of the base64 digit for six bits. */
export function digitOf(bits: number): number {
  return alphabet.charCodeAt(bits & 63);
}
