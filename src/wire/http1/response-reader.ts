import { concat } from '../../base/bytes.ts';
import { ChunkedDecoder } from './chunked.ts';
import { headEnd, partFlaw } from './field-lines.ts';
import type { Flaw } from './flaws.ts';
import { beginsResponse, readResponseHead, type ResponseHead } from './read-response.ts';

/** Where an answer goes. `content` is a view onto what was read, and good for the length of the call only. */
export interface ResponseSink {
  /** An interim answer: 100, or 102 to 199. */
  interim?(head: ResponseHead): void;
  head(head: ResponseHead): void;
  data(content: Uint8Array): void;
  end(): void;
}

/** Bytes of one head, those of each interim answer counted by themselves. */
export const MOST_HEAD = 16_384;
/** Interim answers before the one that counts: a few hints, not a stream. */
const MOST_INTERIM = 32;

const IDLE = 0;
const HEAD = 1;
const LENGTH = 2;
const CHUNKED = 3;
const CLOSE = 4;

/** Reads the answers of one connection, one after the other. Bytes may come cut in any way. */
export class ResponseReader {
  /** Why it cannot go on: the connection is of no more use. */
  flaw: Flaw | null = null;
  readonly #sink: ResponseSink;
  readonly #text: (bytes: Uint8Array, at: number, end: number) => string;
  #state = IDLE;
  #method = '';
  /** The begin of a head whose end has not come. */
  #part: Uint8Array | null = null;
  #interim = 0;
  #left = 0;
  #chunked: ChunkedDecoder | null = null;
  readonly #data: (content: Uint8Array) => void;

  /** `text` gives bytes as one character each; platforms have something quicker than we could write. */
  constructor(sink: ResponseSink, text: (bytes: Uint8Array, at: number, end: number) => string) {
    this.#sink = sink;
    this.#text = text;
    this.#data = (content) => sink.data(content);
  }

  /** Is nothing owed: no answer expected, or the one that was expected is whole? */
  get idle(): boolean {
    return this.#state === IDLE;
  }

  /** The answer to a request of this method comes next. */
  expect(method: string): void {
    this.#method = method;
    this.#state = HEAD;
    this.#interim = 0;
  }

  /** Reads on; returns how many bytes were taken. What is left over after an answer that is whole was not asked for. */
  read(bytes: Uint8Array): number {
    let at = 0;
    while (this.flaw === null && this.#state !== IDLE && at < bytes.length) {
      switch (this.#state) {
        case HEAD:
          at = this.#readHead(bytes, at);
          break;
        case LENGTH: {
          const stop = Math.min(bytes.length, at + this.#left);
          this.#left -= stop - at;
          this.#sink.data(at === 0 && stop === bytes.length ? bytes : bytes.subarray(at, stop));
          at = stop;
          if (this.#left === 0) this.#end();
          break;
        }
        case CHUNKED: {
          const decoder = this.#chunked as ChunkedDecoder;
          at = decoder.read(bytes, at, this.#data);
          if (decoder.flaw !== null) this.flaw = decoder.flaw;
          else if (decoder.done) this.#end();
          break;
        }
        default:
          this.#sink.data(at === 0 ? bytes : bytes.subarray(at));
          at = bytes.length;
      }
    }
    return at;
  }

  /** The connection ended. True when the answer is whole by that. */
  close(): boolean {
    if (this.#state === CLOSE && this.flaw === null) this.#end();
    return this.#state === IDLE;
  }

  #end(): void {
    this.#state = IDLE;
    this.#chunked = null;
    this.#sink.end();
  }

  #readHead(given: Uint8Array, from: number): number {
    const part = this.#part;
    const bytes = part === null ? given : concat([part, given]);
    const start = part === null ? from : 0;
    const before = part === null ? 0 : part.length;
    const most = Math.min(bytes.length, start + MOST_HEAD);
    const end = headEnd(bytes, Math.max(start, before - 3), most);
    if (end < 0) {
      this.#takePart(bytes, start, before, most);
      return given.length;
    }
    this.#part = null;
    const head = readResponseHead(bytes, this.#text(bytes, start, end), start, end, this.#method);
    // What is wrong with a byte has the first word, as it has where the bytes come one by one.
    if (typeof head === 'string') this.flaw = head === 'status-line' ? head : (partFlaw(bytes, start, end, 0) ?? head);
    else this.#take(head);
    return end - before;
  }

  /** The begin of a head: is it one, and is it worth waiting for the rest? */
  #takePart(bytes: Uint8Array, start: number, before: number, most: number): void {
    if (!beginsResponse(bytes, start, most)) this.flaw = 'status-line';
    else this.flaw = partFlaw(bytes, Math.max(start, before), most, before === 0 ? 0 : (bytes[before - 1] as number));
    if (this.flaw === null && bytes.length - start >= MOST_HEAD) this.flaw = 'head-too-long';
    this.#part = before === 0 ? new Uint8Array(bytes.subarray(start)) : bytes; // the input is not ours to keep
  }

  #take(head: ResponseHead): void {
    if (head.status < 200) {
      if (head.status === 101) this.flaw = 'switched';
      else if (++this.#interim > MOST_INTERIM) this.flaw = 'too-many-interim';
      else this.#sink.interim?.(head);
      return;
    }
    this.#sink.head(head);
    if (head.body === 'none' || (head.body === 'length' && head.length === 0)) this.#end();
    else if (head.body === 'length') {
      this.#left = head.length as number;
      this.#state = LENGTH;
    } else if (head.body === 'chunked') {
      this.#chunked = new ChunkedDecoder({ trailerBytes: MOST_HEAD });
      this.#state = CHUNKED;
    } else this.#state = CLOSE;
  }
}
