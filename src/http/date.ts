/** The three date forms of RFC 9110 section 5.6.7, to milliseconds since 1970 and back. */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const longDays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const days = longDays.map((day) => day.slice(0, 3));

const among = (names: readonly string[], text: string | undefined): boolean =>
  names.includes(String(text).toLowerCase());

const imf = /^(\w{3}), (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const rfc850 = /^([a-z]{6,9}), (\d{2})-(\w{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
const asctime = /^(\w{3}) (\w{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/**
 * Null when the text is no HTTP date. Case does not matter, as RFC 9111 section 4.2 asks of caches. `now` places a
 * two-digit year within fifty years of it.
 */
export function parseHttpDate(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  let parts = imf.exec(text);
  if (parts && among(days, parts[1])) {
    return instant(Number(parts[4]), parts[3] as string, Number(parts[2]), parts[5], parts[6], parts[7]);
  }
  parts = rfc850.exec(text);
  if (parts && among(longDays, parts[1])) {
    const century = Math.floor(new Date(now).getUTCFullYear() / 100) * 100;
    let year = century + Number(parts[4]);
    if (year > new Date(now).getUTCFullYear() + 50) year -= 100;
    return instant(year, parts[3] as string, Number(parts[2]), parts[5], parts[6], parts[7]);
  }
  parts = asctime.exec(text);
  if (parts && among(days, parts[1])) {
    return instant(Number(parts[7]), parts[2] as string, Number(parts[3]), parts[4], parts[5], parts[6]);
  }
  return null;
}

function instant(year: number, month: string, day: number, h?: string, m?: string, s?: string): number | null {
  const at = months.indexOf(month.toLowerCase());
  const [hours, minutes, secs] = [Number(h), Number(m), Number(s)];
  if (at < 0 || day < 1 || day > 31 || hours > 23 || minutes > 59 || secs > 60) return null;
  return Date.UTC(year, at, day, hours, minutes, secs);
}

/** The preferred form: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export const formatHttpDate = (ms: number): string => new Date(ms).toUTCString();
