import { Fault, messageOf } from '../base/fault.ts';
import type { Dialer, DialerOptions, Inbound, OpenDialer, Outbound } from '../ports/dialer.ts';
import type { Resolver } from '../ports/resolver.ts';
import { Connection, onread, type Keeper, type Reading } from './connection.ts';
import { connector, failed, type Connect } from './connector.ts';
import { Exchange, type Queue } from './exchange.ts';

/** The origin closes at the time it says, and our request must not be on its way by then. */
const MARGIN_MS = 1000;

/** Connections to one origin, spoken to by our own HTTP/1.1: no promise and no stream per answer. */
export function openDialer(resolver: Resolver): OpenDialer {
  return (options) => new Pool(options, connector(options, resolver));
}

class Pool implements Dialer, Keeper, Queue {
  readonly #options: DialerOptions;
  readonly #connect: Connect;
  /** The one used last is used next: the others are left to grow old. */
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #waiting: Exchange[] = [];
  #connecting = 0;
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: DialerOptions, connect: Connect) {
    this.#options = options;
    this.#connect = connect;
  }

  dial(request: Outbound): Promise<Inbound> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(request, this.#options.timeouts.idle, this, resolve, reject);
      if (exchange.over) return;
      if (this.#closed) return exchange.fail(closed());
      const connection = this.#take();
      if (connection) connection.begin(exchange);
      else {
        this.#waiting.push(exchange);
        this.#grow();
      }
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sweep);
    for (const exchange of this.#waiting.splice(0)) exchange.fail(closed());
    for (const connection of this.#all) connection.abandon(closed());
    return Promise.resolve();
  }

  free(connection: Connection, keepAlive: number | null): void {
    const next = this.#waiting.shift();
    if (next) return connection.begin(next);
    const ms =
      keepAlive === null
        ? this.#options.keepAliveMs
        : Math.min(this.#options.keepAliveMs, keepAlive * 1000 - MARGIN_MS);
    if (ms <= 0 || this.#closed) return connection.drop();
    connection.idleUntil = performance.now() + ms;
    this.#idle.push(connection);
    this.#sweep ??= setTimeout(() => this.#sweepIdle(), this.#options.keepAliveMs).unref();
  }

  gone(connection: Connection): void {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#grow();
  }

  leave(exchange: Exchange): 'busy' | 'connect-timeout' {
    const at = this.#waiting.indexOf(exchange);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at < this.#connecting ? 'connect-timeout' : 'busy';
  }

  again(exchange: Exchange): void {
    if (this.#closed) return exchange.fail(closed());
    this.#waiting.unshift(exchange);
    this.#grow();
  }

  #take(): Connection | null {
    const now = performance.now();
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (connection.usable && now < connection.idleUntil) return connection;
      connection.drop();
    }
    return null;
  }

  /** As many connections as there are requests waiting, within the limit. */
  #grow(): void {
    while (
      !this.#closed &&
      this.#connecting < this.#waiting.length &&
      this.#all.size + this.#connecting < this.#options.connections
    ) {
      this.#connecting++;
      const reading: Reading = { to: null };
      this.#connect(onread(reading)).then(
        (socket) => {
          this.#connecting--;
          const connection = new Connection(socket, this, reading);
          this.#all.add(connection);
          if (this.#closed) connection.drop();
          else this.free(connection, null);
        },
        (thrown: unknown) => {
          this.#connecting--;
          this.#failed(thrown instanceof Fault ? thrown : failed('connect', messageOf(thrown), true, thrown));
        },
      );
    }
  }

  /** The oldest of those who wait hears of it; where no other connection stands or is being made, all do. */
  #failed(fault: Fault): void {
    if (this.#waiting.length <= this.#connecting) return;
    const hopeless = this.#all.size === 0 && this.#connecting === 0;
    for (const exchange of this.#waiting.splice(0, hopeless ? this.#waiting.length : 1)) exchange.fail(fault);
    this.#grow();
  }

  #sweepIdle(): void {
    this.#sweep = undefined;
    const now = performance.now();
    for (const connection of this.#idle.filter((each) => now >= each.idleUntil)) connection.drop();
    if (this.#idle.length > 0 && !this.#closed)
      this.#sweep = setTimeout(() => this.#sweepIdle(), this.#options.keepAliveMs).unref();
  }
}

const closed = (): Fault => failed('broken', 'connections to this origin are being closed', false);
