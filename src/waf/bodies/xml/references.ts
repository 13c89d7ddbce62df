import { utf8 } from '../../utf8.ts';

const names = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Longest reference that is looked at, `&#x0010ffff;` and some zeros. */
const longest = 16;

/**
 * Character data with its references replaced (XML 1.0 section 4.6 and 4.1) and line ends made one (2.11). Unknown entities
 * and characters that XML does not have are a `fault`, and stay as they are written.
 */
export function resolve(raw: string, fault: (says: string) => void): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  let amp = text.indexOf('&');
  if (amp < 0) return text;
  const pieces: string[] = [];
  let from = 0;
  while (amp >= 0) {
    const reference = text.slice(amp + 1, amp + longest);
    const size = reference.indexOf(';');
    const found = size < 0 ? null : one(reference.slice(0, size));
    if (found === null) {
      fault(`a reference that is not understood: &${reference.slice(0, size < 0 ? longest : size)}`);
    } else {
      pieces.push(text.slice(from, amp), found);
      from = amp + size + 2;
    }
    amp = text.indexOf('&', Math.max(from, amp + 1));
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** What stands between `&` and `;`. */
function one(name: string): string | null {
  const named = names.get(name);
  if (named !== undefined) return named;
  const digits = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(name);
  if (digits === null) return null;
  const point = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  return isCharacter(point) ? utf8(point) : null;
}

/** XML 1.0's production Char. */
function isCharacter(point: number): boolean {
  if (point < 0x20) return point === 0x09 || point === 0x0a || point === 0x0d;
  return point <= 0xd7ff || (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
}
