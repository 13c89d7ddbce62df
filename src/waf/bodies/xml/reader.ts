import { isSpace } from '../../bytes.ts';
import type { BodyLimits } from '../body-view.ts';
import { Gathered } from '../gather.ts';
import { resolve } from './references.ts';

/**
 * Reads XML 1.0 for its character data and attribute values. No document types, so no entities of the document's own and
 * nothing that grows. A fault that leaves no way to go on ends the reading, and the rest is kept as raw text, so that what
 * a more lenient parser would find there is inspected all the same.
 */
export class XmlReader {
  readonly out: Gathered;
  readonly attributes: string[] = [];
  readonly text: string[] = [];
  readonly #doc: string;
  readonly #limits: BodyLimits;
  readonly #open: string[] = [];
  readonly #fault: (says: string) => void;
  #roots = 0;
  #nodes = 0;
  #at = 0;

  constructor(doc: string, limits: BodyLimits) {
    this.#doc = doc;
    this.#limits = limits;
    this.out = new Gathered(limits);
    this.#fault = (says) => this.out.fault(`${says} at byte ${this.#at}`);
  }

  read(): void {
    const doc = this.#doc;
    while (this.#at < doc.length) {
      const open = doc.indexOf('<', this.#at);
      const end = open < 0 ? doc.length : open;
      if (end > this.#at) this.#characters(doc.slice(this.#at, end));
      this.#at = end;
      if (open < 0) break;
      const next = this.#markup();
      if (next < 0) {
        this.text.push(doc.slice(this.#at));
        return;
      }
      this.#at = next;
    }
    if (this.#open.length > 0) this.#fault('an element is not closed');
    if (this.#roots === 0) this.#fault('there is no element');
  }

  #characters(raw: string): void {
    if (this.#open.length === 0) {
      if (!/[^ \t\r\n]/.test(raw)) return;
      this.#fault('text stands outside the root element');
    }
    if (raw.includes(']]>')) this.#fault('text contains ]]>');
    this.text.push(resolve(raw, this.#fault));
  }

  /** Reads what `<` begins and says where it ends; -1 when reading cannot go on. */
  #markup(): number {
    const doc = this.#doc;
    const at = this.#at;
    switch (doc.charCodeAt(at + 1)) {
      case 0x2f:
        return this.#endTag(at + 2);
      case 0x3f:
        return this.#instruction(at + 2);
      case 0x21:
        if (doc.startsWith('--', at + 2)) return this.#comment(at + 4);
        if (doc.startsWith('[CDATA[', at + 2)) return this.#cdata(at + 9);
        this.#fault(doc.startsWith('DOCTYPE', at + 2) ? 'document types are refused' : 'an unknown declaration');
        return -1;
      default:
        return this.#startTag(at + 1);
    }
  }

  #comment(at: number): number {
    const end = this.#doc.indexOf('--', at);
    if (end >= 0 && this.#doc[end + 2] === '>') return end + 3;
    this.#fault(end < 0 ? 'a comment is not closed' : 'a comment contains --');
    const close = this.#doc.indexOf('-->', at);
    return close < 0 ? -1 : close + 3;
  }

  #cdata(at: number): number {
    const end = this.#doc.indexOf(']]>', at);
    if (this.#open.length === 0) this.#fault('CDATA stands outside the root element');
    if (end < 0) {
      this.#fault('CDATA is not closed');
      return -1;
    }
    this.text.push(this.#doc.slice(at, end).replace(/\r\n?/g, '\n'));
    return end + 3;
  }

  #instruction(at: number): number {
    const end = this.#doc.indexOf('?>', at);
    const target = this.#nameEnd(at);
    const name = this.#doc.slice(at, target).toLowerCase();
    if (name === '' || (name === 'xml' && at !== 2)) this.#fault('a processing instruction has no or a wrong name');
    if (end < 0) this.#fault('a processing instruction is not closed');
    return end < 0 ? -1 : end + 2;
  }

  #endTag(at: number): number {
    const end = this.#nameEnd(at);
    const close = this.#skip(end);
    if (this.#open.pop() !== this.#doc.slice(at, end)) this.#fault('an end tag does not fit');
    if (this.#doc[close] === '>') return close + 1;
    this.#fault('an end tag is not closed');
    return -1;
  }

  #startTag(at: number): number {
    const end = this.#nameEnd(at);
    if (end === at) {
      this.#fault('< begins no markup');
      return -1;
    }
    if (this.#open.length === 0) this.#roots += 1;
    if (this.#roots > 1) this.#fault('there are two root elements');
    const name = this.#doc.slice(at, end);
    const seen = new Set<string>();
    for (let here = end; ;) {
      const next = this.#skip(here);
      if (this.#doc[next] === '>') {
        this.#open.push(name);
        if (this.#open.length > this.#limits.depth) this.#fault(`deeper than ${this.#limits.depth} levels`);
        return this.#open.length <= this.#limits.depth && this.#count() ? next + 1 : -1;
      }
      if (this.#doc.startsWith('/>', next)) return this.#count() ? next + 2 : -1;
      if (next === here) this.#fault('no blank stands before an attribute');
      here = this.#attribute(next, seen);
      if (here < 0) return -1;
    }
  }

  /** `name="value"` at `at`; where it ends, or -1. */
  #attribute(at: number, seen: Set<string>): number {
    const doc = this.#doc;
    const end = this.#nameEnd(at);
    const name = doc.slice(at, end);
    const equals = this.#skip(end);
    const start = this.#skip(equals + 1);
    const quote = doc.charAt(start);
    const close = quote === '"' || quote === "'" ? doc.indexOf(quote, start + 1) : -1;
    if (name === '' || doc[equals] !== '=' || close < 0) {
      this.#fault('an attribute is malformed');
      return -1;
    }
    if (seen.has(name)) this.#fault('an attribute stands twice');
    seen.add(name);
    const raw = doc.slice(start + 1, close);
    if (raw.includes('<')) this.#fault('an attribute contains <');
    // XPath's attribute axis, which rules read, does not have namespace declarations.
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) {
      this.attributes.push(this.out.cut(resolve(raw.replace(/\r\n|[\t\n\r]/g, ' '), this.#fault)));
    }
    return this.#count() ? close + 1 : -1;
  }

  #count(): boolean {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.count) this.#fault(`more than ${this.#limits.count} nodes`);
    return this.#nodes <= this.#limits.count;
  }

  #skip(at: number): number {
    let i = at;
    while (isSpace(this.#doc.charCodeAt(i))) i += 1;
    return i;
  }

  /** Just past the name at `at`. Bytes from 0x80 on count as letters: which of them XML has is not worth a table here. */
  #nameEnd(at: number): number {
    let i = at;
    while (isName(this.#doc.charCodeAt(i), i === at)) i += 1;
    return i;
  }
}

function isName(code: number, first: boolean): boolean {
  if (code >= 0x80 || code === 0x3a || code === 0x5f) return true;
  const letter = code | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return true;
  return !first && (code === 0x2d || code === 0x2e || (code >= 0x30 && code <= 0x39));
}
