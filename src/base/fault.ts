/**
 * A fault is something broken, as opposed to a refusal, which is an ordinary answer. It says whose it is and whether
 * trying again can help; `flow/recover.ts` turns it into a response, in one place.
 */
export type FaultSource = 'viewer' | 'edge' | 'origin' | 'store' | 'config';

export class Fault extends Error {
  override readonly name = 'Fault';
  /** Typed like a reason's code: `integration.origin.timeout`. */
  readonly code: string;
  readonly source: FaultSource;
  /** May the same thing be tried again at once? */
  readonly retry: boolean;
  /** The status this fault asks for; without it, the source decides. */
  readonly status: number | undefined;

  constructor(
    code: string,
    source: FaultSource,
    says: string,
    options: { readonly retry?: boolean; readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(says, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.source = source;
    this.retry = options.retry ?? false;
    this.status = options.status;
  }
}

/** What an unknown thrown value says, in one line. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  return String(thrown);
}
