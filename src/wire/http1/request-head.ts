import { BLANK, CR, kinds, LF, TARGET } from './characters.ts';
import { headEnd, partFlaw, readFieldLines } from './field-lines.ts';
import type { Flaw } from './flaws.ts';
import { CLOSE, isChunked, KEEP_ALIVE, readConnection, readLength, UPGRADE } from './framing.ts';
import { isMethod } from './methods.ts';

/** ` HTTP/1.1` */
const VERSION_BYTES = 9;

/** Bytes that can say themselves as text, one character each: Node's `Buffer`. */
export interface Bytes extends Uint8Array {
  toString(encoding?: 'latin1', start?: number, end?: number): string;
}

/** Reads heads of requests, one after the other; its fields speak of the last one that was whole. */
export class RequestHead {
  method = '';
  target = '';
  /** `1.0` and `1.1`; `0.9` and `2.0` are read so that whoever answers can say that they are not spoken here. */
  version = '';
  /** Name, value, name, value, as they came; a new array for each head. */
  fields: string[] = [];
  /** Bytes of the body; 0 for none, -1 when it comes in chunks. */
  length = 0;
  /** May another request follow on this connection? */
  persists = false;
  /** Are there both an `Upgrade` field and the word for it in `Connection`? */
  upgrades = false;
  /** The `Expect` field of an HTTP/1.1 request; null when there is none. */
  expects: string | null = null;
  /** Why there is no head, when `read` returned -1. */
  flaw: Flaw | null = null;

  /** Bytes that were looked at in vain, of the head that has begun. */
  #seen = 0;
  readonly #mostBytes: number;

  constructor(limits: { readonly headerBytes: number }) {
    this.#mostBytes = limits.headerBytes;
  }

  /**
   * Reads a head that begins at `at`. Returns where its body begins; 0 when more bytes are needed, to be asked again
   * with all bytes from `at` on and those that came behind them; -1 when this is no head and never will be. The answer
   * is the same however the bytes were cut on their way.
   */
  read(bytes: Bytes, at: number): number {
    let from = at;
    // RFC 9112 section 2.2: an empty line or so before a request is passed over.
    while (bytes[from] === CR && bytes[from + 1] === LF) from += 2;
    const most = Math.min(bytes.length, at + this.#mostBytes);
    const end = headEnd(bytes, Math.max(from, at + this.#seen - 3), most);
    if (end < 0) {
      this.flaw = partFlaw(bytes, at + this.#seen, most, this.#seen === 0 ? 0 : (bytes[at + this.#seen - 1] as number));
      if (this.flaw === null && bytes.length - at > this.#mostBytes) this.flaw = 'head-too-long';
      this.#seen = most - at;
      return this.flaw === null ? 0 : -1;
    }
    this.#seen = 0;
    this.flaw = this.#take(bytes, from, end, bytes.toString('latin1', from, end));
    return this.flaw === null ? end : -1;
  }

  #take(bytes: Uint8Array, from: number, end: number, text: string): Flaw | null {
    // What is wrong with a byte has the first word, as it has where the bytes come one by one.
    const flaw = this.#takeLine(bytes, from, end, text);
    return flaw === null ? null : (partFlaw(bytes, from, end, 0) ?? flaw);
  }

  #takeLine(bytes: Uint8Array, from: number, end: number, text: string): Flaw | null {
    const blank = text.indexOf(' ');
    if (blank < 1) return 'request-line';
    let stop = from + blank + 1;
    while (((kinds[bytes[stop] as number] as number) & TARGET) !== 0) stop++;
    if (stop === from + blank + 1) return 'request-line';
    this.method = text.slice(0, blank);
    this.target = text.slice(blank + 1, stop - from);
    let fields = stop;
    if (bytes[stop] === CR && this.method === 'GET' && this.target.startsWith('/')) {
      this.version = '0.9';
    } else {
      if (bytes[stop] !== BLANK) return 'request-line';
      const version = text.slice(stop + 1 - from, stop + VERSION_BYTES - from);
      if (version === 'HTTP/1.1') this.version = '1.1';
      else if (/^HTTP\/(?:1\.0|0\.9|2\.0)$/.test(version)) this.version = version.slice(5);
      else return 'version';
      fields = stop + VERSION_BYTES;
    }
    if (bytes[fields] !== CR || bytes[fields + 1] !== LF) return 'request-line';
    if (!isMethod(this.method)) return 'method';
    if (!isTarget(this.target, this.method)) return 'target';
    this.fields = [];
    return readFieldLines(bytes, text, from, fields + 2, end - 2, this.fields) ?? this.#judge();
  }

  /** What the fields say about the body and the connection. */
  #judge(): Flaw | null {
    const { fields } = this;
    this.length = 0;
    this.upgrades = false;
    this.expects = null;
    let connection = 0;
    let upgrade = false;
    let lengths = 0;
    let codings = 0;
    for (let at = 0; at < fields.length; at += 2) {
      const name = fields[at] as string;
      // The length tells nearly all names apart from the five that matter here.
      switch (name.length) {
        case 6:
          if (this.version === '1.1' && name.toLowerCase() === 'expect') this.expects = fields[at + 1] as string;
          break;
        case 7:
          if (name.toLowerCase() === 'upgrade') upgrade = true;
          break;
        case 10:
          if (name.toLowerCase() === 'connection') connection |= readConnection(fields[at + 1] as string);
          break;
        case 14:
          if (name.toLowerCase() !== 'content-length') break;
          this.length = readLength(fields[at + 1] as string);
          if (this.length < 0 || ++lengths > 1) return 'content-length';
          break;
        case 17:
          if (name.toLowerCase() !== 'transfer-encoding') break;
          if (!isChunked(fields[at + 1] as string) || ++codings > 1 || this.version !== '1.1')
            return 'transfer-encoding';
          break;
        default:
      }
    }
    if (codings > 0) {
      if (lengths > 0) return 'two-framings';
      this.length = -1;
    }
    this.upgrades = upgrade && (connection & UPGRADE) !== 0;
    this.persists =
      (connection & CLOSE) === 0 &&
      (this.version === '1.1' || (this.version === '1.0' && (connection & KEEP_ALIVE) !== 0));
    return null;
  }
}

/** RFC 9112 section 3.2: a path, a whole URI, or the asterisk of OPTIONS. The form of CONNECT is never looked at. */
function isTarget(target: string, method: string): boolean {
  if (target.charCodeAt(0) === 0x2f || method === 'CONNECT') return true;
  return (target === '*' && method === 'OPTIONS') || /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]/.test(target);
}
