import type { MaybePromise } from '../base/later.ts';
import type { SocketEvent } from '../events/websocket.ts';
import type { HeaderList } from '../http/headers.ts';
import type { Session } from './session.ts';

/** One thing that happens on a connection, on its way to an integration. */
export interface SocketCall {
  readonly kind: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly session: Session;
  readonly routeKey: string;
  readonly requestId: string;
  /** The message; base64 of it when `binary`. Null for the other two kinds. */
  readonly body: string | null;
  readonly binary: boolean;
  /** The message as it came; nothing for the other two kinds. */
  readonly bytes: Uint8Array;
  /** As a Lambda function would get it; made when it is asked for. */
  event(): SocketEvent;
}

/** What came of it. Why it failed is for the operator; the client sees an error frame. */
export type SocketOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: HeaderList;
      /** Bytes for a binary message. */
      readonly body: string | Uint8Array | null;
    }
  | { readonly kind: 'failed'; readonly why: 'error' | 'timeout' | 'throttled' | 'malformed'; readonly says: string };

/** Where a route leads. Never rejects. */
export interface SocketIntegration {
  readonly name: string;
  invoke(call: SocketCall): MaybePromise<SocketOutcome>;
}

/** Of a call without a message. */
export const nothing: Uint8Array = new Uint8Array(0);

export interface SocketRoute {
  readonly key: string;
  readonly integration: SocketIntegration;
  /** A two-way route: the integration's answer goes back to the client (spec WA-1). */
  readonly replies: boolean;
  /** Checks the message against the route's model; what is wrong, or null. */
  readonly validate: ((text: string) => string | null) | null;
}
