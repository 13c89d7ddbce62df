import { isViolation, readClose } from './close-frame.ts';
import type { Compression } from './deflate.ts';
import { FrameWalker, type FrameRules, type FrameSink } from './frame-walker.ts';
import { maskInPlace, maskInto, orOf } from './mask.ts';
import { MAX_CONTROL_PAYLOAD, Opcode, Rsv } from './opcode.ts';
import { utf8Next, UTF8_BAD } from './utf8.ts';
import { violation, type Violation } from './violation.ts';

export interface MessageRules extends FrameRules {
  /** Largest message after joining and decompression, in bytes. */
  readonly maxMessage: number;
  readonly maxFragments: number;
  readonly binary: boolean;
}

/**
 * Takes whole messages and control frames. The bytes are the taker's from then on: neither chunk nor buffer is used again.
 * `ascii` spares the taker a UTF-8 decode.
 */
export interface MessageSink {
  message(bytes: Uint8Array, start: number, end: number, text: boolean, ascii: boolean): Violation | null;
  ping(payload: Uint8Array): Violation | null;
  pong(payload: Uint8Array): Violation | null;
  closeFrame(code: number, reason: string): void;
}

const SMALLEST_BUFFER = 1024;

/**
 * Frames to messages: unmasks where the bytes lie, joins fragments (RFC 6455 section 5.4) in a buffer that grows with
 * what really came and never past `maxMessage`, and checks text as it arrives (section 8.1).
 */
export class MessageReader implements FrameSink {
  readonly walker: FrameWalker;
  readonly #sink: MessageSink;
  readonly #rules: MessageRules;
  compression: Compression | null = null;
  #buffer: Uint8Array | null = null;
  #fill = 0;
  #fragments = 0;
  #text = false;
  #compressed = false;
  #seen = 0;
  #utf8 = 0;
  #control: Uint8Array | null = null;
  #controlFill = 0;

  constructor(rules: MessageRules, sink: MessageSink) {
    this.#rules = rules;
    this.#sink = sink;
    this.walker = new FrameWalker(rules);
  }

  useCompression(compression: Compression): void {
    this.compression = compression;
    this.walker.rsvAllowed = Rsv.one;
  }

  /** Reads `chunk` from `from` on, unmasking it where it lies. Returns how far it came; see `FrameWalker.push`. */
  push(chunk: Uint8Array, from: number): number {
    return this.walker.push(chunk, from, this);
  }

  head(): Violation | null {
    const w = this.walker;
    if (w.opcode >= Opcode.close) return null;
    if (w.opcode !== Opcode.continuation) {
      this.#text = w.opcode === Opcode.text;
      if (!this.#text && !this.#rules.binary) return violation('binary-refused');
      this.#compressed = w.rsv !== 0;
      this.#fragments = 0;
      this.#fill = 0;
      this.#seen = 0;
      this.#utf8 = 0;
    }
    if (++this.#fragments > this.#rules.maxFragments) return violation('too-many-fragments');
    if (this.#fill + w.length > this.#rules.maxMessage) return violation('message-too-big');
    return null;
  }

  data(chunk: Uint8Array, start: number, end: number): Violation | null {
    const w = this.walker;
    if (w.opcode >= Opcode.close) return this.#controlData(chunk, start, end);
    const size = end - start;
    if (size === w.length && w.fin && this.#fill === 0) return this.#whole(chunk, start, end);
    const buffer = this.#room(this.#fill + size);
    const at = this.#fill;
    const phase = w.length - w.left;
    if (w.masked) {
      this.#seen |= maskInto(chunk, start, end, w.key, phase, buffer, at);
    } else {
      buffer.set(chunk.subarray(start, end), at);
      this.#seen |= orOf(chunk, start, end);
    }
    this.#fill = at + size;
    if (this.#text && !this.#compressed && (this.#seen > 0x7f || this.#utf8 !== 0)) {
      this.#utf8 = utf8Next(this.#utf8, buffer, at, at + size);
      if (this.#utf8 === UTF8_BAD) return violation('text-not-utf8');
    }
    return null;
  }

  end(): Violation | null {
    const w = this.walker;
    if (w.opcode >= Opcode.close) return this.#controlEnd();
    if (!w.fin) return null;
    const fill = this.#fill;
    const buffer = this.#buffer;
    if (fill < 0) return null;
    this.#buffer = null;
    return this.#deliver(buffer ?? empty, 0, fill, this.#seen <= 0x7f);
  }

  /** The usual case, a whole message in one piece: delivered from the chunk itself. `fill` -1 tells `end` it is done. */
  #whole(chunk: Uint8Array, start: number, end: number): Violation | null {
    const w = this.walker;
    const seen = w.masked ? maskInPlace(chunk, start, end, w.key, 0) : orOf(chunk, start, end);
    if (this.#text && !this.#compressed && seen > 0x7f) {
      this.#utf8 = utf8Next(this.#utf8, chunk, start, end);
      if (this.#utf8 === UTF8_BAD) return violation('text-not-utf8');
    }
    this.#fill = -1;
    return this.#deliver(chunk, start, end, seen <= 0x7f);
  }

  #deliver(bytes: Uint8Array, start: number, end: number, ascii: boolean): Violation | null {
    if (!this.#compressed) {
      if (this.#text && this.#utf8 !== 0) return violation('text-not-utf8');
      return this.#sink.message(bytes, start, end, this.#text, ascii);
    }
    const plain = this.compression!.decompress(bytes.subarray(start, end), this.#rules.maxMessage);
    if (plain === 'too-big') return violation('message-too-big');
    if (plain === 'bad') return violation('deflate-data');
    const plainAscii = this.#text && orOf(plain, 0, plain.length) <= 0x7f;
    if (this.#text && !plainAscii && utf8Next(0, plain, 0, plain.length) !== 0) return violation('text-not-utf8');
    return this.#sink.message(plain, 0, plain.length, this.#text, plainAscii);
  }

  #controlData(chunk: Uint8Array, start: number, end: number): Violation | null {
    const w = this.walker;
    const control = (this.#control ??= new Uint8Array(MAX_CONTROL_PAYLOAD));
    maskInto(chunk, start, end, w.key, w.length - w.left, control, this.#controlFill);
    this.#controlFill += end - start;
    return null;
  }

  #controlEnd(): Violation | null {
    const payload = this.#controlFill === 0 ? empty : this.#control!.subarray(0, this.#controlFill);
    this.#control = null;
    this.#controlFill = 0;
    if (this.walker.opcode === Opcode.ping) return this.#sink.ping(payload);
    if (this.walker.opcode === Opcode.pong) return this.#sink.pong(payload);
    const read = readClose(payload, 0, payload.length);
    if (isViolation(read)) return read;
    this.#sink.closeFrame(read.code, read.reason);
    return null;
  }

  #room(need: number): Uint8Array {
    const now = this.#buffer;
    if (now !== null && now.length >= need) return now;
    const size = Math.min(this.#rules.maxMessage, Math.max(need, SMALLEST_BUFFER, now === null ? 0 : now.length * 2));
    const grown = new Uint8Array(size);
    if (now !== null) grown.set(now.subarray(0, this.#fill));
    this.#buffer = grown;
    return grown;
  }
}

const empty = new Uint8Array(0);
