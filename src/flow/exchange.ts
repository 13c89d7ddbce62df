import type { Clock } from '../base/clock.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Trace } from '../trace/trace.ts';
import type { Departure } from './departure.ts';
import { Facts } from './facts.ts';

/** Who asks, as far as the connection and the trusted proxies tell. */
export interface Viewer {
  /** The client's address in its shortest text form, after trusted proxies were taken off. */
  readonly address: string;
  readonly port: number;
  /** The address at the other end of the socket: a proxy's, where there is one. */
  readonly peer: string;
  readonly secure: boolean;
  /** The address and port that were asked. */
  readonly localAddress: string;
  readonly localPort: number;
  /** What the TLS of the connection came to; not there without it, or where somebody else ended it. */
  readonly tls?: ViewerTls;
}

/** `TLSv1.3`, `TLS_AES_128_GCM_SHA256`: the names of the registry of cipher suites. */
export interface ViewerTls {
  readonly protocol: string;
  readonly cipher: string;
  /** Was an earlier session taken up again? */
  readonly resumed: boolean;
  /** What the client has shown and the truststore answers for. */
  readonly client?: ClientCertificate;
}

export interface ClientCertificate {
  readonly pem: string;
  /** `C=US,O=Example,CN=name`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, with colons. */
  readonly serial: string;
  /** `May 28 12:30:02 2019 GMT`. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** One request on its way through the line. */
export interface Exchange {
  /** Evidence: never changes. */
  readonly arrived: HttpRequest;
  /** What the next stage sees; replaced, not mutated. */
  request: HttpRequest;
  readonly viewer: Viewer;
  readonly facts: Facts;
  readonly trace: Trace;
  readonly clock: Clock;
  /** Tells when the viewer has gone. */
  readonly departure: Departure;
  /** Finish this after the answer, where the shell can. */
  later(work: Promise<unknown>): void;
}

export interface ExchangeParts {
  readonly request: HttpRequest;
  readonly viewer: Viewer;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly departure: Departure;
  later(work: Promise<unknown>): void;
}

export function newExchange(parts: ExchangeParts): Exchange {
  return {
    arrived: parts.request,
    request: parts.request,
    viewer: parts.viewer,
    facts: new Facts(),
    trace: parts.trace,
    clock: parts.clock,
    departure: parts.departure,
    later: parts.later,
  };
}
