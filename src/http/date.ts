/** The three date forms of RFC 9110 section 5.6.7, to milliseconds since 1970 and back. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const longDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const imf = /^(\w{3}), (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const rfc850 = /^([A-Z][a-z]{5,8}), (\d{2})-(\w{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const asctime = /^(\w{3}) (\w{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/**
 * Null when the text is no HTTP date. Case matters, as the grammar says: a date that one recipient reads and the next
 * does not is a date that two caches disagree about. `now` places a two-digit year within fifty years of it.
 */
export function parseHttpDate(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  let parts = imf.exec(text);
  if (parts && days.includes(parts[1] as string)) {
    return instant(Number(parts[4]), parts[3] as string, Number(parts[2]), parts[5], parts[6], parts[7]);
  }
  parts = rfc850.exec(text);
  if (parts && longDays.includes(parts[1] as string)) {
    const century = Math.floor(new Date(now).getUTCFullYear() / 100) * 100;
    let year = century + Number(parts[4]);
    if (year > new Date(now).getUTCFullYear() + 50) year -= 100;
    return instant(year, parts[3] as string, Number(parts[2]), parts[5], parts[6], parts[7]);
  }
  parts = asctime.exec(text);
  if (parts && days.includes(parts[1] as string)) {
    return instant(Number(parts[7]), parts[2] as string, Number(parts[3]), parts[4], parts[5], parts[6]);
  }
  return null;
}

function instant(year: number, month: string, day: number, h?: string, m?: string, s?: string): number | null {
  const at = months.indexOf(month);
  const [hours, minutes, secs] = [Number(h), Number(m), Number(s)];
  if (at < 0 || day < 1 || day > 31 || hours > 23 || minutes > 59 || secs > 60) return null;
  return Date.UTC(year, at, day, hours, minutes, secs);
}

/** The preferred form: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export const formatHttpDate = (ms: number): string => new Date(ms).toUTCString();
