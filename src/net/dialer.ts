import type { Dispatcher } from 'undici';
// The pool alone: the package's front page brings fetch, WebSocket and caches along, a fifth of the time a start takes.
import Pool from 'undici/lib/dispatcher/pool.js';
import { concat } from '../base/bytes.ts';
import { Fault, messageOf } from '../base/fault.ts';
import { Body, type BodySink } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { Dialer, Inbound, OpenDialer, Outbound } from '../ports/dialer.ts';
import type { Resolver } from '../ports/resolver.ts';
import { connector, failed } from './connector.ts';
import { upload } from './upload.ts';

/** Bytes of an answer that are held for a viewer who has not begun to read. */
const HELD = 65_536;

/** Connections to one origin by undici's pool, spoken to at its lowest level: no promise and no stream per answer. */
export function openDialer(resolver: Resolver): OpenDialer {
  return (options) => {
    const address = new URL(options.url).host;
    const pool = new Pool(options.url, {
      connections: options.connections,
      pipelining: 1,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMs,
      headersTimeout: 0,
      bodyTimeout: options.timeouts.idle,
      connect: connector(options, resolver),
    });
    return {
      dial: (request) => new Promise((resolve, reject) => dispatch(pool, address, request, resolve, reject)),
      close: () => pool.destroy(),
    } satisfies Dialer;
  };
}

function dispatch(
  pool: Pool,
  address: string,
  request: Outbound,
  resolve: (inbound: Inbound) => void,
  reject: (thrown: unknown) => void,
): void {
  const answer = new Answer(address, resolve, reject);
  const { body } = request;
  const flat = request.headers.flat as string[];
  const streamed = body !== null && body.whole === null;
  answer.wait(request);
  const dispatched: Dispatcher.DispatchOptions = {
    method: request.method,
    path: request.target,
    headers: streamed && body.length !== null ? [...flat, 'Content-Length', String(body.length)] : flat,
    body: body === null ? null : (body.whole ?? upload(body, (whose) => answer.turn(whose))),
  };
  try {
    // The handler's older form hands over headers as they came, in order and case; the newer one has lost both.
    pool.dispatch(dispatched, answer);
  } catch (thrown) {
    answer.onError(thrown);
  }
}

/** One answer on its way: undici's handler on one side, a `Body` on the other. */
class Answer {
  readonly #address: string;
  readonly #resolve: (inbound: Inbound) => void;
  readonly #reject: (thrown: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #patienceMs = 0;
  #stopListening: (() => void) | undefined;
  #abort: ((thrown: Error) => void) | null = null;
  /** Why this dial is over, when we ended it ourselves. */
  #verdict: Fault | null = null;
  #headed = false;
  #resume: (() => void) | null = null;
  #sink: BodySink | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #paused = false;
  #ended = false;
  #broken: unknown = null;

