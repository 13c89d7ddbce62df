/** One finished exchange as an access log tells it: what went over the wire, beside what was decided. */
export interface AccessRecord {
  /** The trace's id. */
  readonly id: string;
  /** Milliseconds since 1970: when the last byte of the answer had gone. */
  readonly at: number;
  readonly method: string;
  readonly host: string | null;
  /** Secrets in its query are masked. */
  readonly target: string;
  readonly version: string;
  readonly secure: boolean;
  readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  readonly client: { readonly address: string; readonly port: number };
  readonly referer: string | null;
  readonly userAgent: string | null;
  readonly forwardedFor: string | null;
  /** 0 when the viewer left before there was an answer. */
  readonly status: number;
  /** Bytes of head and body. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Milliseconds from arrival to the answer's head, and to its last byte. */
  readonly firstByteMs: number;
  readonly ms: number;
  readonly contentType: string | null;
  readonly contentLength: number | null;
  /** First and last byte that were asked for; null where that was not said. */
  readonly range: { readonly from: number | null; readonly to: number | null } | null;
  /** As it looked before the first byte was sent, and after the last one. */
  readonly began: AccessResult;
  readonly ended: AccessResult;
}

/** CloudFront's words for an outcome: the rough one and the exact one. */
export interface AccessResult {
  readonly type: string;
  readonly detailed: string;
}
