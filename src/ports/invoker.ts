import type { MaybePromise } from '../base/later.ts';

/** Calls a function elsewhere: a worker here, a Lambda function there. */

/** What came of a call. Reasons are for the operator; none of them belongs into an answer. */
export type Invoked =
  | { readonly kind: 'answer'; readonly value: unknown }
  /** The function threw, rejected, called back with an error, or died; `message` is what it said, as the caller of a function sees it. */
  | { readonly kind: 'error'; readonly type: string; readonly message: string; readonly trace: readonly string[] }
  | { readonly kind: 'timeout'; readonly whose: 'function' | 'caller'; readonly afterMs: number }
  /** More than 6 MB, in either direction. */
  | { readonly kind: 'too-large'; readonly which: 'event' | 'answer'; readonly bytes: number }
  /** No instance came free, and the queue is full. */
  | { readonly kind: 'throttled' }
  /** There is no such function, or its module does not load. */
  | { readonly kind: 'unavailable'; readonly says: string };

export interface Invocation {
  /** JSON-serialisable. */
  readonly event: unknown;
  readonly requestId: string;
  /** Milliseconds that the caller has patience for; queueing counts. */
  readonly withinMs: number;
  /**
   * The answer is to come as a stream: told of each chunk, and the next comes when it has settled. The outcome is an
   * answer of null then. `withinMs` is the patience until the first chunk.
   */
  readonly stream?: (chunk: Uint8Array) => MaybePromise<void>;
}

export interface Invoker {
  /** Never rejects. */
  invoke(invocation: Invocation): MaybePromise<Invoked>;
  close(): Promise<void>;
}

export interface FunctionOptions {
  /** Module, relative to the document. */
  readonly file: string;
  /** Name of the export. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Most instances, each with one event at a time. */
  readonly concurrency: number;
  readonly env: Readonly<Record<string, string>>;
}

export type OpenFunction = (options: FunctionOptions) => Invoker;