  constructor(address: string, resolve: (inbound: Inbound) => void, reject: (thrown: unknown) => void) {
    this.#address = address;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Starts the time for the answer's head, queueing for a connection included. */
  wait(request: Outbound): void {
    this.#patienceMs = request.firstByteMs;
    this.turn('origin');
    this.#stopListening = request.onGone(() => this.#give(failed('gone', 'the viewer left', false)));
  }

  /** The origin's time only runs while it is its turn: a viewer who takes his time with his body is no fault of the origin. */
  turn(whose: 'viewer' | 'origin'): void {
    clearTimeout(this.#timer);
    if (whose === 'origin' && !this.#headed && !this.#ended)
      this.#timer = setTimeout(() => this.#tooLate(), this.#patienceMs);
  }

  #tooLate(): void {
    const within = `within ${this.#patienceMs} ms`;
    this.#give(
      this.#abort !== null
        ? failed('timeout', `no answer ${within}`, false)
        : failed('busy', `no connection came free ${within}`, false),
    );
  }

  #give(verdict: Fault): void {
    if (this.#ended) return;
    this.#verdict = verdict;
    if (this.#abort) this.#abort(verdict);
    else this.#settle(verdict);
  }

  onConnect(abort: (thrown: Error) => void): void {
    this.#abort = abort;
    if (this.#verdict) abort(this.#verdict);
  }

  /** undici asks for this on each handler; there is nothing to see in a request that was sent. */
  onRequestSent(): void {}

  onResponseStarted(): void {}

  onHeaders(status: number, raw: readonly Uint8Array[], resume: () => void): boolean {
    if (status < 200) return true;
    clearTimeout(this.#timer);
    this.#headed = true;
    this.#resume = resume;
    const flat: string[] = [];
    let length: number | null = null;
    for (let at = 0; at < raw.length; at += 2) {
      const name = (raw[at] as Buffer).toString('latin1');
      const value = (raw[at + 1] as Buffer).toString('latin1');
      if (name.length === 14 && name.toLowerCase() === 'content-length') length = Number(value);
      flat.push(name, value);
    }
    const headers = HeaderList.fromFlat(flat);
    // The parser hands over a short answer whole before any microtask runs; then it can be passed on in one piece.
    queueMicrotask(() => {
      const whole = this.#ended && this.#broken === null;
      const body = whole ? Body.of(concat(this.#held)) : Body.from((sink) => this.#start(sink), length);
      this.#resolve({ status, headers, body, address: this.#address });
    });
    return true;
  }

  onData(chunk: Uint8Array): boolean {
    if (this.#sink && !this.#paused) this.#sink.data(chunk);
    else {
      this.#held.push(chunk);
      this.#heldBytes += chunk.length;
    }
    return this.#sink ? !this.#paused : this.#heldBytes < HELD;
  }

  onComplete(): void {
    this.#ended = true;
    this.#stopListening?.();
    if (this.#sink && !this.#paused) this.#sink.end();
  }

  onError(thrown: unknown): void {
    this.#settle(this.#verdict ?? describe(thrown));
  }

  #settle(fault: Fault): void {
    clearTimeout(this.#timer);
    this.#stopListening?.();
    if (this.#ended) return;
    this.#ended = true;
    this.#broken = fault;
    if (!this.#headed) this.#reject(fault);
    else if (this.#sink && !this.#paused) this.#sink.fail(fault);
  }

  #start(sink: BodySink): ReturnType<Body['start']> {
    this.#sink = sink;
    this.#drain();
    return {
      pause: () => {
        this.#paused = true;
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

  /** Gives what was held, then lets the connection flow again. */
  #drain(): void {
    const sink = this.#sink as BodySink;
    while (this.#held.length > 0 && !this.#paused) {
      const chunk = this.#held.shift() as Uint8Array;
      this.#heldBytes -= chunk.length;
      sink.data(chunk);
    }
    if (this.#paused) return;
    if (this.#broken) sink.fail(this.#broken);
    else if (this.#ended) sink.end();
    else this.#resume?.();
  }
}

/** undici's errors in our words: whose it is, and whether trying again can help. */
function describe(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  const code = (thrown as { code?: unknown } | null)?.code;
  const text = typeof code === 'string' ? code : '';
  const says = messageOf(thrown);
  if (text === 'UND_ERR_BODY_TIMEOUT') return failed('broken', 'the answer stood still for too long', false, thrown);
  // undici's parser names itself; its codes come and go with its builds.
  if (
    text.startsWith('HPE_') ||
    (thrown instanceof Error && thrown.name === 'HTTPParserError') ||
    text === 'UND_ERR_HEADERS_OVERFLOW' ||
    text === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  ) {
    return failed('malformed', says, false, thrown);
  }
  if (text === 'ECONNREFUSED' || text === 'EHOSTUNREACH' || text === 'ENETUNREACH')
    return failed('connect', says, true, thrown);
  return failed('broken', says, true, thrown);
}
