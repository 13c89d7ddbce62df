import type { Socket } from 'node:net';
import { Body } from '../../http/body.ts';
import { HeaderList } from '../../http/headers.ts';
import type { HttpRequest, HttpVersion } from '../../http/message.ts';
import { wireReasons } from '../reasons.ts';
import { Dialogue } from './dialogue.ts';
import type { ConnectionHost } from './host.ts';
import { IncomingBody, type BodyHost } from './incoming-body.ts';

/** Bytes that are kept of requests behind one that is being answered; more stay in the system's buffers. */
const BEHIND_BYTES = 65_536;
/** Bytes that are let pass after the last answer, so that the viewer, who is still sending, gets to read it. */
const LINGER_BYTES = 1_048_576;

/**
 * One HTTP/1 connection: requests are read and answered one after the other, in order; what is sent behind one waits.
 * It belongs to nobody else until an upgrade hands it over.
 */
export class Connection extends Dialogue implements BodyHost {
  #reading = false;
  #paused = false;
  #passed = 0;

  constructor(socket: Socket, host: ConnectionHost) {
    super(socket, host);
    socket.on('data', this.#onData).on('end', this.#onEnd).on('drain', this.#onDrain);
    socket.on('close', this.#onClose).on('error', this.#onError);
  }

  /** Does it owe an answer? */
  get owes(): boolean {
    return this.owed !== null;
  }

  /** Is there nothing to be done and nothing on the way, as far as can be seen from here? */
  get quiet(): boolean {
    return this.owed === null && this.behind === null && this.body === null && this.socket.writableLength === 0;
  }

  wanted(): void {
    // Who sends his body only when he is told to is told now.
    if (this.head.expects !== null && this.owed !== null && !this.answering.begun)
      this.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  /** Looks at the time: `now` in milliseconds of the host's clock. */
  expire(now: number): void {
    if (this.answering.deadline !== 0 && now > this.answering.deadline) this.socket.destroy();
    else if (this.deadline !== 0 && now > this.deadline) {
      if (this.phase === 'linger') this.end();
      else if (this.phase === 'head' || (this.phase === 'body' && this.owed)) this.refuse(wireReasons.slow);
      else this.socket.destroy();
    }
  }

  // The socket's side.

  readonly #onData = (chunk: Buffer): void => {
    if (this.phase === 'linger' || this.phase === 'ending') return this.#pass(chunk);
    const behind = this.behind;
    if (behind === null) {
      if (this.owed === null) this.piped = false;
      this.#read(chunk);
    } else {
      this.behind = null;
      this.#read(Buffer.concat([behind, chunk]));
    }
  };

  readonly #onDrain = (): void => {
    this.answering.drained();
    if (this.owed === null && this.body === null && !this.#reading) this.next();
  };

  readonly #onEnd = (): void => {
    this.ended = true;
    if (this.phase === 'ending') return;
    // He may have said all he had to say, and the end of what he hears is in sight. Otherwise he is taken for gone.
    if (this.owed !== null && this.answering.endsSoon && this.body === null) return;
    if (this.owed !== null || this.body !== null) this.socket.destroy();
    else if (this.phase === 'head' && this.behind !== null) this.refuse(wireReasons.malformed, 'cut-off');
    else this.end();
  };

  readonly #onError = (): void => void this.socket.destroy();

  readonly #onClose = (): void => {
    this.host.forget(this);
    this.phase = 'ending';
    this.drop();
  };

