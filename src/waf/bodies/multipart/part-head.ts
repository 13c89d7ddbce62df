import { lowerAscii } from '../../bytes.ts';
import { readDisposition } from './disposition.ts';

/** Longest header line of a part, in bytes, as in ModSecurity v2. */
const longestLine = 4096;

/** The header lines of one part while they are read. Faults are kept and reading goes on. */
export class PartHead {
  /** Whole lines as they came, folded ones joined by a blank. */
  readonly lines: string[] = [];
  name: string | null = null;
  fileName: string | null = null;
  error: string | null = null;
  folding = false;
  invalidFolding = false;
  invalidQuoting = false;
  readonly #values = new Map<string, string>();
  #last: string | null = null;

  /** One line without its end. A line that is too long is cut. */
  add(text: string): void {
    if (text.length > longestLine) this.#fault(`a part header of more than ${longestLine} bytes`);
    const line = text.slice(0, longestLine);
    if (line.includes('\0')) this.#fault('a NUL byte in a part header');
    if (/^[ \t\v\f\r]/.test(line)) this.#fold(line);
    else this.#header(line);
  }

  /** Makes sense of the headers once they are complete. */
  finish(): void {
    const value = this.#values.get('content-disposition');
    if (value === undefined) {
      this.#fault('a part has no Content-Disposition');
      return;
    }
    const found = readDisposition(value);
    this.name = found.name;
    this.fileName = found.fileName;
    this.invalidQuoting = found.invalidQuoting;
    if (found.error !== null) this.#fault(`a part's Content-Disposition is invalid: ${found.error}`);
    else if (found.name === null) this.#fault('a part has no name');
  }

  #header(line: string): void {
    this.lines.push(line);
    const colon = line.indexOf(':');
    const name = lowerAscii(line.slice(0, Math.max(colon, 0)));
    if (colon < 0) this.#fault('a part header has no colon');
    else if (!/^[!-~]+$/.test(name)) this.#fault('the name of a part header is empty or has invalid characters');
    else if (this.#values.has(name)) this.#fault(`the part header ${name} stands twice`);
    else this.#values.set(name, line.slice(colon + 1).replace(/^[\t ]+/, ''));
    this.#last = name;
  }

  /** RFC 2557 folds with blanks and tabs; others are taken too, because applications do, and flagged. */
  #fold(line: string): void {
    this.folding = true;
    let at = 0;
    while (/[ \t\v\f\r]/.test(line.charAt(at))) at += 1;
    if (/[^\t ]/.test(line.slice(0, at))) this.invalidFolding = true;
    const before = this.lines.pop();
    if (before === undefined || this.#last === null) {
      this.lines.push(line);
      this.#fault('a part begins with a folded header line');
      return;
    }
    const rest = ` ${line.slice(at)}`;
    this.lines.push(before + rest);
    const value = (this.#values.get(this.#last) ?? '') + rest;
    if (value.length > longestLine) this.#fault(`a part header of more than ${longestLine} bytes`);
    else this.#values.set(this.#last, value);
  }

  #fault(says: string): void {
    this.error ??= says;
  }
}
