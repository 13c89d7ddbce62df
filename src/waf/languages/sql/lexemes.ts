import * as T from './token.ts';
import { classOf, DIGIT, QUOTES, WORD } from './char-class.ts';
import { hashStep, kindOfWord } from './word-table.ts';

const BACKSLASH = 0x5c;
const DOT = 0x2e;

/** Words, numbers, strings and variables: the tokens that are longer than a mark. Each method starts at `at` or at the offset it is given and leaves `at` behind the token. */
export class Lexemes {
  protected text = '';
  protected mysql = false;
  protected at = 0;
  /** The kind of the token ahead. */
  ahead = T.END;
  protected aheadFrom = 0;
  protected aheadTo = 0;
  protected aheadClosed = true;

  protected variable(): boolean {
    const { text } = this;
    let at = this.at + 1;
    while (at < text.length && (text.charCodeAt(at) === 0x40 || text.charCodeAt(at) === 0x3a)) at++;
    const code = at < text.length ? text.charCodeAt(at) : 0;
    this.at = at;
    if (classOf(code) === QUOTES) this.quoteAt(code);
    else {
      while (at < text.length && wordy(text.charCodeAt(at))) at++;
      this.at = at;
    }
    this.ahead = T.VARIABLE;
    this.aheadClosed = true;
    return true;
  }

  /** Digits, hexadecimal, fraction, exponent. Letters behind them are the next token: `1or 1=1` is SQL to many servers. */
  protected number(start: number): void {
    const { text } = this;
    const end = text.length;
    let at = start;
    this.ahead = T.NUMBER;
    const mark = at + 1 < end ? text.charCodeAt(at + 1) | 0x20 : 0;
    if (text.charCodeAt(at) === 0x30 && (mark === 0x78 || mark === 0x62)) {
      let digits = at + 2;
      while (digits < end && hexadecimal(text.charCodeAt(digits))) digits++;
      if (digits > at + 2) {
        this.at = digits;
        return;
      }
    }
    while (at < end && classOf(text.charCodeAt(at)) === DIGIT) at++;
    if (at < end && text.charCodeAt(at) === DOT) {
      at++;
      while (at < end && classOf(text.charCodeAt(at)) === DIGIT) at++;
    }
    if (at < end && (text.charCodeAt(at) | 0x20) === 0x65) {
      let exponent = at + 1;
      const sign = exponent < end ? text.charCodeAt(exponent) : 0;
      if (sign === 0x2b || sign === 0x2d) exponent++;
      const digits = exponent;
      while (exponent < end && classOf(text.charCodeAt(exponent)) === DIGIT) exponent++;
      if (exponent > digits || !(exponent < end && wordy(text.charCodeAt(exponent)))) at = exponent;
    }
    this.at = at;
  }

  /** A word with its dotted parts, or a string with a prefix (`N'..'`, `x'..'`, `_utf8'..'`, `$tag$..$tag$`). */
  protected wordAt(start: number): void {
    const { text } = this;
    const end = text.length;
    let at = start;
    let hash = 0;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (!wordy(code) || (code === 0xc2 && text.charCodeAt(at + 1) === 0xa0)) break;
      // On its own 0xA0 is Latin-1's no-break space, white space to MySQL; behind a high byte it is part of a UTF-8 character.
      if (code === 0xa0 && at > start && text.charCodeAt(at - 1) < 0x80) break;
      hash = hashStep(hash, code);
    }
    const code = at < end ? text.charCodeAt(at) : 0;
    this.at = at;
    if (text.charCodeAt(start) === 0x24 && this.dollar(start, at)) return;
    if (code === 0x27 && prefixes(text, start, at)) {
      this.at = at;
      this.quoteAt(code);
      return;
    }
    this.ahead = kindOfWord(text, start, at, hash);
    if (code !== DOT || (this.ahead >= T.LOGIC && classOf(text.charCodeAt(at + 1)) === DIGIT)) return;
    const { ahead } = this;
    this.dotted(at);
    if (ahead === T.DANGEROUS) this.ahead = ahead; // a package: `dbms_pipe.receive_message`
  }

  private dotted(from: number): void {
    const { text } = this;
    let at = from;
    while (at < text.length && text.charCodeAt(at) === DOT) {
      at++;
      while (at < text.length && wordy(text.charCodeAt(at))) at++;
    }
    this.at = at;
    this.ahead = T.NAME;
  }

  /** PostgreSQL's dollar quotes. An unclosed one is taken as a string to the end, as the server would wait for its tag. */
  private dollar(start: number, end: number): boolean {
    const { text } = this;
    const second = text.indexOf('$', start + 1);
    if (this.mysql || second < 0 || second >= end || classOf(text.charCodeAt(start + 1)) === DIGIT) return false;
    const tag = text.slice(start, second + 1);
    const close = text.indexOf(tag, second + 1);
    this.at = close < 0 ? text.length : close + tag.length;
    this.ahead = T.STRING;
    this.aheadClosed = close >= 0;
    return true;
  }

  protected quoteAt(code: number): void {
    this.at++;
    this.quoted(code);
    if (code === 0x60) this.ahead = T.NAME;
  }

  /** Reads to the closing quote; a doubled quote and, in MySQL, an escaped one stay inside. */
  protected quoted(quote: number): void {
    const { text } = this;
    const end = text.length;
    let at = this.at;
    this.ahead = quote === 0x60 ? T.NAME : T.STRING;
    this.aheadClosed = true;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH && this.mysql && quote !== 0x60) at++;
      else if (code === quote) {
        if (at + 1 < end && text.charCodeAt(at + 1) === quote) at++;
        else {
          this.at = at + 1;
          return;
        }
      }
    }
    this.at = end;
    this.aheadClosed = false;
  }
}

function wordy(code: number): boolean {
  const group = classOf(code);
  return group === WORD || group === DIGIT;
}

function hexadecimal(code: number): boolean {
  return classOf(code) === DIGIT || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

/** Is the word `text[from, to)` one that may stand before a string and belongs to it? */
function prefixes(text: string, from: number, to: number): boolean {
  const first = text.charCodeAt(from) | 0x20;
  if (to - from === 1) return first === 0x6e || first === 0x78 || first === 0x62 || first === 0x65 || first === 0x71;
  if (text.charCodeAt(from) === 0x5f) return true;
  return to - from === 2 && first === 0x6e && (text.charCodeAt(from + 1) | 0x20) === 0x71;
}
