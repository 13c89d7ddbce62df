import * as N from './names.ts';
import { isQuietUrl } from './values.ts';

/**
 * What a value must contain before it can be markup that runs: `<`, or `=` (an attribute with a value). A program that
 * profiles values by byte may skip every value with neither.
 */
export const HTML_MARKS = '<=';

const NAME_LIMIT = 64;
/** No element that matters has a shorter name (`svg`). */
const SHORTEST = 3;

/**
 * Could the value be a hit in any context? Looks only at the words behind `<` and before `=`, whatever quotes they stand in:
 * whoever is let through here is read by the rules. Rich text mostly ends here.
 */
export function mayScript(value: string): boolean {
  const markup = value.includes('<');
  return (markup && mayOpen(value)) || (value.includes('=') && maySet(value, markup));
}

/** Does some `<` begin more than an inert element? */
function mayOpen(value: string): boolean {
  for (let at = value.indexOf('<'); at >= 0; at = value.indexOf('<', at + 1)) {
    const code = value.charCodeAt(at + 1);
    if (code === 0 || code === 0x21 || code === 0x3f) return true;
    if (!isLetter(code)) continue;
    const limit = Math.min(value.length, at + 1 + NAME_LIMIT);
    let end = at + 2;
    while (end < limit && !endsElement(value.charCodeAt(end))) end++;
    if (end - at < SHORTEST + 1) continue;
    const name = value.slice(at + 1, end).toLowerCase();
    if (name.includes('\0') || N.isActive(name) || N.loadingAttributes(name) !== undefined) return true;
  }
  return false;
}

/** Does some `=` follow the name of an attribute that matters, and not a quiet address? */
function maySet(value: string, markup: boolean): boolean {
  for (let at = value.indexOf('='); at >= 0; at = value.indexOf('=', at + 1)) {
    let end = at;
    while (end > 0 && isSpace(value.charCodeAt(end - 1))) end--;
    const limit = Math.max(0, end - NAME_LIMIT);
    let start = end;
    while (start > limit && isNameByte(value.charCodeAt(start - 1))) start--;
    if (end - start < 2) continue;
    const name = value.slice(start, end).toLowerCase();
    if (name.includes('\0') || name.startsWith('xmlns:')) return true;
    const kind = N.kindOfAttribute(name);
    if (kind === N.PLAIN) {
      if (markup && N.looksLikeEvent(name)) return true;
    } else if (kind !== N.URL || !isQuietUrl(value, at + 1)) return true;
  }
  return false;
}

function endsElement(code: number): boolean {
  return code === 0x3e || code === 0x2f || isSpace(code);
}

/** What may be in the names that matter; NUL, because it is taken out of them. */
function isNameByte(code: number): boolean {
  return isLetter(code) || code === 0x3a || code === 0x2d || code === 0;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a && code < 0x80;
}
