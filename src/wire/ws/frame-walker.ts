import { FIN, MASKED, MAX_CONTROL_PAYLOAD, Opcode, Rsv } from './opcode.ts';
import { violation, type Violation, type ViolationKey } from './violation.ts';

/** What a walker holds every frame to. */
export interface FrameRules {
  /** `server`: frames must be masked. `client`: they must not be (RFC 6455 section 5.1). */
  readonly role: 'server' | 'client';
  /** Largest payload of one frame, in bytes. */
  readonly maxFrame: number;
}

/** Takes what the walker finds. A violation returned from any of the three ends the walk. */
export interface FrameSink {
  /** A frame head is complete and lawful; its fields stand in the walker. `at` is where the payload begins in `chunk`. */
  head(chunk: Uint8Array, at: number): Violation | null;
  /** A piece of the payload, still masked. A piece of the frame's whole `length` is the whole payload. */
  data(chunk: Uint8Array, start: number, end: number): Violation | null;
  /** The frame ended just before `at`. */
  end(chunk: Uint8Array, at: number): Violation | null;
}

const LONGEST_HEAD = 14;

/**
 * Walks over frames in chunks cut anywhere (RFC 6455 section 5.2). It copies nothing but a head that was cut in two, knows
 * nothing of messages beyond the order of fragments, and stops at the first frame that breaks a rule.
 */
export class FrameWalker {
  fin = false;
  /** Reserved bits as they stood in the first byte. */
  rsv = 0;
  opcode = 0;
  masked = false;
  /** Masking key, lowest byte first; 0 for an unmasked frame. */
  key = 0;
  /** Payload length in bytes. */
  length = 0;
  /** Payload bytes still due. */
  left = 0;
  /** Where this frame began in the chunk at hand, or -1 if it began in an earlier one. */
  start = -1;
  /** The head's bytes when a chunk's end cut it in two, else null. */
  cutHead: Uint8Array | null = null;
  cutFill = 0;
  /** Between the first and the last fragment of a message. */
  inMessage = false;
  /** Reserved bits that a negotiated extension allows on the first frame of a message. */
  rsvAllowed = 0;
  /** Set by a sink: walk no further than the end of this frame. */
  halt = false;
  violation: Violation | null = null;
  readonly rules: FrameRules;

  constructor(rules: FrameRules) {
    this.rules = rules;
  }

  get isControl(): boolean {
    return this.opcode >= Opcode.close;
  }

  /**
   * Walks `chunk` from `from` on. Returns how far it came: the chunk's length, or less when `halt` was set or a rule was
   * broken (then `violation` says which).
   */
  push(chunk: Uint8Array, from: number, sink: FrameSink): number {
    let at = from;
    const size = chunk.length;
    this.start = -1;
    while (at < size && !this.halt) {
      if (this.left === 0) {
        const body = this.#head(chunk, at, size);
        if (this.violation !== null) return at;
        if (body < 0) return size;
        at = body;
        const wrong = sink.head(chunk, at);
        if (wrong !== null) return this.#broken(wrong, at);
      }
      if (this.left > 0) {
        const stop = size - at < this.left ? size : at + this.left;
        if (stop === at) return at;
        const wrong = sink.data(chunk, at, stop);
        if (wrong !== null) return this.#broken(wrong, at);
        this.left -= stop - at;
        at = stop;
        if (this.left > 0) return at;
      }
      const wrong = sink.end(chunk, at);
      this.cutHead = null;
      this.cutFill = 0;
      if (wrong !== null) return this.#broken(wrong, at);
    }
    return at;
  }

  #broken(wrong: Violation, at: number): number {
    this.violation = wrong;
    return at;
  }

  #refuse(key: ViolationKey): number {
    this.violation = violation(key);
    return -1;
  }

  /** Reads a head at `at`. Returns where the payload begins, or -1 when the chunk ended first or a rule was broken. */
  #head(chunk: Uint8Array, at: number, size: number): number {
    let head = chunk;
    let h = at;
    let have = size - at;
    const fill = this.cutFill;
    if (fill > 0) {
      head = this.cutHead!;
      const take = have < LONGEST_HEAD - fill ? have : LONGEST_HEAD - fill;
      for (let i = 0; i < take; i++) head[fill + i] = chunk[at + i]!;
      h = 0;
      have = fill + take;
    } else {
      this.start = at;
    }
    if (have < 2) return this.#cut(chunk, at, size);
    const second = head[h + 1]!;
    const short = second & 0x7f;
    const masked = (second & MASKED) !== 0;
    const need = 2 + (short < 126 ? 0 : short === 126 ? 2 : 8) + (masked ? 4 : 0);
    if (this.#unlawful(head[h]!, masked, short)) return -1;
    if (have < need) return this.#cut(chunk, at, size);
    let length = short;
    let p = h + 2;
    if (short === 126) {
      length = (head[p]! << 8) | head[p + 1]!;
      p += 2;
      if (length < 126) return this.#refuse('length-not-minimal');
    } else if (short === 127) {
      if (head[p]! >= 0x80) return this.#refuse('length-sign-bit');
      const high = head[p]! * 0x1000000 + ((head[p + 1]! << 16) | (head[p + 2]! << 8) | head[p + 3]!);
      length = high * 0x100000000 + head[p + 4]! * 0x1000000;
      length += (head[p + 5]! << 16) | (head[p + 6]! << 8) | head[p + 7]!;
      p += 8;
      if (length < 0x10000) return this.#refuse('length-not-minimal');
    }
    if (length > this.rules.maxFrame && this.opcode < Opcode.close) return this.#refuse('frame-too-big');
    this.masked = masked;
    this.key = masked ? head[p]! | (head[p + 1]! << 8) | (head[p + 2]! << 16) | (head[p + 3]! << 24) : 0;
    this.length = length;
    this.left = length;
    if (this.opcode < Opcode.close) this.inMessage = !this.fin;
    if (fill === 0) return at + need;
    this.cutFill = need;
    return at + need - fill;
  }

  /** What the first two bytes alone can break. */
  #unlawful(first: number, masked: boolean, short: number): boolean {
    const opcode = first & 0x0f;
    const rsv = first & Rsv.all;
    const fin = (first & FIN) !== 0;
    const control = opcode >= Opcode.close;
    if ((opcode > Opcode.binary && !control) || opcode > Opcode.pong) return this.#refuse('reserved-opcode') < 0;
    if (rsv !== 0) {
      const begins = opcode === Opcode.text || opcode === Opcode.binary;
      if ((rsv & ~this.rsvAllowed) !== 0) return this.#refuse('reserved-bit') < 0;
      if (!begins) return this.#refuse('compressed-continuation') < 0;
    }
    if (control) {
      if (!fin) return this.#refuse('control-fragmented') < 0;
      if (short > MAX_CONTROL_PAYLOAD) return this.#refuse('control-too-long') < 0;
    } else if (opcode === Opcode.continuation) {
      if (!this.inMessage) return this.#refuse('continuation-of-nothing') < 0;
    } else if (this.inMessage) {
      return this.#refuse('message-in-message') < 0;
    }
    if (masked !== (this.rules.role === 'server')) return this.#refuse(masked ? 'masked' : 'not-masked') < 0;
    this.fin = fin;
    this.rsv = rsv;
    this.opcode = opcode;
    return false;
  }

  #cut(chunk: Uint8Array, at: number, size: number): number {
    const head = (this.cutHead ??= new Uint8Array(LONGEST_HEAD));
    for (let i = at; i < size; i++) head[this.cutFill++] = chunk[i]!;
    return -1;
  }
}
