import type { Duplex } from 'node:stream';

import { Connection } from '../../wire/ws/connection.ts';
import type { Compression } from '../../wire/ws/deflate.ts';
import { Keeper } from '../../wire/ws/keeper.ts';
import { defaultLimits, type Limits, type Listener, type Terms, type Wire } from '../../wire/ws/terms.ts';
import { nodeText } from './text-host.ts';

const at: unique symbol = Symbol('websocket');

/** A socket that knows its connection: the handlers below are shared by all, so a connection costs no closures. */
interface Bound extends Duplex {
  [at]: Connection<unknown>;
  bytesWritten?: number;
}

class SocketWire implements Wire {
  readonly #socket: Bound;

  constructor(socket: Bound) {
    this.#socket = socket;
  }

  write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  end(): void {
    if (this.#socket.writable) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  get pending(): number {
    return this.#socket.writableLength;
  }

  get taken(): number {
    return (this.#socket.bytesWritten ?? 0) - this.#socket.writableLength;
  }
}

function onData(this: Bound, chunk: Buffer): void {
  this[at].receive(chunk);
}

function onDrain(this: Bound): void {
  this[at].drained();
}

function onEnd(this: Bound): void {
  this[at].peerEnded();
}

function onClose(this: Bound): void {
  this[at].gone();
}

/** A reset is a way to go like others; `close` follows and tells. */
function onError(this: Bound): void {
  this.destroy();
}

/** What a listener's connections share, with one timer for all. */
export class Endpoint<Owner> {
  readonly keeper = new Keeper();
  readonly #terms: Terms<Owner>;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | null = null;
  readonly #sweepMs: number;

  constructor(options: {
    readonly listener: Listener<Owner>;
    readonly limits?: Partial<Limits>;
    readonly now: () => number;
    /** How often time passes for the connections, in milliseconds. */
    readonly sweepMs?: number;
    readonly nextKey?: () => number;
  }) {
    this.#now = options.now;
    this.#sweepMs = options.sweepMs ?? 1000;
    const told = options.listener;
    const keeper = this.keeper;
    this.#terms = {
      limits: { ...defaultLimits, ...options.limits },
      listener: {
        message: (connection, bytes, start, end, text, ascii) =>
          told.message(connection, bytes, start, end, text, ascii),
        pong: (connection) => told.pong?.(connection),
        closed: (connection, code, reason, by, why) => {
          keeper.remove(connection);
          told.closed(connection, code, reason, by, why);
        },
      },
      text: nodeText,
      now: options.now,
      nextKey: options.nextKey ?? null,
      soon: queueMicrotask,
    };
  }

  get limits(): Limits {
    return this.#terms.limits;
  }

  get size(): number {
    return this.keeper.size;
  }

  /** Takes over a socket whose handshake is done. What came after it already is for the caller to hand to `receive`. */
  open(socket: Duplex, owner: Owner, compression: Compression | null): Connection<Owner> {
    const bound = socket as Bound;
    const connection = new Connection<Owner>(this.#terms, new SocketWire(bound), owner, compression);
    bound[at] = connection;
    this.keeper.add(connection);
    this.#timer ??= setInterval(() => this.sweep(), this.#sweepMs).unref();
    bound.on('data', onData);
    bound.on('drain', onDrain);
    bound.on('end', onEnd);
    bound.on('close', onClose);
    bound.on('error', onError);
    return connection;
  }

  sweep(): void {
    this.keeper.sweep(this.#now());
    if (this.keeper.size === 0) this.stop();
  }

  /** Stops the timer. It starts again with the next connection. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  *connections(): IterableIterator<Connection<Owner>> {
    for (const timed of this.keeper) yield timed as Connection<Owner>;
  }
}
