/** What a worker and its owner say to each other. */

export interface GuestData {
  readonly file: string;
  readonly handler: string;
  readonly functionName: string;
  readonly memoryMb: number;
  readonly mostBytes: number;
  /**
   * One number that both sides change by compare-and-exchange: the id that may be begun next, or `CLOSED`. So an event
   * that was sent ahead is either begun here or given to another instance, and never both.
   */
  readonly next: Int32Array;
}

/** In `GuestData.next`: nothing more may be begun. */
export const CLOSED = -1;

export interface GuestCall {
  readonly id: number;
  /** JSON. */
  readonly event: string;
  readonly requestId: string;
  /** The function's own time, from when it is begun. */
  readonly timeoutMs: number;
  readonly streams: boolean;
}

/** The chunk that was sent last has been taken. */
export interface GuestTaken {
  readonly taken: number;
}

export interface GuestError {
  readonly type: string;
  readonly message: string;
  readonly trace: readonly string[];
}

export type GuestReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unloadable'; readonly error: GuestError }
  | { readonly kind: 'answer'; readonly id: number; readonly text: string }
  | { readonly kind: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'error'; readonly id: number; readonly error: GuestError }
  | { readonly kind: 'too-large'; readonly id: number; readonly bytes: number }
  /** The handler returned no promise: it answers by callback, or never. */
  | { readonly kind: 'by-callback'; readonly id: number }
  | { readonly kind: 'crash'; readonly error: GuestError };

/** The context object that handlers get as their second argument. */
export function contextOf(
  data: Pick<GuestData, 'functionName' | 'memoryMb'>,
  call: { readonly requestId: string; readonly deadline: number },
): {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
} {
  return {
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${data.functionName}`,
    memoryLimitInMB: String(data.memoryMb),
    awsRequestId: call.requestId,
    logGroupName: `/aws/lambda/${data.functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, call.deadline - Date.now()),
  };
}

/** Lambda's limit on what goes in and out of one synchronous call, in bytes of JSON. */
export const MOST_PAYLOAD = 6_291_556;
