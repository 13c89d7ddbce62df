import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';

import { writeClose } from '../../wire/ws/close-frame.ts';
import type { Compression } from '../../wire/ws/deflate.ts';
import { frames } from '../../wire/ws/frame-writer.ts';
import type { Timed } from '../../wire/ws/keeper.ts';
import { CloseCode, Opcode } from '../../wire/ws/opcode.ts';
import { Relay, type Passage, type RelaySink } from '../../wire/ws/relay.ts';
import { Tap } from '../../wire/ws/tap.ts';
import type { ClosedBy, Limits } from '../../wire/ws/terms.ts';
import { Vigil } from '../../wire/ws/vigil.ts';
import type { Violation } from '../../wire/ws/violation.ts';

/** Judges and hears of a connection that passes through. */
export interface PassListener {
  /** Left out: messages are not looked at, frames still are. */
  inspect?(
    pass: PassThrough,
    bytes: Uint8Array,
    start: number,
    end: number,
    text: boolean,
    ascii: boolean,
  ): Passage | Promise<Passage>;
  closed(pass: PassThrough, code: number, reason: string, by: ClosedBy | 'origin', why: string): void;
}

const alloc = (size: number): Uint8Array => Buffer.allocUnsafe(size);
const freshKey = (): number => randomInt(0x1_0000_0000) | 0;

/**
 * A client's socket and an origin's, spliced after both handshakes: bytes go on as they came, frames are checked on the
 * way, messages shown to the listener. What Sallyport itself says to the client is put in between two messages.
 */
export class PassThrough implements Timed, RelaySink {
  readonly openedAt: number;
  activeAt: number;
  heardAt: number;
  readonly #client: Duplex;
  readonly #origin: Duplex;
  readonly #listener: PassListener;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #up: Relay | Tap;
  readonly #down: Tap;
  readonly #vigil = new Vigil();
  #rest: Buffer | null = null;
  #toClient: Uint8Array[] = [];
  #stopped = false;
  #walking = false;
  #deadline = 0;
  #told = false;
  #code: number = CloseCode.abnormal;
  #reason = '';
  #by: ClosedBy | 'origin' = 'drop';
  #why = '';

