import type { Note } from '../trace/trace.ts';
import type { MessageReason } from './reasons.ts';
import type { Session } from './session.ts';

/** What happened, for metrics and logs. `why` is a rule, a violation's key, a bucket or a budget. */
export type Happening =
  | { readonly kind: 'opened'; readonly connectionId: string; readonly address: string; readonly key: string | null }
  | { readonly kind: 'message'; readonly connectionId: string; readonly routeKey: string; readonly bytes: number }
  | Dropped
  | {
      readonly kind: 'counted' | 'failed';
      readonly connectionId: string;
      readonly routeKey: string;
      readonly why: string;
      readonly says: string;
    }
  | {
      readonly kind: 'closed';
      readonly connectionId: string;
      readonly code: number;
      readonly by: string;
      readonly why: string;
    };

/** A message that was not let through, or an answer that could not be delivered. */
export interface Dropped {
  readonly kind: 'dropped';
  readonly connectionId: string;
  readonly routeKey: string;
  readonly why: string;
  readonly says: string;
  readonly reason: MessageReason;
  /** Did it cost the client its connection? */
  readonly closed: boolean;
  readonly requestId: string;
  readonly session: Session;
  readonly bytes: number;
  readonly notes: readonly Note[];
}
