import type { Socket } from 'node:net';
import { concat } from '../base/bytes.ts';
import { Fault, messageOf } from '../base/fault.ts';
import { Body, type BodyFlow, type BodySink } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import { isIdempotent } from '../http/message.ts';
import type { Inbound, Outbound } from '../ports/dialer.ts';
import type { ResponseHead } from '../wire/http1/read-response.ts';
import { writeRequest } from '../wire/http1/write-request.ts';
import { failed } from './connector.ts';
import { Upload } from './upload.ts';

/** Bytes of an answer that are held for a viewer who has not begun to read. */
const HELD = 65_536;
/** Bytes of a request's body up to which copying it behind the head is cheaper than a second write. */
const ONE_WRITE = 8192;

/** The connection that an exchange goes over. */
export interface Line {
  readonly socket: Socket;
  /** `address:port` of the other side. */
  readonly address: string;
  /** Nobody wants the rest of what is under way. */
  drop(): void;
}

/** Where an exchange waits for a connection. */
export interface Queue {
  /** Takes the exchange out of the line; says what it waited for. */
  leave(exchange: Exchange): 'busy' | 'connect-timeout';
  /** The connection was dead already: the same on another. */
  again(exchange: Exchange): void;
}

/** One request and its answer: a connection on one side, a `Body` on the other, and the patience with both. */
export class Exchange {
  readonly request: Outbound;
  readonly #queue: Queue;
  readonly #resolve: (inbound: Inbound) => void;
  readonly #reject: (thrown: unknown) => void;
  readonly #idleMs: number;
  readonly #head: string;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: () => void = () => {};
  #connection: Line | null = null;
  #upload: Upload | null = null;
  #again = false;
  #answer: ResponseHead | null = null;
  #answered = false;
  #sink: BodySink | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Does the viewer take no bytes now? */
  #paused = false;
  /** Is the connection held? */
  #stopped = false;
  #ended = false;
  #broken: unknown = null;

  /** Throws a `Fault` when the request is none that can be written. */
  constructor(
    request: Outbound,
    idleMs: number,
    queue: Queue,
    resolve: (inbound: Inbound) => void,
    reject: (thrown: unknown) => void,
  ) {
    const { body } = request;
    this.request = request;
    this.#idleMs = idleMs;
    this.#queue = queue;
    this.#resolve = resolve;
    this.#reject = reject;
    try {
      const framing = body === null ? 'none' : (body.length ?? 'chunked');
      this.#head = writeRequest(request.method, request.target, request.headers.flat, framing);
    } catch (thrown) {
      throw failed('unsendable', messageOf(thrown), false, thrown);
    }
    this.#turn('origin');
    this.#stopListening = request.onGone(() => this.#give(failed('gone', 'the viewer left', false)));
  }

  /** Was it given up before it had a connection? */
  get over(): boolean {
    return this.#ended;
  }