  constructor(options: {
    readonly client: Duplex;
    readonly origin: Duplex;
    readonly limits: Limits;
    readonly listener: PassListener;
    readonly now: () => number;
    /** Set when the client's messages may come compressed. */
    readonly compression: Compression | null;
  }) {
    const { client, origin, limits, listener } = options;
    this.#client = client;
    this.#origin = origin;
    this.#limits = limits;
    this.#listener = listener;
    this.#now = options.now;
    this.openedAt = this.activeAt = this.heardAt = options.now();
    const compressed = options.compression !== null;
    this.#up =
      listener.inspect === undefined
        ? new Tap(limits, (code, reason) => this.closeSeen(code, reason), compressed)
        : new Relay(limits, this, options.compression);
    const downRules = { role: 'client', maxFrame: Number.MAX_SAFE_INTEGER } as const;
    this.#down = new Tap(downRules, (code, reason) => this.#ends(code, reason, 'origin', ''), compressed);
    client.on('data', (chunk: Buffer) => this.#fromClient(chunk));
    origin.on('data', (chunk: Buffer) => this.#fromOrigin(chunk));
    client.on('drain', () => origin.resume());
    origin.on('drain', () => this.#resumeClient());
    client.on('end', () => this.#endBoth());
    origin.on('end', () => this.#endBoth());
    for (const socket of [client, origin]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#gone());
    }
  }

  /** Says something to the client as soon as no message of the origin is under way. */
  sendToClient(text: string): void {
    if (this.#stopped) return;
    this.#put(frames(Opcode.text, 0, Buffer.from(text), this.#limits.maxSentFrame, null, alloc));
  }

  /** Ends the connection on both sides, each with a close frame where one can be put. */
  stop(code: number, reason: string, why: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#ends(code, reason, 'us', why);
    this.#deadline = this.#now() + this.#limits.closeMs;
    if (!this.#walking) this.#leaveOrigin();
    this.#put(frames(Opcode.close, 0, writeClose(code, reason), 200, null, alloc));
    this.#client.resume();
  }

  #leaveOrigin(): void {
    // A relay hands on whole frames only, so the origin is always between two of them; a tap may stand inside one.
    if (this.#up instanceof Relay || this.#up.between) {
      this.#origin.write(frames(Opcode.close, 0, writeClose(CloseCode.goingAway, ''), 200, freshKey, alloc));
    }
    this.#origin.end();
  }

  forward(bytes: Uint8Array): void {
    if (!this.#origin.write(bytes)) this.#client.pause();
  }

  inspect(bytes: Uint8Array, start: number, end: number, text: boolean, ascii: boolean): Passage | Promise<Passage> {
    return this.#listener.inspect!(this, bytes, start, end, text, ascii);
  }

  closeSeen(code: number, reason: string): void {
    this.#ends(code, reason, 'peer', '');
    this.#deadline = this.#now() + this.#limits.closeMs;
  }

  tick(now: number): void {
    if (this.#deadline > 0) {
      if (now >= this.#deadline) this.destroy();
      return;
    }
    // Whom we do not listen to, because the origin does not, cannot be blamed for silence.
    if (this.#client.isPaused()) this.heardAt = now;
    const taken = ((this.#client as { bytesWritten?: number }).bytesWritten ?? 0) - this.#client.writableLength;
    const due = this.#vigil.due(now, this, this.#client.writableLength, taken, this.#limits);
    if (due === 'ping') {
      this.#vigil.pingedAt = now;
      this.#put(frames(Opcode.ping, 0, Buffer.alloc(0), 200, null, alloc));
    } else if (due === 'stall' || due === 'no-pong') {
      this.#ends(CloseCode.abnormal, '', 'us', due);
      this.destroy();
    } else if (due !== 'nothing') {
      this.stop(CloseCode.goingAway, 'Going away', due);
    }
  }

  #fromClient(chunk: Buffer): void {
    this.heardAt = this.#now();
    if (!this.#limits.idleByOrigin) this.activeAt = this.heardAt;
    if (this.#stopped) return;
    const up = this.#up;
    if (up instanceof Tap) {
      if (up.push(chunk)) this.forward(chunk);
    } else if (up.waiting === null) {
      this.#walking = true;
      const came = up.push(chunk);
      this.#walking = false;
      // What was good in this chunk is with the origin now; a goodbye said by an inspector follows it.
      if (this.#stopped) this.#leaveOrigin();
      if (up.waiting !== null) this.#await(up, chunk.subarray(came));
    } else {
      this.#rest = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    }
    if (up.walker.violation !== null) this.#broken(up.walker.violation);
  }

  #await(up: Relay, rest: Buffer): void {
    this.#client.pause();
    this.#rest = rest.length > 0 ? rest : null;
    void up.waiting!.then(() => this.#goOn());
  }

  #goOn(): void {
    if (this.#stopped) return;
    const chunk = this.#rest;
    this.#rest = null;
    if (chunk !== null) this.#fromClient(chunk);
    this.#resumeClient();
  }

  #resumeClient(): void {
    const waits = this.#up instanceof Relay && this.#up.waiting !== null;
    if (!waits && !this.#origin.writableNeedDrain) this.#client.resume();
  }

  #fromOrigin(chunk: Buffer): void {
    this.activeAt = this.#now();
    const down = this.#down;
    if (this.#stopped && this.#toClient.length === 0) return;
    if (!down.push(chunk)) {
      this.stop(CloseCode.internalError, 'The origin broke the protocol', 'origin-protocol');
      this.#client.end();
      return;
    }
    const cut = this.#toClient.length > 0 ? down.boundary : -1;
    if (cut >= 0) {
      this.#client.write(chunk.subarray(0, cut));
      this.#flushToClient();
      if (this.#stopped || cut === chunk.length) return;
    }
    if (!this.#client.write(cut >= 0 ? chunk.subarray(cut) : chunk)) this.#origin.pause();
  }

  #put(frame: Uint8Array): void {
    this.#toClient.push(frame);
    if (this.#down.between) this.#flushToClient();
  }

  #flushToClient(): void {
    for (const frame of this.#toClient) this.#client.write(frame);
    this.#toClient = [];
    if (this.#stopped) this.#client.end();
  }

  #broken(wrong: Violation): void {
    this.stop(wrong.code, wrong.says, wrong.key);
  }

  #ends(code: number, reason: string, by: ClosedBy | 'origin', why: string): void {
    if (this.#by !== 'drop') return;
    this.#code = code;
    this.#reason = reason;
    this.#by = by;
    this.#why = why;
  }

  #endBoth(): void {
    if (this.#deadline === 0) this.#deadline = this.#now() + this.#limits.closeMs;
    if (this.#client.writable) this.#client.end();
    if (this.#origin.writable) this.#origin.end();
  }

  /** Drops both sides without a word. */
  destroy(): void {
    this.#client.destroy();
    this.#origin.destroy();
  }

  #gone(): void {
    this.#endBoth();
    if (this.#told || !this.#client.destroyed || !this.#origin.destroyed) return;
    this.#told = true;
    this.#listener.closed(this, this.#code, this.#reason, this.#by, this.#why);
  }
}
