import type { MaybePromise } from '../base/later.ts';

/** Something to do with the connections of one API, on whichever node they are. Plain data: it travels as JSON. */
export type SocketOrder = { readonly api: string } & (
  | { readonly op: 'about' | 'close'; readonly id: string }
  /** `data` is the text, or base64 where `text` is false. */
  | { readonly op: 'post'; readonly id: string; readonly data: string; readonly text: boolean }
  | { readonly op: 'join' | 'leave'; readonly id: string; readonly group: string }
  /** `group` null: every connection of the API. */
  | { readonly op: 'broadcast'; readonly group: string | null; readonly data: string; readonly text: boolean }
  | { readonly op: 'list'; readonly group: string | null; readonly limit: number }
);

/** One connection as it is listed. Times are milliseconds since 1970. */
export interface SocketAbout {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly lastActiveAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly groups: readonly string[];
}

export interface SocketReply {
  /** `gone`: no such connection. `slow`: it does not read what it is sent. `full`: it is in too many groups. */
  readonly status: 'done' | 'gone' | 'slow' | 'full';
  readonly list?: readonly SocketAbout[];
  /** How many connections a broadcast was sent to. */
  readonly count?: number;
}

/** A place among the connections that a holder, an address or a key, may have on all nodes together. */
export interface SocketPlace {
  /** Of the holder, without the API. */
  readonly holder: string;
  readonly most: number;
}

/**
 * The nodes of one product: which of them has a connection, and a way to have something done there. A node that does not
 * beat for a stated time is dead, and its connections are nobody's.
 */
export interface SocketNodes {
  /** Name of this node. */
  readonly node: string;
  /** Takes orders for this node's own connections. Called once. */
  serve(answer: (order: SocketOrder) => SocketReply): void;
  /**
   * A connection is here, in these places. Settles when others can find it, with null, or with the holder whose places
   * are all taken: then it is not added. Never rejects: what cannot be asked is allowed.
   */
  add(api: string, id: string, places?: readonly SocketPlace[]): MaybePromise<string | null>;
  remove(api: string, id: string): void;
  /** Has the node do it that has the connection; null when no living node has. */
  ask(order: SocketOrder & { readonly id: string }): Promise<SocketReply | null>;
  /** Has all other nodes do it; what those say that answer in time. */
  askAll(order: SocketOrder): Promise<readonly SocketReply[]>;
  close(): Promise<void>;
}
