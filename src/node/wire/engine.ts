import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ResponseHead } from '../../wire/http1/response-head.ts';
import { Connection } from './connection.ts';
import type { ConnectionHost, ConnectionLimits } from './host.ts';

/** What the shell hands in. */
export interface EngineParts extends Pick<ConnectionHost, 'app' | 'viewer' | 'upgrade' | 'broken'> {
  readonly limits: ConnectionLimits;
}

/** HTTP/1 on sockets, spoken by ourselves: every connection, and the one timer that looks after all of them. */
export class WireEngine implements ConnectionHost {
  readonly app: ConnectionHost['app'];
  readonly limits: ConnectionLimits;
  readonly writer: ResponseHead;
  readonly slackMs: number;
  readonly viewer: ConnectionHost['viewer'];
  readonly upgrade: ConnectionHost['upgrade'];
  readonly broken: ConnectionHost['broken'];
  now = performance.now();
  closing = false;
  #date = '';
  readonly #connections = new Set<Connection>();
  readonly #sweeping: NodeJS.Timeout;

  constructor(parts: EngineParts) {
    this.app = parts.app;
    this.limits = parts.limits;
    this.viewer = parts.viewer;
    this.upgrade = parts.upgrade;
    this.broken = parts.broken;
    this.writer = new ResponseHead({ phrases: STATUS_CODES, keepAliveSeconds: Math.floor(parts.limits.idleMs / 1000) });
    const { headerMs, requestMs, idleMs } = parts.limits;
    this.slackMs = Math.max(10, Math.min(1000, headerMs, requestMs, idleMs) / 2);
    this.#sweeping = setInterval(() => this.#sweep(), this.slackMs).unref();
  }

  /** Requests whose answers are under way. */
  get underWay(): number {
    let count = 0;
    for (const connection of this.#connections) if (connection.owes) count++;
    return count;
  }

  connection(socket: Socket): void {
    this.#connections.add(new Connection(socket, this));
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }

  dateLine(): string {
    return this.#date || (this.#date = `Date: ${new Date().toUTCString()}\r\n`);
  }

  /** From here on every answer announces the end of its connection. */
  close(): void {
    this.closing = true;
  }

  /** Closes connections that owe nothing and have nothing on the way. */
  closeQuiet(): void {
    for (const connection of this.#connections) if (connection.quiet) connection.socket.destroy();
  }

  /** Closes all connections, whatever is under way on them. */
  destroy(): void {
    clearInterval(this.#sweeping);
    for (const connection of this.#connections) connection.socket.destroy();
  }

  #sweep(): void {
    this.now = performance.now();
    this.#date = '';
    for (const connection of this.#connections) connection.expire(this.now);
  }
}
