import { readClose, isViolation } from './close-frame.ts';
import type { Compression } from './deflate.ts';
import { FrameWalker, type FrameSink } from './frame-walker.ts';
import { Gather } from './gather.ts';
import { maskInto, orOf } from './mask.ts';
import type { MessageRules } from './message-reader.ts';
import { Opcode, Rsv } from './opcode.ts';
import { utf8Next, UTF8_BAD } from './utf8.ts';
import { violation, type Violation } from './violation.ts';

/** What becomes of a message that was looked at. `stop` drops it and ends the walk. */
export type Passage = 'forward' | 'drop' | 'stop';

/** Takes what a relay lets through, and judges it. */
export interface RelaySink {
  /** Bytes to send on, exactly as they came. They may be kept and must not be changed. */
  forward(bytes: Uint8Array): void;
  /** Judges a message. Its bytes hold until the verdict is there; with a promise the relay waits for it. */
  inspect(bytes: Uint8Array, start: number, end: number, text: boolean, ascii: boolean): Passage | Promise<Passage>;
  /** A close frame goes by, code 1005 when it has none. */
  closeSeen(code: number, reason: string): void;
}

/**
 * One direction of a connection that passes through: every frame is checked, every message shown to `inspect`, and the
 * bytes that came are the bytes that go on. A message is held back until it is whole and judged; control frames between
 * its fragments are not held with it. Payloads are unmasked into a side buffer, so what is forwarded stays masked.
 *
 * Compressed messages are inspected decompressed and forwarded compressed. Dropping one is only safe when messages do not
 * refer to each other, so the handshake must have agreed on no context takeover in this direction.
 */
export class Relay implements FrameSink {
  readonly walker: FrameWalker;
  /** Settles when a verdict that is awaited is there and carried out; then push what was left of the chunk. */
  waiting: Promise<void> | null = null;
  readonly #rules: MessageRules;
  readonly #sink: RelaySink;
  readonly #compression: Compression | null;
  /** The message at hand: its payload in plain, its raw bytes from earlier chunks. */
  readonly #plain = new Gather();
  readonly #held = new Gather();
  readonly #heldControl = new Gather();
  #seen = 0;
  #utf8 = 0;
  #fragments = 0;
  #text = false;
  #compressed = false;
  /** Offsets in the chunk at hand: what may go on begins at `from`; the message and the control frame at hand, or -1. */
  #from = 0;
  #messageAt = -1;
  #controlAt = -1;
  #closeBody: Gather | null = null;

  constructor(rules: MessageRules, sink: RelaySink, compression: Compression | null = null) {
    this.#rules = rules;
    this.#sink = sink;
    this.#compression = compression;
    this.walker = new FrameWalker(rules);
    if (compression !== null) this.walker.rsvAllowed = Rsv.one;
  }

