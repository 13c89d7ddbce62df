import * as N from './names.ts';
import * as R from './reasons.ts';
import { isActiveStyle, isActiveUrl } from './values.ts';

const GREATER = 0x3e;
const SLASH = 0x2f;
const EQUALS = 0x3d;

/** Where on a page the value would stand. */
export const DATA = 0;
export const UNQUOTED = 1;

/**
 * Reads a value by the rules of the HTML tokenizer from the place it would stand in: text, an attribute without quotes, or
 * inside a quote (give its char code). One pass; what a browser would not take for a tag is not taken for one here.
 */
export class HtmlReader {
  private text = '';
  private at = 0;
  private verdict: number = R.CLEAN;
  /** The part of the value that decided. */
  from = 0;
  to = 0;

  judge(text: string, place: number): number {
    this.text = text;
    this.at = 0;
    this.verdict = R.CLEAN;
    if (place === UNQUOTED) this.attributes(null, false, true);
    else if (place !== DATA) {
      const quote = text.indexOf(String.fromCharCode(place));
      if (quote < 0) return R.CLEAN;
      this.at = quote + 1;
      this.attributes(null, false, true);
    }
    while (this.verdict === R.CLEAN && this.at < text.length) this.markup();
    return this.verdict;
  }

  private hit(reason: number, from: number, to: number): void {
    this.verdict = reason;
    this.from = from;
    this.to = to;
  }

  /** From text to behind the next tag, comment or declaration. */
  private markup(): void {
    const { text } = this;
    const open = text.indexOf('<', this.at);
    if (open < 0) {
      this.at = text.length;
      return;
    }
    let at = open + 1;
    while (text.charCodeAt(at) === 0) at++;
    const code = text.charCodeAt(at);
    this.at = at;
    if (isLetter(code)) this.tag(at);
    else if (code === SLASH && isLetter(text.charCodeAt(at + 1))) {
      this.name(at + 1);
      this.attributes(null, true, false);
    } else if (code === 0x21) this.declaration(open, at + 1);
    else if (code === 0x3f) this.instruction(open, at + 1);
  }