  regulate(): void {
    const behind = this.behind;
    const full =
      behind !== null && behind.length >= BEHIND_BYTES && (this.owed !== null || this.answering.deadline !== 0);
    const hold = full || (this.body !== null && this.body.holds);
    if (hold === this.#paused) return;
    this.#paused = hold;
    if (hold) this.socket.pause();
    else this.socket.resume();
  }

  // Reading.

  #read(bytes: Buffer): void {
    let at = 0;
    this.#reading = true;
    while (at < bytes.length) {
      if (this.phase === 'linger' || this.phase === 'ending') {
        this.#pass(bytes.subarray(at));
        break;
      }
      if (this.body !== null) {
        at = this.#readBody(this.body, bytes, at);
        continue;
      }
      if (this.owed !== null || this.answering.deadline !== 0) {
        this.behind = at === 0 ? bytes : bytes.subarray(at);
        this.piped = true;
        break;
      }
      const stop = this.head.read(bytes, at);
      if (stop > 0) at = this.#take(bytes, stop);
      else if (stop === 0) {
        this.behind = at === 0 ? bytes : bytes.subarray(at);
        if (this.phase === 'idle') {
          this.began = this.host.now;
          this.wait('head', this.host.limits.headerMs);
        }
        break;
      } else {
        const flaw = this.head.flaw ?? 'request-line';
        this.refuse(flaw === 'head-too-long' ? wireReasons['header-bytes'] : wireReasons.malformed, flaw);
        break;
      }
    }
    this.#reading = false;
    this.regulate();
  }

  #readBody(body: IncomingBody, bytes: Buffer, at: number): number {
    const stop = body.read(bytes, at);
    if (this.body !== body) return stop; // its reader ended the connection
    if (body.flaw !== null) {
      this.refuse(body.flaw === 'trailer-too-long' ? wireReasons['header-bytes'] : wireReasons.malformed, body.flaw);
      return bytes.length;
    }
    if (body.complete) {
      this.body = null;
      if (this.phase === 'linger') this.end();
      else if (this.owed === null) this.rest();
      else this.wait('answer', 0);
    }
    return stop;
  }

  /** Lets bytes pass that nobody wants, up to a bound: to close at once would reset the connection under the answer. */
  #pass(bytes: Buffer): void {
    this.#passed += bytes.length;
    if (this.phase === 'linger') {
      this.body?.read(bytes, 0);
      if (this.#passed > LINGER_BYTES || this.body === null || this.body.complete || this.body.flaw !== null)
        this.end();
    } else if (this.#passed > 2 * LINGER_BYTES) this.socket.destroy();
  }

  /** A whole head is there, and its body begins at `at`. Returns where reading goes on. */
  #take(bytes: Buffer, at: number): number {
    const head = this.head;
    const host = this.host;
    if (this.phase === 'idle') this.began = host.now;
    if (head.method === 'CONNECT') return (this.refuse(wireReasons.connect), bytes.length);
    const headers = HeaderList.fromFlat(head.fields);
    if (head.upgrades) {
      this.#release();
      const request = this.#request(headers, null);
      const framed = head.length !== 0;
      host.upgrade({ request, socket: this.socket, peer: this.socket, head: bytes.subarray(at), framed });
      return bytes.length;
    }
    if (head.expects !== null && !/(?:^|\W)100-continue(?:$|\W)/i.test(head.expects))
      return (this.refuse(wireReasons.expectation), bytes.length);
    let body: Body | null = null;
    if (head.length !== 0) {
      this.body = new IncomingBody(head.length, host.limits.headerBytes, this);
      body = Body.from(this.body.source, head.length < 0 ? null : head.length);
      this.wait('body', Math.max(1, this.began - host.now + host.limits.requestMs));
    }
    if (this.body === null) this.wait('answer', 0);
    this.more = body === null && at < bytes.length;
    this.ask(this.#request(headers, body));
    return at;
  }

  /** Gives the socket away, as if nobody had read from it yet. */
  #release(): void {
    const { socket } = this;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain);
    socket.off('close', this.#onClose).off('error', this.#onError);
    (socket as { readableFlowing: boolean | null }).readableFlowing = null;
    this.wait('ending', 0);
    this.host.forget(this);
  }

  #request(headers: HeaderList, body: Body | null): HttpRequest {
    const { method, target, version } = this.head;
    return { method, target, version: version as HttpVersion, headers, body };
  }

  /** All is said and all is read: the next request, if it is there already. */
  protected rest(): void {
    this.wait('idle', this.host.limits.idleMs);
    if (!this.#reading) this.next();
  }

  protected next(): void {
    const behind = this.behind;
    if (behind === null || this.answering.deadline !== 0) return;
    this.behind = null;
    this.#read(behind);
  }
}
