import type { BodyLimits, PartHeaders, UploadedFile } from '../body-view.ts';
import { Gathered } from '../gather.ts';
import type { Oddities } from './flags.ts';
import { PartHead } from './part-head.ts';

/** Reads the parts between boundary lines. Goes through the body line by line, once. */
export class PartReader {
  readonly files: UploadedFile[] = [];
  readonly parts: PartHeaders[] = [];
  readonly out: Gathered;
  readonly #body: string;
  readonly #boundary: string;
  readonly #limits: BodyLimits;
  readonly #odd: Oddities;
  #part: PartHead | null = null;
  /** Where the current part's data begins; -1 while its headers are read. */
  #data = -1;
  /** Did a line of data come since the headers ended? */
  #dataSeen = false;
  #boundaries = 0;
  /** Where the boundary's text stands next, seen from where it was last looked for; -1 for nowhere. */
  #mark: number;
  #headLines = 0;
  #complete = false;

  constructor(body: string, boundary: string, limits: BodyLimits, odd: Oddities) {
    this.#body = body;
    this.#boundary = boundary;
    this.#limits = limits;
    this.#odd = odd;
    this.out = new Gathered(limits);
    this.#mark = body.indexOf(`--${boundary}`);
  }

  read(): void {
    const body = this.#body;
    let at = 0;
    while (at < body.length && !this.#complete) {
      const feed = body.indexOf('\n', at);
      const next = feed < 0 ? body.length : feed + 1;
      if (!this.#boundaryLine(at, next)) this.#otherLine(at, next);
      at = next;
    }
    if (this.#complete) {
      if (at < body.length) this.#odd.after = true;
      return;
    }
    this.#fault(this.#boundaries > 0 ? 'the final boundary is missing' : 'there is no boundary in the body');
    // Lenient applications take a part that is cut off, so rules see it as well.
    this.#endPart(body.length, false);
  }

  /** A line that is a boundary, which it then has dealt with. */
  #boundaryLine(at: number, next: number): boolean {
    const body = this.#body;
    if (!body.startsWith('--', at)) {
      this.#lookInside(at, next);
      return false;
    }
    if (!body.startsWith(this.#boundary, at + 2)) {
      this.#almost(at, next);
      return false;
    }
    // The line before ended in a bare line feed: one reader takes its carriage return for data, another does not.
    if (at > 0 && body[at - 2] !== '\r') this.#odd.lf = true;
    if (this.#boundaries > 0 && !this.#dataSeen && this.#part !== null) {
      this.#odd.invalidPart = true;
      return false;
    }
    let end = at + 2 + this.#boundary.length;
    const final = body.startsWith('--', end);
    if (final) end += 2;
    const rest = body.slice(end, next);
    if (rest === '\n') this.#odd.lf = true;
    else if (rest === '\r\n') this.#odd.crlf = true;
    else if (!(rest === '' && final)) {
      this.#fault('a boundary line goes on behind the boundary');
      return false;
    }
    this.#endPart(at, true);
    this.#boundaries += 1;
    this.#complete = final;
    if (!final) this.#beginPart();
    return true;
  }

  /** Two dashes that do not begin the boundary: harmless, or somebody else's idea of it. */
  #almost(at: number, next: number): void {
    const body = this.#body;
    if (next - at <= 3) return;
    let i = at + 2;
    while (i < next && /\s/.test(body.charAt(i))) i += 1;
    if (i > at + 2 && body.startsWith(this.#boundary, i)) this.#fault('whitespace stands before a boundary');
    if (this.#odd.quoted && body.startsWith(`"${this.#boundary}`, at + 2)) this.#fault('a boundary is quoted');
    if (this.#odd.unmatched === 0) this.#odd.unmatched = 2;
    this.#lookInside(at + 1, next);
  }

  /** One search serves many lines: looking again from each would cost the square of a body without any. */
  #lookInside(at: number, next: number): void {
    if (this.#odd.unmatched === 1 || this.#mark < 0) return;
    if (this.#mark < at) this.#mark = this.#body.indexOf(`--${this.#boundary}`, at);
    if (this.#mark >= at && this.#mark < next) this.#odd.unmatched = 1;
  }

  #otherLine(at: number, next: number): void {
    if (this.#part === null) {
      if (!this.#complete) this.#odd.before = true;
    } else if (this.#data >= 0) this.#dataSeen = true;
    else this.#headLine(at, next, this.#part);
  }

  #headLine(at: number, next: number, part: PartHead): void {
    const body = this.#body;
    const fed = body[next - 1] === '\n';
    const returned = fed && next - at > 1 && body[next - 2] === '\r';
    if (returned) this.#odd.crlf = true;
    else if (fed) this.#odd.lf = true;
    const line = body.slice(at, next - (returned ? 2 : fed ? 1 : 0));
    if (line !== '') {
      this.#headLines += 1;
      if (this.#headLines <= this.#limits.count) part.add(line);
      else this.#fault(`more than ${this.#limits.count} part headers`);
      return;
    }
    part.finish();
    this.#data = next;
  }

  #beginPart(): void {
    this.#part = new PartHead();
    this.#data = -1;
    this.#dataSeen = false;
  }

  /** Gives away the part that ends at `at`; the line break before a boundary belongs to the boundary. */
  #endPart(at: number, atBoundary: boolean): void {
    const part = this.#part;
    if (part === null) return;
    this.#part = null;
    const body = this.#body;
    if (this.#data < 0) part.finish();
    if (part.error !== null) this.#fault(part.error);
    if (part.name === null) this.#odd.invalidPart = true;
    this.#odd.folding ||= part.folding;
    this.#odd.invalidFolding ||= part.invalidFolding;
    this.#odd.invalidQuoting ||= part.invalidQuoting;

    const start = this.#data < 0 ? at : this.#data;
    let end = at;
    if (atBoundary && end > start && body[end - 1] === '\n') end -= end - 1 > start && body[end - 2] === '\r' ? 2 : 1;
    const content = body.slice(start, end);
    const field = part.name ?? '';
    if (this.parts.length >= this.#limits.count) {
      this.#fault(`more than ${this.#limits.count} parts`);
      return;
    }
    this.parts.push({ field, lines: part.lines });
    if (part.fileName === null) this.out.add(field, content);
    else this.files.push({ field, fileName: part.fileName, size: content.length, content });
  }

  #fault(says: string): void {
    this.#odd.error = true;
    this.out.fault(says);
  }
}