  /** The element's name from `start`, in lower case and without NUL bytes; leaves `at` behind it. */
  private name(start: number): string {
    const { text } = this;
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === GREATER || code === SLASH || isSpace(code)) break;
    }
    this.at = at;
    if (at - start > 64) return '';
    const name = text.slice(start, at).toLowerCase();
    return name.includes('\0') ? name.replaceAll('\0', '') : name;
  }

  private tag(start: number): void {
    const name = this.name(start);
    if (N.isActive(name)) {
      this.hit(R.ELEMENT, start - 1, this.at);
      return;
    }
    this.attributes(N.loadingAttributes(name) ?? null, true, true);
  }

  /**
   * Attributes up to `>`. `loading` are those through which the element acts; `inTag` is false where the tag is only supposed
   * (the value stands in an attribute), and then names have to be certain; `live` is false in end tags, which have none.
   */
  private attributes(loading: ReadonlySet<string> | null, inTag: boolean, live: boolean): void {
    const { text } = this;
    const end = text.length;
    while (this.verdict === R.CLEAN) {
      let at = this.at;
      while (at < end && (isSpace(text.charCodeAt(at)) || text.charCodeAt(at) === SLASH)) at++;
      if (at >= end || text.charCodeAt(at) === GREATER) {
        this.at = at + 1;
        return;
      }
      const start = at;
      at++; // a leading `=` is part of the name
      while (at < end && !endsName(text.charCodeAt(at))) at++;
      const stop = at;
      while (at < end && isSpace(text.charCodeAt(at))) at++;
      if (text.charCodeAt(at) !== EQUALS) {
        this.at = stop;
        if (loading !== null && loading.has(text.slice(start, stop).toLowerCase())) this.hit(R.ELEMENT, start, stop);
        continue;
      }
      at++;
      while (at < end && isSpace(text.charCodeAt(at))) at++;
      this.value(at);
      if (live && stop - start <= 40) this.attribute(start, stop, loading, inTag);
    }
  }

  private valueFrom = 0;
  private valueTo = 0;

  private value(start: number): void {
    const { text } = this;
    const quote = text.charCodeAt(start);
    if (quote === 0x22 || quote === 0x27 || quote === 0x60) {
      const close = text.indexOf(String.fromCharCode(quote), start + 1);
      this.valueFrom = start + 1;
      this.valueTo = close < 0 ? text.length : close;
      this.at = this.valueTo + 1;
      return;
    }
    let at = start;
    while (at < text.length && text.charCodeAt(at) !== GREATER && !isSpace(text.charCodeAt(at))) at++;
    this.valueFrom = start;
    this.valueTo = this.at = at;
  }

  private attribute(from: number, to: number, loading: ReadonlySet<string> | null, inTag: boolean): void {
    const { text, valueFrom, valueTo } = this;
    let name = text.slice(from, to).toLowerCase();
    if (name.includes('\0')) name = name.replaceAll('\0', '');
    if (loading?.has(name) === true) {
      this.hit(R.ELEMENT, from, valueTo);
      return;
    }
    if (name.startsWith('xmlns:') && /xhtml|svg/i.test(text.slice(valueFrom, Math.min(valueTo, valueFrom + 64)))) {
      this.hit(R.ELEMENT, from, valueTo);
      return;
    }
    switch (N.kindOfAttribute(name)) {
      case N.EVENT:
        if (inTag || plausibleHandler(text, valueFrom, valueTo)) this.hit(R.EVENT_HANDLER, from, valueTo);
        return;
      case N.URL:
        if (isActiveUrl(text, valueFrom, valueTo)) this.hit(R.ACTIVE_URL, from, valueTo);
        return;
      case N.STYLE:
        if (isActiveStyle(text, valueFrom, valueTo)) this.hit(R.ACTIVE_STYLE, from, valueTo);
        return;
      case N.DOCUMENT:
        if (valueTo > valueFrom) this.hit(R.INNER_DOCUMENT, from, valueTo);
        return;
      case N.BINDING:
        this.hit(R.BOUND_DATA, from, valueTo);
        return;
      case N.NAMING:
        if (this.named(valueFrom, valueTo)) this.hit(R.EVENT_HANDLER, from, valueTo);
        return;
      default:
        if (inTag && N.looksLikeEvent(name)) this.hit(R.EVENT_HANDLER, from, valueTo);
    }
  }

  /** Does an animation's `attributeName` name an event handler or an address? */
  private named(from: number, to: number): boolean {
    if (to - from > 40) return false;
    const kind = N.kindOfAttribute(this.text.slice(from, to).trim().toLowerCase());
    return kind === N.EVENT || kind === N.URL;
  }

  private declaration(open: number, start: number): void {
    const { text } = this;
    if (text.startsWith('--', start)) {
      this.comment(open, start + 2);
      return;
    }
    const word = text.slice(start, start + 12).toLowerCase();
    this.at = after(text, '>', start);
    if (word.startsWith('doctype')) {
      if (word !== 'doctype html' || text.charCodeAt(start + 12) !== GREATER) this.hit(R.DOCTYPE, open, this.at);
    } else if (word.startsWith('entity') || word.startsWith('element') || word.startsWith('attlist')) {
      this.hit(R.DECLARATION, open, this.at);
    } else if (word.startsWith('[if') || word.startsWith('[endif')) this.hit(R.CONDITIONAL, open, this.at);
  }

  private instruction(open: number, start: number): void {
    const { text } = this;
    const word = text.slice(start, start + 14).toLowerCase();
    this.at = after(text, '>', start);
    if (word.startsWith('import') || word.startsWith('xml-stylesheet')) this.hit(R.DECLARATION, open, this.at);
  }

  private comment(open: number, start: number): void {
    const { text } = this;
    if (text.charCodeAt(start) === GREATER) this.at = start + 1;
    else if (text.startsWith('->', start)) this.at = start + 2;
    else this.at = commentEnd(text, start);
    const inner = text.slice(start, this.at);
    const conditional = /^\s{0,64}\[(?:if|endif)/i.test(inner);
    if (conditional || (inner.includes('`') && inner.includes('<'))) this.hit(R.CONDITIONAL, open, this.at);
  }
}

/** Outside a real tag a handler must have a value, and not be the end of a base64 word (`onAbort==`). */
function plausibleHandler(text: string, from: number, to: number): boolean {
  return to > from && text.charCodeAt(from) !== EQUALS;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

/** Behind the first `-->` or `--!>`. */
function commentEnd(text: string, from: number): number {
  for (let at = text.indexOf('--', from); at >= 0; at = text.indexOf('--', at + 1)) {
    if (text.charCodeAt(at + 2) === GREATER) return at + 3;
    if (text.charCodeAt(at + 2) === 0x21 && text.charCodeAt(at + 3) === GREATER) return at + 4;
  }
  return text.length;
}

function endsName(code: number): boolean {
  return code === EQUALS || code === GREATER || code === SLASH || isSpace(code);
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a && code < 0x80;
}
