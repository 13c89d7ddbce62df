import { httpShape, type HttpEvent } from '../events/http.ts';
import type { HttpResponse } from '../http/message.ts';
import { messageOf } from '../base/fault.ts';
import { refusal } from './refusal.ts';
import type { BadEvent } from './event.ts';
import { httpFlaw } from './event.ts';
import { logRefusal } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { answerOf, opened, type AppSource, type DoorOptions } from './start.ts';

/** The part of Node's `Writable` that Lambda's response stream has. */
export interface ResponseStream {
  write(bytes: Uint8Array): boolean;
  end(): void;
  once(event: 'drain' | 'close', call: () => void): unknown;
  destroy?(error: Error): void;
}

/** What Lambda's own client offers to streaming handlers. */
export interface StreamingRuntime {
  streamifyResponse(handler: (event: unknown, stream: ResponseStream, context: unknown) => Promise<void>): unknown;
  readonly HttpResponseStream: { from(stream: ResponseStream, head: unknown): ResponseStream };
}

export interface FunctionUrlOptions extends DoorOptions {
  /** What makes a handler a streaming one; the Lambda runtime's global `awslambda` when left out. */
  readonly runtime?: StreamingRuntime;
}

/** A function URL whose answers are streamed: bytes leave as they come, and nothing is held back for the 6 MB limit. */
export function functionUrl(source: AppSource, options: FunctionUrlOptions = {}): unknown {
  const app = opened(source, options);
  const lambda = options.runtime ?? (globalThis as { awslambda?: StreamingRuntime }).awslambda;
  if (!lambda)
    throw new Error(
      'there is no `awslambda` here: a streamed door runs in the Lambda runtime only; use httpApi() elsewhere',
    );
  const deny = (stream: ResponseStream, bad: BadEvent): Promise<void> => {
    logRefusal(app.write, 'function-url', bad, app.clock.now());
    return send(lambda, stream, refusal(bad.reason));
  };
  return lambda.streamifyResponse(async (event, stream) => {
    const bad = httpFlaw(event);
    if (bad) return deny(stream, bad);
    const line = await app.app().catch(() => null);
    if (line === null) return deny(stream, { reason: lambdaReasons.start, says: 'see the line before' });
    let response: HttpResponse | null;
    try {
      const { request, viewer } = httpShape.fromEvent(event as HttpEvent);
      response = await answerOf(app, line, request, viewer);
    } catch (thrown) {
      return deny(stream, { reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
    if (response === null)
      return deny(stream, { reason: lambdaReasons.origin, says: 'no origin secret, or a wrong one' });
    await send(lambda, stream, response);
    await line.settle();
  });
}

function send(lambda: StreamingRuntime, raw: ResponseStream, response: HttpResponse): Promise<void> {
  const headers = Object.create(null) as Record<string, string>;
  const cookies: string[] = [];
  for (const [name, value] of response.headers) {
    const lower = name.toLowerCase();
    if (lower === 'set-cookie') cookies.push(value);
    else headers[lower] = lower in headers ? `${headers[lower]}, ${value}` : value;
  }
  const stream = lambda.HttpResponseStream.from(raw, {
    statusCode: response.status,
    headers,
    ...(cookies.length > 0 && { cookies }),
  });
  const { body } = response;
  if (body === null) {
    stream.end();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    let gone = false;
    const flow = body.start({
      data(chunk) {
        if (gone || stream.write(chunk)) return;
        flow?.pause();
        stream.once('drain', () => flow?.resume());
      },
      end() {
        if (!gone) stream.end();
        resolve();
      },
      // The head has gone out: all that is left is to break off, so that nobody takes the part for the whole.
      fail(thrown) {
        stream.destroy?.(thrown instanceof Error ? thrown : new Error(String(thrown)));
        resolve();
      },
    });
    stream.once('close', () => {
      gone = true;
      flow.cancel();
      resolve();
    });
  });
}
