import type { MessageRules } from './message-reader.ts';

/** What a connection writes to. Implemented by a shell over a socket. */
export interface Wire {
  write(bytes: Uint8Array): void;
  /** Says that nothing more will be written; what was written still goes out. */
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
  /** Bytes written and not yet taken by the network. */
  readonly pending: number;
  /** Bytes that the network took since the beginning. */
  readonly taken: number;
}

/** How a host turns text to bytes and back; a shell lends faster ones than the platform's. */
export interface TextHost {
  readonly alloc: (size: number) => Uint8Array;
  byteLength(text: string): number;
  /** Writes at `at`; `bytes` is exactly `byteLength(text)`. */
  write(text: string, into: Uint8Array, at: number, bytes: number): void;
  read(bytes: Uint8Array, start: number, end: number, ascii: boolean): string;
}

/** Sizes in bytes, times in milliseconds. A time of 0 switches that limit off. */
export interface Limits extends MessageRules {
  /** Messages sent are cut into frames of at most this. */
  readonly maxSentFrame: number;
  /** A consumer that leaves more than this unread is slow: nothing more is queued for it. */
  readonly maxPending: number;
  /** A consumer that takes nothing at all for this long is dropped. */
  readonly stallMs: number;
  readonly idleMs: number;
  /** Where two ends are joined: does silence of the origin count though the client talks? */
  readonly idleByOrigin: boolean;
  readonly lifeMs: number;
  /** Does a ping or pong from the peer count as activity for `idleMs`? */
  readonly pingsKeepAlive: boolean;
  /** Silence after which we ping. */
  readonly pingMs: number;
  /** How long an answer to our ping may take before the connection counts as dead. */
  readonly pongMs: number;
  /** How long the peer may take to answer our close frame. */
  readonly closeMs: number;
  readonly maxControlPerSecond: number;
  /** Messages sent that are shorter than this are not compressed, though compression was agreed on. */
  readonly compressFrom: number;
}

/** AWS's figures where AWS has one (message 128 kB, frame 32 kB, idle 10 min, life 2 h). */
export const defaultLimits: Limits = {
  role: 'server',
  maxMessage: 128 * 1024,
  maxFrame: 32 * 1024,
  maxFragments: 4096,
  binary: true,
  maxSentFrame: 32 * 1024,
  maxPending: 1024 * 1024,
  stallMs: 30_000,
  idleByOrigin: false,
  idleMs: 600_000,
  lifeMs: 7_200_000,
  pingsKeepAlive: true,
  pingMs: 0,
  pongMs: 20_000,
  closeMs: 5_000,
  maxControlPerSecond: 200,
  compressFrom: 1024,
};

/** Who ended it: the peer's close frame, ours, or neither (the connection just went). */
export type ClosedBy = 'peer' | 'us' | 'drop';

/** `closing`: our close frame is out and the peer's is not in. `ended`: only the network's own goodbye is due. */
export type ConnectionState = 'open' | 'closing' | 'ended' | 'closed';

/** A connection as those see it who talk over it. */
export interface Peer<Owner> {
  readonly owner: Owner;
  readonly state: ConnectionState;
  readonly openedAt: number;
  /** Last application message in either direction (and pings, if the limits say so). */
  readonly activeAt: number;
  /** Last byte from the peer. */
  readonly heardAt: number;
  /** Bytes queued for the peer and not yet taken by the network. */
  readonly pending: number;
  textOf(bytes: Uint8Array, start: number, end: number, ascii: boolean): string;
  /**
   * Sends a message: a string as text, bytes as binary, or as text when `asText` says that they are known to be UTF-8.
   * False when the connection is not open, or when the peer is so slow that what waits for it has reached the limit: the
   * message is then not sent at all.
   */
  send(data: string | Uint8Array, asText?: boolean): boolean;
  /** Begins the closing handshake. Without effect when it has begun. */
  close(code: number, reason?: string, why?: string): void;
  /** Drops the connection without a word. */
  terminate(why?: string): void;
  /** Takes no further message until `resume`; what has come is kept, and the network is asked to wait. */
  pause(): void;
  resume(): void;
}

/** Takes what happens on all connections of one listener; `owner` is the taker's own record of a connection. */
export interface Listener<Owner> {
  /**
   * A message. Nobody writes to these bytes again, so they may be kept; what they lie in may be larger than they are.
   * @param ascii true spares a decode
   */
  message(connection: Peer<Owner>, bytes: Uint8Array, start: number, end: number, text: boolean, ascii: boolean): void;
  /** Called once, last. `why` is a violation's key or a timer's name where Sallyport ended it, else ''. */
  closed(connection: Peer<Owner>, code: number, reason: string, by: ClosedBy, why: string): void;
  pong?(connection: Peer<Owner>): void;
}

/** What all connections of one listener share. */
export interface Terms<Owner> {
  readonly limits: Limits;
  readonly listener: Listener<Owner>;
  readonly text: TextHost;
  now(): number;
  /** Fresh masking keys, unpredictable (RFC 6455 section 5.3): needed for a client only. */
  readonly nextKey: (() => number) | null;
  /** Runs soon, after what runs now: answers of one turn leave in one write. */
  soon(work: () => void): void;
}
