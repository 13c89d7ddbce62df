import { CR, hexValues, kinds, LF, VALUE } from './characters.ts';
import { readFieldLines } from './field-lines.ts';
import type { Flaw } from './flaws.ts';

export interface ChunkedLimits {
  /** Bytes of the trailer section, line ends included. */
  readonly trailerBytes: number;
}

/** Bytes of one chunk's extension; the longest in real use, signatures, have some ninety. */
const MOST_EXTENSION = 1024;
/** Hexadecimal digits of one chunk's size, leading zeros included. */
const MOST_DIGITS = 13;
const SEMICOLON = 0x3b;
/** RFC 9112 section 7.1.1 without its "bad" blanks. */
const extensionForm = /^(?:;[!#$%&'*+\-.^_`|~\w]+(?:=(?:[!#$%&'*+\-.^_`|~\w]+|"(?:[^"\\]|\\.)*"))?)*$/;

const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const TRAILER = 6;
const DONE = 7;

/**
 * The chunked coding (RFC 9112 section 7.1), strictly: CR LF everywhere, no blank around a size, extensions and
 * trailers looked at, bounded and dropped. Bytes may come cut in any way.
 */
export class ChunkedDecoder {
  /** Why it cannot go on. What was given out before is not the whole body. */
  flaw: Flaw | null = null;
  #state = SIZE;
  #size = 0;
  #digits = 0;
  #extension = '';
  #trailer: number[] = [];
  readonly #limits: ChunkedLimits;

  constructor(limits: ChunkedLimits) {
    this.#limits = limits;
  }

  get done(): boolean {
    return this.#state === DONE;
  }

  /**
   * Reads `bytes` from `at` on and gives the content out as views, without a copy. Returns where it stopped: behind the
   * last byte of the body when `done`, at the byte that is wrong when there is a `flaw`, at the end otherwise.
   */
  read(bytes: Uint8Array, at: number, data: (content: Uint8Array) => void): number {
    let here = at;
    const end = bytes.length;
    while (here < end && this.flaw === null) {
      const byte = bytes[here] as number;
      switch (this.#state) {
        case SIZE:
          this.#takeSize(byte);
          break;
        case EXTENSION:
          this.#takeExtension(byte);
          break;
        case SIZE_LF:
          if (byte === LF) this.#state = this.#size === 0 ? TRAILER : DATA;
          else this.flaw = 'line-end';
          break;
        case DATA: {
          const stop = Math.min(end, here + this.#size);
          this.#size -= stop - here;
          if (this.#size === 0) this.#state = DATA_CR;
          data(bytes.subarray(here, stop));
          here = stop;
          continue;
        }
        case DATA_CR:
          if (byte === CR) this.#state = DATA_LF;
          else this.flaw = 'chunk-end';
          break;
        case DATA_LF:
          if (byte === LF) this.#begin();
          else this.flaw = 'chunk-end';
          break;
        case TRAILER:
          this.#takeTrailer(byte);
          break;
        default:
          return here;
      }
      if (this.flaw === null) here++;
    }
    return here;
  }

  #begin(): void {
    this.#state = SIZE;
    this.#size = this.#digits = 0;
    this.#extension = '';
  }

  #takeSize(byte: number): void {
    const digit = hexValues[byte] as number;
    if (digit >= 0 && this.#digits < MOST_DIGITS) {
      this.#size = this.#size * 16 + digit;
      this.#digits++;
    } else if (digit >= 0 || this.#digits === 0) this.flaw = 'chunk-size';
    else if (byte === CR) this.#state = SIZE_LF;
    else if (byte === SEMICOLON) {
      this.#state = EXTENSION;
      this.#extension = ';';
    } else this.flaw = byte === LF ? 'line-end' : 'chunk-size';
  }

  #takeExtension(byte: number): void {
    if (byte === CR && extensionForm.test(this.#extension)) this.#state = SIZE_LF;
    else if (byte !== CR && ((kinds[byte] as number) & VALUE) !== 0 && this.#extension.length < MOST_EXTENSION)
      this.#extension += String.fromCharCode(byte);
    else this.flaw = 'chunk-extension';
  }

  /** Ends with an empty line: CR LF behind CR LF, or at once. */
  #takeTrailer(byte: number): void {
    const taken = this.#trailer;
    taken.push(byte);
    const size = taken.length;
    if (byte === LF) {
      if (taken[size - 2] !== CR) this.flaw = 'line-end';
      else if (size === 2 || (taken[size - 4] === CR && taken[size - 3] === LF)) this.#endTrailer();
    } else if (taken[size - 2] === CR) this.flaw = 'line-end';
    if (size >= this.#limits.trailerBytes && this.#state !== DONE && this.flaw === null) this.flaw = 'trailer-too-long';
  }

  #endTrailer(): void {
    const bytes = Uint8Array.from(this.#trailer);
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    this.#trailer = [];
    const flat: string[] = [];
    this.flaw = readFieldLines(bytes, text, 0, 0, bytes.length - 2, flat);
    // RFC 9110 section 6.5.1: who reads trailers as if they were fields would see a second framing.
    if (flat.some((name, at) => at % 2 === 0 && /^(?:content-length|transfer-encoding)$/i.test(name)))
      this.flaw = 'two-framings';
    if (this.flaw === null) this.#state = DONE;
  }
}

/** What goes before a chunk of so many bytes; CR LF goes behind it. */
export const chunkSize = (bytes: number): string => `${bytes.toString(16)}\r\n`;

/** What ends a chunked body without trailers. */
export const LAST_CHUNK = '0\r\n\r\n';
