import { concat } from '../../base/bytes.ts';
import { writeClose } from './close-frame.ts';
import type { Compression } from './deflate.ts';
import { frames, headSize, writeHead } from './frame-writer.ts';
import { MessageReader, type MessageSink } from './message-reader.ts';
import { CloseCode, FIN, Opcode, Rsv } from './opcode.ts';
import type { ClosedBy, ConnectionState, Peer, Terms, Wire } from './terms.ts';
import { Vigil } from './vigil.ts';
import { violation, type Violation } from './violation.ts';

/**
 * One end of one WebSocket connection, without a socket: bytes come in by `receive`, go out by the `Wire`, time passes by
 * `tick`. The closing handshake is RFC 6455 section 7.
 */
export class Connection<Owner> implements MessageSink, Peer<Owner> {
  owner: Owner;
  state: ConnectionState = 'open';
  readonly openedAt: number;
  activeAt: number;
  heardAt: number;
  protocol = '';
  readonly #wire: Wire;
  readonly #terms: Terms<Owner>;
  readonly #reader: MessageReader;
  #queue: Uint8Array[] | null = null;
  #queued = 0;
  #receiving = false;
  #paused = false;
  #rest: Uint8Array | null = null;
  #pongDue: Uint8Array | null = null;
  #closeCode: number = CloseCode.abnormal;
  #closeReason = '';
  #by: ClosedBy = 'drop';
  #why = '';
  #deadline = 0;
  readonly #vigil = new Vigil();

  constructor(terms: Terms<Owner>, wire: Wire, owner: Owner, compression: Compression | null) {
    this.#terms = terms;
    this.#wire = wire;
    this.owner = owner;
    this.#reader = new MessageReader(terms.limits, this);
    if (compression !== null) this.#reader.useCompression(compression);
    this.openedAt = this.activeAt = this.heardAt = terms.now();
  }

  get pending(): number {
    return this.#queued + this.#wire.pending;
  }

  textOf(bytes: Uint8Array, start: number, end: number, ascii: boolean): string {
    return this.#terms.text.read(bytes, start, end, ascii);
  }

  /** Bytes from the peer. They are given away: unmasked where they lie, and kept if need be. */
  receive(chunk: Uint8Array): void {
    this.heardAt = this.#terms.now();
    if (this.state === 'ended' || this.state === 'closed') return;
    if (this.#paused) {
      this.#rest = this.#rest === null ? chunk.slice() : concat([this.#rest, chunk]);
      return;
    }
    this.#walk(chunk);
  }

