import { Fault } from '../../base/fault.ts';
import type { BodyFlow, BodySink, BodySource } from '../../http/body.ts';
import { ChunkedDecoder } from '../../wire/http1/chunked.ts';
import type { Flaw } from '../../wire/http1/flaws.ts';

/** Bytes that are kept of a body that nobody has begun to read; more stay in the system's buffers, and at the viewer. */
const KEPT_BYTES = 65_536;

const UNREAD = 0;
const FLOWING = 1;
const HELD = 2;
const DROPPED = 3;
const OVER = 4;

/** Who has to be told what: the connection that the body comes from. */
export interface BodyHost {
  /** Somebody wants the body for the first time. */
  wanted(): void;
  /** `holds` may have changed. */
  regulate(): void;
}

/** The body of a request as it comes off the wire, given out once and as fast as its reader takes it. */
export class IncomingBody implements BodyFlow {
  /** Is the last byte here? */
  complete = false;
  flaw: Flaw | null = null;
  readonly source: BodySource;
  #state = UNREAD;
  #sink: BodySink | null = null;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #broken = false;
  #remaining: number;
  readonly #decoder: ChunkedDecoder | null;
  readonly #host: BodyHost;
  readonly #give = (content: Uint8Array): void => this.#take(content);

  /** `length`: bytes, or -1 for chunks. */
  constructor(length: number, trailerBytes: number, host: BodyHost) {
    this.#remaining = length;
    this.#decoder = length < 0 ? new ChunkedDecoder({ trailerBytes }) : null;
    this.#host = host;
    this.source = (sink) => this.#start(sink);
  }

  /** Did its reader stop in the middle? What still comes is let pass, and the connection is not worth keeping. */
  get dropped(): boolean {
    return this.#state === DROPPED;
  }

  /** Should no more be read from the socket for now? */
  get holds(): boolean {
    return this.#state === HELD || this.#keptBytes > KEPT_BYTES;
  }

  /** Reads its part of the bytes from `at` on; returns where it ends. Then look at `complete` and `flaw`. */
  read(bytes: Uint8Array, at: number): number {
    let stop: number;
    if (this.#decoder) {
      stop = this.#decoder.read(bytes, at, this.#give);
      this.flaw = this.#decoder.flaw;
      this.complete = this.#decoder.done;
    } else {
      stop = Math.min(bytes.length, at + this.#remaining);
      this.#remaining -= stop - at;
      this.complete = this.#remaining === 0;
      this.#take(bytes.subarray(at, stop));
    }
    if (this.complete) this.#flow();
    else if (this.holds) this.#host.regulate();
    return stop;
  }

  /** The rest will not come. */
  break(): void {
    if (this.complete || this.#broken) return;
    this.#broken = true;
    this.#flow();
  }

  /** Nobody wants it: what comes is forgotten. */
  forget(): void {
    if (this.#state === UNREAD) this.cancel();
  }

  pause(): void {
    if (this.#state !== FLOWING) return;
    this.#state = HELD;
    this.#host.regulate();
  }

  resume(): void {
    if (this.#state !== HELD) return;
    this.#state = FLOWING;
    queueMicrotask(() => this.#flow());
  }

  cancel(): void {
    if (this.#state === OVER) return;
    this.#state = DROPPED;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#host.regulate();
  }

  #start(sink: BodySink): BodyFlow {
    if (this.#state === UNREAD) this.#state = FLOWING;
    this.#sink = sink;
    this.#host.wanted();
    if (this.#kept.length > 0 || this.complete || this.#broken) queueMicrotask(() => this.#flow());
    return this;
  }

  #take(content: Uint8Array): void {
    if (content.length === 0 || this.#state === DROPPED) return;
    if (this.#state === FLOWING && this.#kept.length === 0) this.#sink?.data(content);
    else {
      this.#kept.push(content);
      this.#keptBytes += content.length;
    }
  }

  /** Gives out what was kept, and the end when there is one. */
  #flow(): void {
    while (this.#state === FLOWING && this.#kept.length > 0) {
      const content = this.#kept.shift() as Uint8Array;
      this.#keptBytes -= content.length;
      this.#sink?.data(content);
    }
    if (this.#state === FLOWING && this.complete) {
      this.#state = OVER;
      this.#sink?.end();
    } else if ((this.#state === FLOWING || this.#state === HELD) && this.#broken) {
      this.#state = OVER;
      this.#sink?.fail(new Fault('http.body.broken', 'viewer', 'the viewer broke off in the middle of the body'));
    }
    this.#host.regulate();
  }
}
