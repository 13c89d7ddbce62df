import type { Server } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Http2 } from './http2.ts';

/** A server that listens, with the engine that speaks HTTP/1 on its connections. */
export interface Front {
  readonly server: Server;
  /** HTTP/1 requests whose answers are under way. */
  readonly underWay: number;
  /** A new certificate for connections from here on. */
  renew(pair: TlsOptions): void;
  /** From here on every answer announces the end of its connection. */
  close(): void;
  /** Closes connections that owe nothing. */
  closeQuiet(): void;
  /** Closes all connections, whatever is under way on them. */
  destroy(): void;
}

/** What a server over TLS has to know; who agreed on h2 goes to `http2`. */
export interface Secure {
  readonly options: TlsOptions;
  readonly http2: Http2;
}