  /** Takes a chunk. Returns how far it came: less than all when it waits for a verdict, was stopped or broke a rule. */
  push(chunk: Uint8Array): number {
    const w = this.walker;
    const inFrame = w.left > 0;
    this.#from = 0;
    this.#messageAt = inFrame && !w.isControl ? 0 : -1;
    this.#controlAt = inFrame && w.isControl ? 0 : -1;
    const at = w.push(chunk, 0, this);
    const headless = w.violation === null && w.cutFill > 0 && w.left === 0;
    const end = headless ? Math.max(w.start, 0) : at;
    const open = this.#messageAt >= 0 ? this.#messageAt : this.#controlAt;
    if (w.violation === null) {
      this.#pass(chunk, open >= 0 ? open : end);
      if (this.#messageAt >= 0) this.#held.add(chunk, this.#messageAt, end);
      else if (this.#controlAt >= 0) this.#heldControl.add(chunk, this.#controlAt, end);
    } else if (open < 0) {
      this.#pass(chunk, Math.max(w.start, 0));
    } else {
      this.#pass(chunk, open);
    }
    return at;
  }

  head(chunk: Uint8Array, at: number): Violation | null {
    const w = this.walker;
    const cut = w.start < 0;
    const begin = cut ? at : w.start;
    // The rest of a head that was cut in two is gathered already.
    if (cut) this.#from = at;
    if (w.isControl) {
      if (this.#messageAt >= 0) {
        this.#pass(chunk, this.#messageAt);
        this.#held.add(chunk, this.#messageAt, begin);
        this.#messageAt = -1;
        this.#from = begin;
      }
      this.#controlAt = begin;
      if (cut) this.#heldControl.add(w.cutHead!, 0, w.cutFill);
      if (w.opcode === Opcode.close) this.#closeBody = new Gather();
      return null;
    }
    if (this.#messageAt < 0) this.#messageAt = begin;
    if (cut) this.#held.add(w.cutHead!, 0, w.cutFill);
    if (w.opcode !== Opcode.continuation) {
      this.#text = w.opcode === Opcode.text;
      if (!this.#text && !this.#rules.binary) return violation('binary-refused');
      this.#compressed = w.rsv !== 0;
      this.#fragments = this.#seen = this.#utf8 = 0;
      this.#plain.size = 0;
    }
    if (++this.#fragments > this.#rules.maxFragments) return violation('too-many-fragments');
    return this.#plain.size + w.length > this.#rules.maxMessage ? violation('message-too-big') : null;
  }

  data(chunk: Uint8Array, start: number, end: number): Violation | null {
    const w = this.walker;
    const into = w.isControl ? this.#closeBody : this.#plain;
    if (into === null) return null;
    const at = into.reserve(end - start);
    const phase = w.length - w.left;
    const seen = w.masked
      ? maskInto(chunk, start, end, w.key, phase, into.bytes, at)
      : (into.bytes.set(chunk.subarray(start, end), at), orOf(chunk, start, end));
    if (w.isControl) return null;
    this.#seen |= seen;
    if (this.#text && !this.#compressed && (this.#seen > 0x7f || this.#utf8 !== 0)) {
      this.#utf8 = utf8Next(this.#utf8, into.bytes, at, into.size);
      if (this.#utf8 === UTF8_BAD) return violation('text-not-utf8');
    }
    return null;
  }

  end(chunk: Uint8Array, at: number): Violation | null {
    if (this.walker.isControl) return this.#controlEnd(chunk);
    if (!this.walker.fin) return null;
    if (this.#text && this.#utf8 !== 0) return violation('text-not-utf8');
    let { bytes, size } = this.#plain;
    let ascii = this.#seen <= 0x7f;
    if (this.#compressed) {
      const plain = this.#compression!.decompress(bytes.subarray(0, size), this.#rules.maxMessage);
      if (plain === 'too-big') return violation('message-too-big');
      if (plain === 'bad') return violation('deflate-data');
      bytes = plain;
      size = plain.length;
      ascii = orOf(plain, 0, size) <= 0x7f;
      if (this.#text && !ascii && utf8Next(0, plain, 0, size) !== 0) return violation('text-not-utf8');
    }
    const verdict = this.#sink.inspect(bytes, 0, size, this.#text, ascii);
    if (typeof verdict === 'string') this.#judge(verdict, chunk, at);
    else this.#wait(verdict, chunk, at);
    // A side buffer that grew for one long message is not kept for the short ones.
    if (this.#plain.bytes.length > 4096) this.#plain.clear();
    return null;
  }

  #controlEnd(chunk: Uint8Array): Violation | null {
    const body = this.#closeBody;
    if (body !== null) {
      this.#closeBody = null;
      const read = readClose(body.bytes, 0, body.size);
      if (isViolation(read)) return read;
      this.#sink.closeSeen(read.code, read.reason);
    }
    if (this.#heldControl.size > 0) {
      this.#pass(chunk, this.#controlAt);
      this.#sink.forward(this.#heldControl.take());
    }
    this.#controlAt = -1;
    return null;
  }

  #judge(verdict: Passage, chunk: Uint8Array, at: number): void {
    if (verdict === 'forward') {
      if (this.#held.size > 0) {
        this.#pass(chunk, this.#messageAt);
        this.#sink.forward(this.#held.take());
      }
    } else {
      this.#pass(chunk, this.#messageAt);
      this.#from = at;
      this.#held.clear();
      if (verdict === 'stop') this.walker.halt = true;
    }
    this.#messageAt = -1;
  }

  #wait(verdict: Promise<Passage>, chunk: Uint8Array, at: number): void {
    this.#pass(chunk, this.#messageAt);
    this.#held.add(chunk, this.#messageAt, at);
    this.#from = at;
    this.#messageAt = -1;
    this.walker.halt = true;
    const settle = (passage: Passage): void => {
      this.waiting = null;
      const held = this.#held.take();
      if (passage === 'forward') this.#sink.forward(held);
      this.walker.halt = passage === 'stop';
    };
    // An inspection that broke has not said yes.
    this.waiting = verdict.then(settle, () => settle('stop'));
  }

  /** Sends on what may go, up to `to`. */
  #pass(chunk: Uint8Array, to: number): void {
    if (to > this.#from) {
      this.#sink.forward(this.#from === 0 && to === chunk.length ? chunk : chunk.subarray(this.#from, to));
      this.#from = to;
    }
  }
}