  begin(connection: Line): void {
    this.#connection = connection;
    const { socket } = connection;
    const { body } = this.request;
    if (body === null) return void socket.write(this.#head, 'latin1');
    const { whole } = body;
    if (whole !== null && whole.length <= ONE_WRITE) {
      const text = Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString('latin1');
      return void socket.write(this.#head + text, 'latin1');
    }
    socket.cork();
    socket.write(this.#head, 'latin1');
    if (whole !== null) socket.write(whole);
    else this.#send(socket, body);
    socket.uncork();
  }

  #send(socket: Socket, body: Body): void {
    const fail = (thrown: unknown): void =>
      this.#give(thrown instanceof Fault ? thrown : failed('broken', messageOf(thrown), false, thrown));
    try {
      this.#upload = new Upload(socket, body, { turn: (whose) => this.#turn(whose), fail });
    } catch (thrown) {
      fail(thrown); // a body that was read already
    }
  }

  /** The origin's time only runs while it is its turn: a viewer who takes his time with his body is no fault of the origin. */
  #turn(whose: 'viewer' | 'origin'): void {
    if (this.#answer !== null || this.#ended) return;
    clearTimeout(this.#timer);
    if (whose === 'origin') this.#timer = setTimeout(() => this.#tooLate(), this.request.firstByteMs);
  }

  #tooLate(): void {
    const within = `within ${this.request.firstByteMs} ms`;
    if (this.#connection) this.#give(failed('timeout', `no answer ${within}`, false));
    else if (this.#queue.leave(this) === 'busy') this.fail(failed('busy', `no connection came free ${within}`, false));
    else this.fail(failed('connect-timeout', `no connection ${within}`, false));
  }

  hints(head: ResponseHead): void {
    this.request.onHints?.(HeaderList.fromFlat(head.flat));
  }

  head(head: ResponseHead): void {
    clearTimeout(this.#timer);
    this.#answer = head;
  }

  data(chunk: Uint8Array): void {
    if (this.#sink && !this.#paused) {
      this.#sink.data(chunk);
    } else {
      this.#held.push(chunk);
      this.#heldBytes += chunk.length;
    }
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#stopListening();
    // The connection is the next one's from here on, however long this body's reader takes with its last bytes.
    if (this.#stopped) this.#connection?.socket.resume();
    this.#stopped = false;
    if (this.#sink && !this.#paused) this.#sink.end();
  }

  /** All that came in one piece was looked at: a short answer is passed on whole, and a long one begins to flow. */
  flush(): void {
    const answer = this.#answer;
    if (answer === null) return;
    if (!this.#answered) {
      this.#answered = true;
      const body = this.#bodyOf(answer);
      const { status, flat } = answer;
      this.#resolve({ status, headers: HeaderList.fromFlat(flat), body, address: this.#connection?.address ?? '' });
      if (!this.#ended) this.#timer = setTimeout(() => this.#stoodStill(), this.#idleMs);
    } else if (!this.#ended) this.#timer?.refresh();
    if (!this.#ended && (this.#sink ? this.#paused : this.#heldBytes >= HELD)) this.#hold();
  }

  #bodyOf(answer: ResponseHead): Body | null {
    if (answer.body === 'none') return null;
    if (this.#ended) return Body.of(concat(this.#held));
    return Body.from((sink) => this.#start(sink), answer.length);
  }

  /** The connection is another's from here on. True when the whole request was sent. */
  leave(): boolean {
    this.#connection = null;
    const sent = this.#upload === null || this.#upload.over;
    this.#upload?.cancel();
    return sent;
  }

  /** The connection broke; `stale` when it had been used before and not a byte of this answer came. */
  broke(fault: Fault, stale: boolean): void {
    this.leave();
    if (this.#ended) return;
    const { method, body } = this.request;
    if (stale && !this.#again && isIdempotent(method) && (body === null || body.whole !== null)) {
      this.#again = true;
      this.#queue.again(this);
    } else this.fail(fault);
  }

  /** Ends it: nobody answers any more, or the answer breaks off. */
  fail(fault: unknown): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#stopListening();
    this.#ended = true;
    this.#broken = fault;
    if (!this.#answered) {
      this.#answered = true;
      this.#reject(fault);
    } else if (this.#sink && !this.#paused) this.#sink.fail(fault);
  }

  #stoodStill(): void {
    this.#give(failed('broken', 'the answer stood still for too long', false));
  }

  #give(verdict: Fault): void {
    if (this.#ended) return;
    const connection = this.#connection;
    if (connection === null) this.#queue.leave(this);
    else connection.drop();
    this.leave();
    this.fail(verdict);
  }

  #start(sink: BodySink): BodyFlow {
    this.#sink = sink;
    this.#drain();
    return {
      pause: () => {
        this.#paused = true;
        this.#hold();
      },
      resume: () => {
        if (!this.#paused) return;
        this.#paused = false;
        this.#drain();
      },
      cancel: () => {
        this.#paused = true;
        this.#give(failed('gone', 'nobody reads the answer', false));
      },
    };
  }

  /** A viewer who takes no bytes has a patience of his own; the origin's does not run meanwhile. */
  #hold(): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#stopped = true;
    this.#connection?.socket.pause();
  }

  /** Gives what was held, then lets the connection flow again. */
  #drain(): void {
    const sink = this.#sink as BodySink;
    while (this.#held.length > 0 && !this.#paused) {
      const chunk = this.#held.shift() as Uint8Array;
      this.#heldBytes -= chunk.length;
      sink.data(chunk);
    }
    if (this.#paused) return;
    if (this.#broken !== null) sink.fail(this.#broken);
    else if (this.#ended) sink.end();
    else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#stoodStill(), this.#idleMs);
      if (this.#stopped) this.#connection?.socket.resume();
      this.#stopped = false;
    }
  }
}
