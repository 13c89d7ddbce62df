import { httpShape, type HttpEvent } from '../events/http.ts';
import { define } from '../events/parts.ts';
import type { BodyFlow } from '../http/body.ts';
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
  /** Most bytes of one streamed answer; Lambda's own limit of 200 MB when left out. */
  readonly mostBytes?: number;
}

const mostStreamed = 200 * 1024 * 1024;

/**
 * A function URL whose answers are streamed: bytes leave as they come, and nothing is held back for the 6 MB limit. Every
 * answer begins with its status and header, so that none is taken for bytes without a type.
 */
export function functionUrl(source: AppSource, options: FunctionUrlOptions = {}): unknown {
  const app = opened(source, options);
  const lambda = options.runtime ?? (globalThis as { awslambda?: StreamingRuntime }).awslambda;
  if (!lambda)
    throw new Error(
      'there is no `awslambda` here: a streamed door runs in the Lambda runtime only; use httpApi() elsewhere',
    );
  const most = options.mostBytes ?? mostStreamed;
  // Lambda would cut it without a word; whoever reads the log has to know.
  const tooLong = (bytes: number): Error => {
    const says = `a stream of more than ${most} bytes was broken off`;
    logRefusal(app.write, 'function-url', { reason: lambdaReasons['answer-size'], says }, app.clock.now());
    return new Error(`${lambdaReasons['answer-size'].code}: ${bytes} bytes`);
  };
  const deny = (stream: ResponseStream, bad: BadEvent): Promise<void> => {
    logRefusal(app.write, 'function-url', bad, app.clock.now());
    return send(lambda, stream, refusal(bad.reason), most, tooLong);
  };
  return lambda.streamifyResponse(async (event, stream) => {
    const bad = httpFlaw(event);
    if (bad) return deny(stream, bad);
    const line = await app.app();
    if ('reason' in line) return deny(stream, line);
    let response: HttpResponse | null;
    try {
      const { request, viewer } = httpShape.fromEvent(event as HttpEvent);
      response = await answerOf(app, line, request, viewer);
    } catch (thrown) {
      return deny(stream, { reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
    if (response === null)
      return deny(stream, { reason: lambdaReasons.origin, says: 'no origin secret, or a wrong one' });
    const length = response.body?.length ?? 0;
    if (length > most) {
      response.body?.cancel();
      await deny(stream, { reason: lambdaReasons['answer-size'], says: `an answer of ${length} bytes` });
    } else await send(lambda, stream, response, most, tooLong);
    await line.settle();
  });
}

function send(
  lambda: StreamingRuntime,
  raw: ResponseStream,
  response: HttpResponse,
  most: number,
  tooLong: (bytes: number) => Error,
): Promise<void> {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const [name, value] of response.headers) {
    const lower = name.toLowerCase();
    if (lower === 'set-cookie') cookies.push(value);
    else define(headers, lower, Object.hasOwn(headers, lower) ? `${headers[lower]}, ${value}` : value);
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
    let sent = 0;
    let flow: BodyFlow | null = null;
    let held = false;
    // The head has gone out: all that is left is to break off, so that nobody takes the part for the whole.
    const breakOff = (error: Error): void => {
      if (gone) return;
      gone = true;
      flow?.cancel();
      stream.destroy?.(error);
      resolve();
    };
    flow = body.start({
      data(chunk) {
        if (gone) return;
        sent += chunk.length;
        if (sent > most) return breakOff(tooLong(sent));
        if (stream.write(chunk)) return;
        held = true;
        // What is in memory already comes at once, before there is a flow to hold.
        flow?.pause();
        stream.once('drain', () => {
          held = false;
          flow?.resume();
        });
      },
      end() {
        if (!gone) stream.end();
        resolve();
      },
      fail: (thrown) => breakOff(thrown instanceof Error ? thrown : new Error(String(thrown))),
    });
    if (gone) flow.cancel();
    else if (held) flow.pause();
    stream.once('close', () => {
      gone = true;
      flow.cancel();
      resolve();
    });
  });
}
