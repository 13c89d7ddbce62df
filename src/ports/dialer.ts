import type { Body } from '../http/body.ts';
import type { HeaderList } from '../http/headers.ts';

/** Limits in milliseconds; a phase that takes longer ends in a fault that names it. */
export interface DialTimeouts {
  readonly connect: number;
  readonly firstByte: number;
  /** Between two chunks of the answer. */
  readonly idle: number;
}

export interface Outbound {
  readonly method: string;
  /** Origin form, as it shall be sent. */
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Body | null;
  /** Registers a call for when nobody waits for the answer any more; returns how to take it back. */
  onGone(call: () => void): () => void;
  /** Told of the fields of each 103 (RFC 8297) that comes before the answer. */
  readonly onHints?: (headers: HeaderList) => void;
  /** Milliseconds until the answer's head must be there, where it is less than the dialer's own. */
  readonly firstByteMs: number;
}

export interface Inbound {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Body | null;
  /** `address:port` that answered. */
  readonly address: string;
}

/** One origin's connections, kept alive between requests. */
export interface Dialer {
  /** Resolves with the answer's head; rejects with a `Fault` whose code begins with `integration.origin.`: status and retry follow from it. */
  dial(request: Outbound): Promise<Inbound>;
  close(): Promise<void>;
}

export interface DialerOptions {
  /** `http://host:port` or `https://…`. */
  readonly url: string;
  readonly timeouts: DialTimeouts;
  readonly connections: number;
  readonly keepAliveMs: number;
  /** Addresses or blocks that may be dialled besides public ones; see `integration/private.ts`. */
  mayDial(address: string): boolean;
  readonly tls: { readonly ca: string | null; readonly verify: boolean; readonly serverName: string | null };
}

export type OpenDialer = (options: DialerOptions) => Dialer;
