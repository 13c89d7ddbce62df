import type { MaybePromise } from '../base/later.ts';
import type { Note } from '../trace/trace.ts';
import type { Session } from './session.ts';

/** A message as rules see it, at the moment `message`. */
export interface MessageView {
  readonly session: Session;
  readonly routeKey: string;
  /** Null for a binary message. */
  readonly text: string | null;
  /** The payload. */
  readonly bytes: Uint8Array;
  /** Stands in the error frame, in the event and in the record of what was decided. */
  readonly requestId: string;
  /** The message as JSON, or `notJson`; parsed once for all who ask. */
  json(): unknown;
}

/** `drop`: an error frame and nothing more. `close`: 1008. `count`: goes on, and is noted. */
export type MessageVerdict =
  | { readonly action: 'pass' }
  | {
      readonly action: 'drop' | 'close' | 'count';
      readonly rule: string;
      readonly says: string;
      /** What led to it, for the record. */
      readonly notes?: readonly Note[];
    };

/** A throw or rejection counts as `drop`: what could not be inspected has not been allowed. */
export type Inspect = (message: MessageView) => MaybePromise<MessageVerdict>;
