import { PatternSyntaxError } from './syntax-error.ts';

/** Where the reader stands in a pattern's source. */
export class Cursor {
  readonly source: string;
  position = 0;

  constructor(source: string) {
    this.source = source;
  }

  get done(): boolean {
    return this.position >= this.source.length;
  }

  peek(ahead = 0): string {
    return this.source[this.position + ahead] ?? '';
  }

  next(): string {
    return this.source[this.position++] ?? '';
  }

  sees(text: string): boolean {
    return this.source.startsWith(text, this.position);
  }

  /** Steps over `text` if it stands here. */
  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.position += text.length;
    return true;
  }

  /** Steps over the longest run of characters that are in `allowed`, at most `limit`. */
  run(allowed: string, limit = Infinity): string {
    const from = this.position;
    while (!this.done && this.position - from < limit && allowed.includes(this.peek())) this.position++;
    return this.source.slice(from, this.position);
  }

  /** Everything up to `end`, which is stepped over as well; fails with `missing` when it never comes. */
  until(end: string, missing: string): string {
    const at = this.source.indexOf(end, this.position);
    if (at < 0) this.fail(missing);
    const text = this.source.slice(this.position, at);
    this.position = at + end.length;
    return text;
  }

  fail(says: string, position = this.position): never {
    throw new PatternSyntaxError(says, this.source, position);
  }
}

export const decimal = '0123456789';
export const octal = '01234567';
export const hexadecimal = '0123456789abcdefABCDEF';
