import * as T from './token.ts';
import { classOf, DIGIT, QUOTES, SPACE, WORD } from './char-class.ts';
import { Lexemes } from './lexemes.ts';

const BACKSLASH = 0x5c;
const DOT = 0x2e;

/**
 * Cuts a value into SQL tokens, one at a time, with one token of lookahead (`ahead`). Every method only moves forward, so
 * reading a value costs its length once. Two families of dialect differ in what quotes and comments are: MySQL (`#` and
 * `-- ` start comments, `\` escapes, `/*!` is code) and the rest (`--` starts a comment, `#` and `\` mean nothing).
 */
export class Scanner extends Lexemes {
  kind = T.END;
  from = 0;
  to = 0;
  /** Is the string token that was read closed? One that runs into the end waits for the query's own quote. */
  closed = true;
  /** Executable comment (`/*!`) met so far. */
  executable = false;
  /** A comment met so far may have an end still to come. */
  private inside = false;

  /** Starts over. `quote` is the char code of the quote the value stands in, 0 for none: then the first token is the string it ends. */
  open(text: string, mysql: boolean, quote: number): void {
    this.text = text;
    this.mysql = mysql;
    this.at = 0;
    this.executable = this.inside = false;
    if (quote === 0) this.read();
    else {
      this.aheadFrom = 0;
      this.quoted(quote);
      this.aheadTo = this.at;
    }
    this.next();
  }

  /** Takes the next token: `kind`, `from`, `to` describe it, `ahead` is the kind of the one behind it. */
  next(): number {
    this.kind = this.ahead;
    this.from = this.aheadFrom;
    this.to = this.aheadTo;
    this.closed = this.aheadClosed;
    this.read();
    return this.kind;
  }

  /** The text of the token that was read. Allocates: for rare checks and for reasons. */
  word(): string {
    return this.text.slice(this.from, this.to);
  }

  /** The first char code of the token that was read, and of the one ahead. */
  first(): number {
    return this.text.charCodeAt(this.from);
  }

  firstAhead(): number {
    return this.aheadFrom < this.text.length ? this.text.charCodeAt(this.aheadFrom) : 0;
  }

  /** Does the comment that was read stand against a word, with white space before it (` --word`, as search engines exclude words)? */
  glued(): boolean {
    const { text, from } = this;
    return text.charCodeAt(from - 1) <= 0x20 && classOf(text.charCodeAt(from + 2)) === WORD;
  }

  private read(): void {
    const { text } = this;
    const end = text.length;
    this.aheadClosed = true;
    for (;;) {
      if (this.at >= end) {
        this.aheadFrom = this.aheadTo = end;
        this.ahead = T.END;
        return;
      }
      const start = this.at;
      const code = text.charCodeAt(start);
      const group = classOf(code);
      if (group === SPACE || code === BACKSLASH || code === 0xa0) {
        this.at++;
        continue;
      }
      if (code === 0xc2 && text.charCodeAt(start + 1) === 0xa0) {
        this.at += 2; // a no-break space in UTF-8, white space to MySQL
        continue;
      }
      this.aheadFrom = start;
      if (group === WORD) this.wordAt(start);
      else if (group === DIGIT) this.number(start);
      else if (group === QUOTES) this.quoteAt(code);
      else if (!this.mark(code)) continue;
      this.aheadTo = this.at;
      return;
    }
  }

