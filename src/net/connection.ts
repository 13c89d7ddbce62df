import type { OnReadOpts, Socket } from 'node:net';
import type { Fault } from '../base/fault.ts';
import { flaws } from '../wire/http1/flaws.ts';
import type { ResponseHead } from '../wire/http1/read-response.ts';
import { ResponseReader, type ResponseSink } from '../wire/http1/response-reader.ts';
import { failed } from './connector.ts';
import type { Exchange, Line } from './exchange.ts';

/** Who keeps the connections. */
export interface Keeper {
  /** The answer is whole and another request may follow. `keepAlive`: seconds that the origin said. */
  free(connection: Connection, keepAlive: number | null): void;
  /** Closed, or of no more use. Said once. */
  gone(connection: Connection): void;
}

/** Where the system puts what it reads from any unencrypted connection; what is kept is copied within the call. */
const shared = Buffer.allocUnsafeSlow(65_536);

const asText = (bytes: Uint8Array, at: number, end: number): string =>
  Buffer.prototype.latin1Slice.call(bytes, at, end);

/** One connection to an origin: one exchange at a time, and bytes that nobody asked for are its end. */
export class Connection implements Line, ResponseSink {
  readonly socket: Socket;
  /** `address:port` of the other side. */
  readonly address: string;
  /** Ticks after which it is not used any more; for its keeper. */
  idleUntil = 0;
  readonly #keeper: Keeper;
  readonly #reader = new ResponseReader(this, asText);
  readonly #copies: boolean;
  #exchange: Exchange | null = null;
  #head: ResponseHead | null = null;
  /** Has an answer come over it before? Then the origin may have closed it just as a request went out. */
  #used = false;
  #silent = true;
  #error: Error | null = null;
  #gone = false;

  constructor(socket: Socket, keeper: Keeper, reading: Reading) {
    this.socket = socket;
    this.#keeper = keeper;
    this.address = `${socket.remoteFamily === 'IPv6' ? `[${socket.remoteAddress}]` : socket.remoteAddress}:${socket.remotePort}`;
    this.#copies = !('encrypted' in socket);
    if (this.#copies) reading.to = this;
    else socket.on('data', (bytes: Uint8Array) => this.take(bytes));
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => (this.#error = error));
    socket.on('close', () =>
      this.#broke(failed('broken', this.#error?.message ?? cutOff, true, this.#error ?? undefined)),
    );
    // Whoever waits for an answer has a timer running; an idle connection is no reason for a process to stay.
    socket.unref();
  }

  get usable(): boolean {
    return !this.#gone && this.socket.writable && this.socket.readable;
  }

  begin(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#head = null;
    this.#silent = true;
    this.#reader.expect(exchange.request.method);
    exchange.begin(this);
  }

  /** Ends it under whoever uses it. */
  abandon(fault: Fault): void {
    const exchange = this.#exchange;
    this.drop();
    exchange?.broke(fault, false);
  }

  /** Nobody wants the rest of what is under way. */
  drop(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#exchange = null;
    this.socket.destroy();
    this.#keeper.gone(this);
  }

  take(bytes: Uint8Array): void {
    const exchange = this.#exchange;
    if (exchange === null) return this.drop();
    this.#silent = false;
    const taken = this.#reader.read(bytes);
    if (this.#reader.flaw !== null) return this.#broke(failed('malformed', flaws[this.#reader.flaw], false));
    if (this.#exchange !== exchange) return;
    exchange.flush();
    if (this.#reader.idle) this.#finish(exchange, taken === bytes.length);
  }

  interim(head: ResponseHead): void {
    if (head.status === EARLY_HINTS) this.#exchange?.hints(head);
  }

  head(head: ResponseHead): void {
    this.#head = head;
    this.#exchange?.head(head);
  }

  data(content: Uint8Array): void {
    this.#exchange?.data(this.#copies ? Buffer.from(content) : content);
  }

  end(): void {
    this.#exchange?.end();
  }

  #finish(exchange: Exchange, clean: boolean): void {
    const head = this.#head as ResponseHead;
    this.#exchange = null;
    this.#used = true;
    const sent = exchange.leave() && this.socket.writableLength === 0;
    if (clean && sent && head.persists && this.usable) this.#keeper.free(this, head.keepAlive);
    else this.drop();
  }

  /** The origin will send no more. */
  #ended(): void {
    const exchange = this.#exchange;
    if (exchange === null) return this.drop();
    if (!this.#reader.close()) return this.#broke(failed('broken', cutOff, true));
    exchange.flush();
    this.#finish(exchange, false);
  }

  #broke(fault: Fault): void {
    const exchange = this.#exchange;
    this.drop();
    exchange?.broke(fault, this.#used && this.#silent);
  }
}

const EARLY_HINTS = 103;

const cutOff = 'the connection ended before the answer was whole';

/** Where the bytes of a connection go that is only being made. */
export interface Reading {
  to: Connection | null;
}

/** For the socket: read into the one buffer, and hand on. */
export const onread = (reading: Reading): OnReadOpts => ({
  buffer: shared,
  callback(size) {
    reading.to?.take(shared.subarray(0, size));
    return true;
  },
});
