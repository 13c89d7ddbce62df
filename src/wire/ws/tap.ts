import { isViolation, readClose } from './close-frame.ts';
import { FrameWalker, type FrameRules, type FrameSink } from './frame-walker.ts';
import { Gather } from './gather.ts';
import { maskInto } from './mask.ts';
import { Opcode, Rsv } from './opcode.ts';
import type { Violation } from './violation.ts';

/**
 * Looks over a stream that flows on untouched: checks frame heads, sees the close frame, and knows where between two
 * messages a frame of ours may be put in.
 */
export class Tap implements FrameSink {
  readonly walker: FrameWalker;
  /** Offset in the last chunk just behind a whole message, or -1 if there was none. */
  boundary = -1;
  readonly #closeSeen: (code: number, reason: string) => void;
  #closeBody: Gather | null = null;

  constructor(rules: FrameRules, closeSeen: (code: number, reason: string) => void, compressed: boolean) {
    this.walker = new FrameWalker(rules);
    if (compressed) this.walker.rsvAllowed = Rsv.one;
    this.#closeSeen = closeSeen;
  }

  /** Between two messages, with nothing half sent? */
  get between(): boolean {
    return this.walker.left === 0 && this.walker.cutFill === 0 && !this.walker.inMessage;
  }

  /** False when a rule was broken. */
  push(chunk: Uint8Array): boolean {
    this.boundary = -1;
    this.walker.push(chunk, 0, this);
    return this.walker.violation === null;
  }

  head(): Violation | null {
    if (this.walker.opcode === Opcode.close) this.#closeBody = new Gather();
    return null;
  }

  data(chunk: Uint8Array, start: number, end: number): Violation | null {
    const body = this.#closeBody;
    if (body === null) return null;
    const { key, length, left } = this.walker;
    const at = body.reserve(end - start);
    maskInto(chunk, start, end, key, length - left, body.bytes, at);
    return null;
  }

  end(_chunk: Uint8Array, at: number): Violation | null {
    if (!this.walker.inMessage) this.boundary = at;
    const body = this.#closeBody;
    if (body === null) return null;
    this.#closeBody = null;
    const read = readClose(body.bytes, 0, body.size);
    if (isViolation(read)) return read;
    this.#closeSeen(read.code, read.reason);
    return null;
  }
}