  /** Punctuation and operators; false when it was a comment that counts as white space. */
  private mark(code: number): boolean {
    const { text, at } = this;
    const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
    switch (code) {
      case 0x28: // (
      case 0x5b: // [ opens a bracketed name in SQL Server; what is in it is read all the same
        return this.single(T.OPEN);
      case 0x29:
      case 0x5d:
        return this.single(T.CLOSE);
      case 0x7b:
        return this.single(T.OPEN_BRACE);
      case 0x7d:
        return this.single(T.CLOSE_BRACE);
      case 0x2c:
        return this.single(T.COMMA);
      case 0x3b:
        return this.single(T.SEMICOLON);
      case 0x2b:
        return this.single(T.PLUS);
      case 0x2d: // -
        if (next === 0x2d && (!this.mysql || this.spaceAfter(at + 2))) return this.lineComment(at + 2);
        if (next === 0x3e)
          return this.double(at + 2 < text.length && text.charCodeAt(at + 2) === 0x3e ? 3 : 2, T.OPERATOR);
        return this.single(T.PLUS);
      case 0x23: // #
        return this.mysql ? this.lineComment(at + 1) : this.single(T.OPERATOR);
      case 0x2a:
        return next === 0x2f && this.closesComment() ? this.skip(2) : this.single(T.STAR);
      case 0x2f: // /
        return next === 0x2a ? this.blockComment() : this.single(T.SLASH);
      case 0x25: // %
      case 0x5e: // ^
      case 0x7e: // ~
        return this.single(T.OPERATOR);
      case 0x7c: // |
        return next === 0x7c ? this.double(2, T.CONCAT) : this.single(T.OPERATOR);
      case 0x26: // &
        return next === 0x26 ? this.double(2, T.LOGIC) : this.single(T.OPERATOR);
      case 0x3d: // =
        return this.single(T.COMPARE);
      case 0x3c: // <
        if (next === 0x3d) return this.double(text.charCodeAt(at + 2) === 0x3e ? 3 : 2, T.COMPARE);
        if (next === 0x3c) return this.double(2, T.OPERATOR);
        return next === 0x3e ? this.double(2, T.COMPARE) : this.single(T.COMPARE);
      case 0x3e: // >
        if (next === 0x3e) return this.double(2, T.OPERATOR);
        return next === 0x3d ? this.double(2, T.COMPARE) : this.single(T.COMPARE);
      case 0x21: // !
        return next === 0x3d ? this.double(2, T.COMPARE) : this.single(T.NOT);
      case 0x3a: // :
        if (next === 0x3a) return this.double(2, T.CAST);
        if (next === 0x3d) return this.double(2, T.COMPARE);
        return classOf(next) === WORD ? this.variable() : this.single(T.JUNK);
      case 0x40: // @
      case 0x3f: // ?
        return this.variable();
      case DOT:
        return this.dot(next);
      default:
        return this.single(T.JUNK);
    }
  }

  private dot(next: number): boolean {
    if (classOf(next) === DIGIT) this.number(this.at);
    else if (classOf(next) === WORD) this.wordAt(this.at + 1);
    else return this.skip(1);
    return true;
  }

  private single(kind: number): boolean {
    return this.double(1, kind);
  }

  private double(width: number, kind: number): boolean {
    this.at += width;
    this.ahead = kind;
    return true;
  }

  private skip(width: number): boolean {
    this.at += width;
    return false;
  }

  private spaceAfter(at: number): boolean {
    return at >= this.text.length || this.text.charCodeAt(at) <= 0x20;
  }

  /** May the asterisk and slash here end a comment: one that nests or is code, or one that the query has open before the value? */
  private closesComment(): boolean {
    return this.at === 0 || this.inside;
  }

  private lineComment(from: number): boolean {
    const line = this.text.indexOf('\n', from);
    if (line >= 0 && line + 1 < this.text.length) {
      this.at = line + 1;
      return false;
    }
    return this.rest(T.COMMENT);
  }

  private blockComment(): boolean {
    const { text, at } = this;
    const mark = text.charCodeAt(at + 2);
    if (this.mysql && (mark === 0x21 || (mark === 0x4d && text.charCodeAt(at + 3) === 0x21))) {
      let from = at + (mark === 0x21 ? 3 : 4);
      const limit = from + 6;
      while (from < limit && classOf(text.charCodeAt(from)) === DIGIT) from++;
      this.executable = this.inside = true;
      this.at = from;
      return false;
    }
    const close = text.indexOf('*/', at + 2);
    if (close < 0) return this.rest(T.COMMENT);
    const nested = text.indexOf('/*', at + 2);
    if (nested >= 0 && nested < close) this.inside = true; // PostgreSQL and SQL Server nest comments: another end may follow
    this.at = close + 2;
    return false;
  }

  private rest(kind: number): boolean {
    this.at = this.text.length;
    this.ahead = kind;
    return true;
  }
}