  #walk(chunk: Uint8Array): void {
    this.#receiving = true;
    const at = this.#reader.push(chunk, 0);
    this.#receiving = false;
    const wrong = this.#reader.walker.violation;
    if (wrong !== null) {
      this.#fail(wrong);
    } else if (at < chunk.length && this.#paused) {
      this.#rest = chunk.slice(at);
    }
    this.#flush();
  }

  send(data: string | Uint8Array, asText = false): boolean {
    if (this.state !== 'open' || this.pending > this.#terms.limits.maxPending) return false;
    const { text, limits, nextKey } = this.#terms;
    this.activeAt = this.#terms.now();
    const isString = typeof data === 'string';
    const size = isString ? text.byteLength(data) : data.length;
    const { compression } = this.#reader;
    const compress = compression !== null && size >= limits.compressFrom;
    if (isString && !compress && nextKey === null && size <= limits.maxSentFrame) {
      const out = text.alloc(headSize(size, false) + size);
      text.write(data, out, writeHead(out, 0, FIN | Opcode.text, size, null), size);
      this.#put(out);
      return true;
    }
    let payload = isString ? text.alloc(size) : data;
    if (isString) text.write(data, payload, 0, size);
    if (compress) payload = compression.compress(payload);
    const opcode = isString || asText ? Opcode.text : Opcode.binary;
    this.#put(frames(opcode, compress ? Rsv.one : 0, payload, limits.maxSentFrame, nextKey, text.alloc));
    return true;
  }

  sendPing(): void {
    if (this.state !== 'open') return;
    this.#vigil.pingedAt = this.#terms.now();
    this.#control(Opcode.ping, new Uint8Array(0));
  }

  close(code: number, reason = '', why = ''): void {
    if (this.state !== 'open') return;
    this.state = 'closing';
    this.#ends(code, reason, 'us', why);
    this.#control(Opcode.close, writeClose(code, reason));
    this.#deadline = this.#terms.now() + this.#terms.limits.closeMs;
    this.resume();
  }

  terminate(why = ''): void {
    if (this.state === 'closed') return;
    if (this.#why === '') this.#why = why;
    this.#wire.destroy();
    this.gone();
  }

  pause(): void {
    if (this.#paused || this.state !== 'open') return;
    this.#paused = true;
    this.#reader.walker.halt = true;
    this.#wire.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#reader.walker.halt = false;
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null && !this.#receiving) this.#walk(rest);
    if (!this.#paused) this.#wire.resume();
  }

  message(bytes: Uint8Array, start: number, end: number, text: boolean, ascii: boolean): Violation | null {
    if (this.state !== 'open') return null;
    this.activeAt = this.heardAt;
    this.#terms.listener.message(this, bytes, start, end, text, ascii);
    return null;
  }

  ping(payload: Uint8Array): Violation | null {
    const flood = this.#countControl();
    if (flood !== null || this.state !== 'open') return flood;
    // RFC 6455 section 5.5.3: only the newest ping needs its answer, so a peer that does not read costs one pong.
    if (this.#wire.pending > 0) this.#pongDue = payload;
    else this.#control(Opcode.pong, payload);
    return null;
  }

  pong(): Violation | null {
    this.#vigil.pingedAt = 0;
    this.#terms.listener.pong?.(this);
    return this.#countControl();
  }

  closeFrame(code: number, reason: string): void {
    this.#reader.walker.halt = true;
    if (this.state === 'open') {
      this.#ends(code, reason, 'peer', '');
      this.#control(Opcode.close, writeClose(code, ''));
    }
    this.#finish();
  }

  /** The network took what waited. */
  drained(): void {
    const due = this.#pongDue;
    this.#pongDue = null;
    if (due !== null && this.state === 'open') this.#control(Opcode.pong, due);
  }

  /** The peer will write no more (a TCP FIN). */
  peerEnded(): void {
    if (this.state === 'open' || this.state === 'closing') this.#awaitEnd();
    this.#wire.end();
  }

  /** The network connection is gone. */
  gone(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#queue = null;
    this.#rest = null;
    this.#terms.listener.closed(this, this.#closeCode, this.#closeReason, this.#by, this.#why);
  }

  /** Lets time pass: limits on life, silence, slowness and goodbyes. Called about once a second. */
  tick(now: number): void {
    const { limits } = this.#terms;
    if (this.state === 'closing' || this.state === 'ended') {
      if (now >= this.#deadline) this.terminate();
      return;
    }
    // Whom we do not listen to cannot be blamed for silence.
    if (this.#paused) this.heardAt = now;
    const due = this.#vigil.due(now, this, this.#wire.pending, this.#wire.taken, limits);
    if (due === 'ping') {
      this.sendPing();
    } else if (due === 'stall') {
      this.#ends(CloseCode.policyViolation, 'Slow consumer', 'us', due);
      this.terminate();
    } else if (due === 'no-pong') {
      this.terminate(due);
    } else if (due !== 'nothing') {
      this.close(CloseCode.goingAway, 'Going away', due);
    }
  }

  #countControl(): Violation | null {
    const { limits } = this.#terms;
    if (limits.pingsKeepAlive) this.activeAt = this.heardAt;
    return this.#vigil.floods(this.heardAt, limits) ? violation('control-flood') : null;
  }

  #ends(code: number, reason: string, by: ClosedBy, why: string): void {
    this.#closeCode = code;
    this.#closeReason = reason;
    this.#by = by;
    this.#why = why;
  }

  /** RFC 6455 section 7.1.7: say why, then hear nothing more. */
  #fail(wrong: Violation): void {
    if (this.state === 'open') {
      this.#ends(wrong.code, wrong.says, 'us', wrong.key);
      this.#control(Opcode.close, writeClose(wrong.code, wrong.says));
    }
    this.#finish();
  }

  /** Both close frames are through: the server ends the TCP connection (section 7.1.1), the client waits for that. */
  #finish(): void {
    this.#awaitEnd();
    this.#flush();
    if (this.#terms.limits.role === 'server') this.#wire.end();
  }

  #awaitEnd(): void {
    this.state = 'ended';
    this.#reader.walker.halt = true;
    this.#deadline = this.#terms.now() + this.#terms.limits.closeMs;
  }

  #control(opcode: number, payload: Uint8Array): void {
    const { text, nextKey } = this.#terms;
    this.#put(frames(opcode, 0, payload, payload.length + 1, nextKey, text.alloc));
  }

  /** Frames made while bytes are being received leave together at the end; others at the end of the turn. */
  #put(frame: Uint8Array): void {
    this.#queued += frame.length;
    if (this.#queue === null) {
      this.#queue = [frame];
      if (!this.#receiving) this.#terms.soon(() => this.#flush());
    } else {
      this.#queue.push(frame);
    }
  }

  #flush(): void {
    const queue = this.#queue;
    if (queue === null || this.state === 'closed') return;
    this.#queue = null;
    const total = this.#queued;
    this.#queued = 0;
    if (queue.length === 1) {
      this.#wire.write(queue[0]!);
    } else {
      const all = this.#terms.text.alloc(total);
      let at = 0;
      for (const frame of queue) {
        all.set(frame, at);
        at += frame.length;
      }
      this.#wire.write(all);
    }
  }
}
