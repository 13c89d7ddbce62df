import type { Socket } from 'node:net';
import type { Viewer } from '../../flow/exchange.ts';
import type { HeaderList } from '../../http/headers.ts';
import type { App } from '../../pipeline/app.ts';
import type { ResponseHead } from '../../wire/http1/response-head.ts';
import type { Upgrading } from '../websocket/shell.ts';

/** Patience of a connection, in milliseconds, and bytes of a head. */
export interface ConnectionLimits {
  readonly headerBytes: number;
  /** Until a head is complete. */
  readonly headerMs: number;
  /** Until a request is complete, body included; and how long a viewer may take no bytes. */
  readonly requestMs: number;
  /** How long an idle connection is kept. */
  readonly idleMs: number;
}

/** What connections have in common. */
export interface ConnectionHost {
  readonly app: App;
  readonly limits: ConnectionLimits;
  readonly writer: ResponseHead;
  /** Milliseconds, as of the last look at the connections. */
  readonly now: number;
  /** Milliseconds that `now` may be behind. */
  readonly slackMs: number;
  /** Every answer announces the end of its connection. */
  readonly closing: boolean;
  viewer(socket: Socket, headers: HeaderList, secure: boolean): Viewer;
  /** A whole line. */
  dateLine(): string;
  upgrade(upgrading: Upgrading): void;
  /** An answer broke off after its head was sent. */
  broken(thrown: unknown, trace: string | undefined): void;
  /** This connection is not ours any more. */
  forget(connection: object): void;
}
