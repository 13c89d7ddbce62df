import { hexByte } from '../../bytes.ts';
import { isUtf8, utf8 } from '../../utf8.ts';

/** What stands in a string for itself; many times faster than a loop. */
const plain = /[ !#-[\]-\x7f]*/y;

/**
 * Reads JSON's tokens (RFC 8259) from a byte string. Strings come back as UTF-8 bytes; a lone surrogate escape becomes
 * U+FFFD. `at` stands behind what was read; every method answers null when the text is not what it reads.
 */
export class JsonScanner {
  at = 0;
  /** A string held bytes that are not UTF-8. They are kept as they are. */
  badUtf8 = false;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Skips blanks and gives the code of what comes next, NaN at the end. */
  peek(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.at += 1;
    }
  }

  /** Takes one character if it is the next. */
  take(code: number): boolean {
    if (this.peek() !== code) return false;
    this.at += 1;
    return true;
  }

  /** `true`, `false`, or a number as it is written; null as ''. */
  scalar(): string | null {
    const start = this.at;
    for (const word of ['true', 'false', 'null']) {
      if (this.text.startsWith(word, start)) {
        this.at += word.length;
        return word === 'null' ? '' : word;
      }
    }
    if (this.text.charCodeAt(this.at) === 0x2d) this.at += 1;
    const zero = this.text.charCodeAt(this.at) === 0x30;
    const whole = this.#digits();
    if (whole === 0 || (zero && whole > 1)) return null;
    if (this.text.charCodeAt(this.at) === 0x2e) {
      this.at += 1;
      if (this.#digits() === 0) return null;
    }
    if ((this.text.charCodeAt(this.at) | 0x20) === 0x65) {
      const sign = this.text.charCodeAt(this.at + 1);
      this.at += sign === 0x2b || sign === 0x2d ? 2 : 1;
      if (this.#digits() === 0) return null;
    }
    return this.text.slice(start, this.at);
  }

  /** Skips digits and says how many. */
  #digits(): number {
    const start = this.at;
    while (this.text.charCodeAt(this.at) >= 0x30 && this.text.charCodeAt(this.at) <= 0x39) this.at += 1;
    return this.at - start;
  }

  /** A string, from its opening quote on. */
  string(): string | null {
    if (!this.take(0x22)) return null;
    const start = this.at;
    const pieces: string[] = [];
    let from = start;
    let high = false;
    for (;;) {
      plain.lastIndex = this.at;
      plain.test(this.text);
      this.at = plain.lastIndex;
      const code = this.text.charCodeAt(this.at);
      if (code === 0x22) break;
      // NaN, the end of the text, is not >= 0x20 either.
      if (!(code >= 0x20)) return null;
      if (code === 0x5c) {
        pieces.push(this.text.slice(from, this.at));
        const escaped = this.#escape();
        if (escaped === null) return null;
        pieces.push(escaped);
        from = this.at;
        continue;
      }
      if (code >= 0x80) high = true;
      this.at += 1;
    }
    const last = this.text.slice(from, this.at);
    const value = pieces.length === 0 ? last : pieces.join('') + last;
    if (high && !isUtf8(this.text.slice(start, this.at))) this.badUtf8 = true;
    this.at += 1;
    return value;
  }

  #escape(): string | null {
    const letter = this.text.charAt(this.at + 1);
    if (letter !== 'u') {
      const plain = escapes.get(letter);
      this.at += 2;
      return plain ?? null;
    }
    const first = this.#unit(this.at + 2);
    if (first < 0) return null;
    this.at += 6;
    if (first < 0xd800 || first > 0xdfff) return utf8(first);
    if (first > 0xdbff || this.text.charAt(this.at) !== '\\' || this.text.charAt(this.at + 1) !== 'u')
      return utf8(0xfffd);
    const second = this.#unit(this.at + 2);
    if (second < 0xdc00 || second > 0xdfff) return utf8(0xfffd);
    this.at += 6;
    return utf8(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
  }

  #unit(at: number): number {
    const high = hexByte(this.text, at);
    const low = hexByte(this.text, at + 2);
    return high < 0 || low < 0 ? -1 : high * 256 + low;
  }
}

const escapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
