import { SCHEMES } from './words.ts';

const schemes = new Set(SCHEMES.split(' '));
const NAMED: Readonly<Record<string, number>> = {
  tab: 9,
  newline: 10,
  colon: 0x3a,
  lpar: 0x28,
  sol: 0x2f,
  bsol: 0x5c,
  nbsp: 0xa0,
};

/** Kinds of content that a `data:` address may carry without running anything. */
const QUIET_DATA =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/|text\/(?:plain|css|csv)|application\/(?:pdf|json|font|x-font|octet))/;

/**
 * Does the attribute value `text[from, to)` name an address that runs script or is a document of its own? As browsers do, it
 * decodes entities and passes over white space and control characters.
 */
export function isActiveUrl(text: string, from: number, to: number): boolean {
  const lead = significant(text, from, to, 48);
  const colon = lead.indexOf(':');
  if (colon < 0) return false;
  const scheme = lead.slice(0, colon);
  if (scheme === 'data') return !QUIET_DATA.test(lead.slice(colon + 1));
  return schemes.has(scheme);
}

const WINDOW = 96;

/** Is what stands at `from` (behind `=`) certainly no active address? Looks at a few bytes only and says no when in doubt. */
export function isQuietUrl(text: string, from: number): boolean {
  const to = Math.min(text.length, from + WINDOW);
  let at = from;
  while (at < to && (text.charCodeAt(at) <= 0x20 || isQuote(text.charCodeAt(at)))) at++;
  for (let letters = 0; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3a) return letters === 4 || letters === 5 ? /^https?$/i.test(text.slice(at - letters, at)) : false;
    if (code === 0x26 || code <= 0x20 || code >= 0x7f) return false;
    if (code === 0x2f || code === 0x3f || code === 0x23 || code === 0x3e || isQuote(code)) return true;
    letters++;
  }
  return at >= text.length;
}

function isQuote(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x60;
}

/** The first `limit` characters that count, in lower case. */
function significant(text: string, from: number, to: number, limit: number): string {
  const entity = { next: from, code: 0 };
  let lead = '';
  while (entity.next < to && lead.length < limit) {
    decode(text, to, entity);
    if (entity.code > 0x20 && entity.code < 0x7f) lead += String.fromCharCode(entity.code);
  }
  return lead.toLowerCase();
}

/** The character at `entity.next`, decoded if it is a character reference; moves `next` behind it. */
function decode(text: string, to: number, entity: { next: number; code: number }): void {
  const at = entity.next;
  entity.code = text.charCodeAt(at);
  entity.next = at + 1;
  if (entity.code !== 0x26) return;
  if (text.charCodeAt(at + 1) === 0x23) numeric(text, at + 2, to, entity);
  else named(text, at + 1, to, entity);
}

function numeric(text: string, start: number, to: number, entity: { next: number; code: number }): void {
  const base = (text.charCodeAt(start) | 0x20) === 0x78 ? 16 : 10;
  const digits = base === 16 ? start + 1 : start;
  let at = digits;
  let value = 0;
  for (; at < to; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit < 0 || digit >= base) break;
    value = Math.min(value * base + digit, 0x110000);
  }
  if (at === digits) return;
  entity.code = value;
  entity.next = at < to && text.charCodeAt(at) === 0x3b ? at + 1 : at;
}

function named(text: string, start: number, to: number, entity: { next: number; code: number }): void {
  let at = start;
  const limit = Math.min(to, start + 8);
  while (at < limit && text.charCodeAt(at) !== 0x3b) at++;
  if (at >= limit) return;
  const code = NAMED[text.slice(start, at).toLowerCase()];
  if (code === undefined) return;
  entity.code = code;
  entity.next = at + 1;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

const ACTIVE_STYLE = [
  'expression(',
  'javascript:',
  'vbscript:',
  'behavior:',
  'behaviour:',
  '-moz-binding',
  '@import',
  'progid:',
  'data:text/html',
  'link-source',
];

/** Does the style `value[from, end)` run script? Comments, escapes, entities and white space are taken out first. */
export function isActiveStyle(value: string, from: number, end: number): boolean {
  const text = value.slice(from, end);
  const to = text.length;
  const parts: string[] = [];
  const entity = { next: 0, code: 0 };
  while (entity.next < to) {
    if (text.startsWith('/*', entity.next)) {
      const close = text.indexOf('*/', entity.next + 2);
      if (close < 0) break;
      entity.next = close + 2;
      continue;
    }
    decode(text, to, entity);
    if (entity.code === 0x5c) escape(text, to, entity);
    if (entity.code > 0x20 && entity.code < 0x7f) parts.push(String.fromCharCode(entity.code));
  }
  const style = parts.join('').toLowerCase();
  return ACTIVE_STYLE.some((mark) => style.includes(mark));
}

/** A CSS escape: up to six hexadecimal digits and one white space, or the character itself. */
function escape(text: string, to: number, entity: { next: number; code: number }): void {
  let value = 0;
  let at = entity.next;
  for (; at < to && at < entity.next + 6; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit < 0) break;
    value = value * 16 + digit;
  }
  if (at === entity.next) {
    entity.code = at < to ? text.charCodeAt(at) : 0;
    entity.next = at + 1;
    return;
  }
  entity.code = value;
  entity.next = at < to && text.charCodeAt(at) <= 0x20 ? at + 1 : at;
}
