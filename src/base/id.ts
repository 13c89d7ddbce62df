/** Ids that sort by time: 10 characters of milliseconds, 16 of chance, in Crockford's base 32. */

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// Random bytes are drawn in bulk: one call to the generator serves 256 ids.
const pool = new Uint8Array(4096);
let used = pool.length;

let lastMs = -1;
let lastTime = '';

/** A new id for the given time in milliseconds since 1970. */
export function newId(now: number): string {
  if (now !== lastMs) {
    lastMs = now;
    lastTime = '';
    for (let rest = now, at = 0; at < 10; at++) {
      lastTime = alphabet[rest % 32] + lastTime;
      rest = Math.floor(rest / 32);
    }
  }
  if (used + 16 > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let id = lastTime;
  for (const end = used + 16; used < end; used++) id += alphabet[(pool[used] as number) & 31];
  return id;
}

/** `length` random bytes fit for a secret. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A random text of letters and digits without look-alikes, `length` characters of 5 bits each. */
export function randomText(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += (alphabet[byte & 31] as string).toLowerCase();
  return text;
}
