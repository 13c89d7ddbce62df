import { Writable } from 'node:stream';

/** `awslambda` as the Node runtime of Lambda has it: handlers that write their answer as a stream. */

const STREAMS = Symbol.for('aws.lambda.runtime.handler.streaming');

export type StreamHandler = (event: unknown, stream: Writable, context: object) => unknown;

export const isStreamHandler = (handler: unknown): handler is StreamHandler =>
  typeof handler === 'function' && STREAMS in handler;

export function installStreaming(): void {
  (globalThis as { awslambda?: unknown }).awslambda = {
    streamifyResponse: (handler: object) => Object.assign(handler, { [STREAMS]: 'response' }),
    HttpResponseStream: {
      from(stream: Writable, metadata: unknown): Writable {
        stream.write(JSON.stringify(metadata));
        stream.write(new Uint8Array(8));
        return stream;
      },
    },
  };
}

/** A stream whose chunks go to `send`; the next is asked for when `taken` is called back. */
export function responseStream(send: (bytes: Uint8Array, taken: () => void) => void): Writable {
  const stream = new Writable({
    decodeStrings: true,
    write: (chunk: Buffer, _, taken) => send(new Uint8Array(chunk), taken),
  });
  return Object.assign(stream, { setContentType: () => {} });
}
