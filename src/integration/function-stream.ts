import { concat } from '../base/bytes.ts';
import { malformed, type ProxyResultRules } from '../events/rest-result.ts';
import { bodyStart, preludeEnd, readPrelude } from '../events/stream-prelude.ts';
import { Body, type BodySink } from '../http/body.ts';
import type { HttpResponse } from '../http/message.ts';
import type { Invocation } from '../ports/invoker.ts';
import { failure, type FunctionCall } from './function.ts';

/** Longest prelude that is waited for. */
const MOST_PRELUDE = 1_048_576;

/**
 * Calls a function that streams. Resolves with the answer's head as soon as it is there; what follows flows on as it
 * comes, one chunk at a time, held back while the caller reads slowly. After the head an error can only break it off.
 */
export function streamed(
  call: FunctionCall,
  invocation: Omit<Invocation, 'stream'>,
  rules: ProxyResultRules,
  ended: (kind: string) => void,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const flow = new Flow();
    let before: Uint8Array = new Uint8Array();
    let headed = false;

    const stream = (chunk: Uint8Array): Promise<void> | void => {
      if (headed) return flow.push(chunk);
      before = concat([before, chunk]);
      const end = preludeEnd(before);
      if (end < 0) {
        if (before.length > MOST_PRELUDE) {
          headed = true;
          flow.drop();
          reject(malformed(rules, 'has no delimiter of eight zero bytes in its first megabyte'));
        }
        return;
      }
      headed = true;
      try {
        const head = readPrelude(before.subarray(0, end), rules);
        const rest = before.slice(bodyStart(end));
        resolve({ ...head, body: Body.from((sink) => flow.start(sink)), from: { by: 'integration', name: call.name } });
        return rest.length > 0 ? flow.push(rest) : undefined;
      } catch (thrown) {
        flow.drop();
        reject(thrown);
      }
    };

    void Promise.resolve(call.invoker.invoke({ ...invocation, stream })).then((outcome) => {
      ended(outcome.kind);
      const fault = outcome.kind === 'answer' ? null : failure(call, outcome, rules.malformed === 500);
      if (headed) flow.finish(fault);
      else
        reject(
          fault ??
            malformed(
              rules,
              'did not come as a stream; wrap the handler in awslambda.streamifyResponse and begin with its metadata',
            ),
        );
    });
  });
}

/** Between a function that writes and a caller who reads: one chunk waits, no more. */
class Flow {
  #sink: BodySink | null = null;
  #waiting: { readonly chunk: Uint8Array; readonly taken: () => void } | null = null;
  #paused = false;
  #dropped = false;
  #end: { readonly fault: Error | null } | null = null;

  push(chunk: Uint8Array): Promise<void> | void {
    if (this.#dropped) return;
    return new Promise((taken) => {
      this.#waiting = { chunk, taken };
      this.#pump();
    });
  }

  finish(fault: Error | null): void {
    this.#end = { fault };
    this.#pump();
  }

  /** Nobody reads: what still comes is thrown away. */
  drop(): void {
    this.#dropped = true;
    this.#waiting?.taken();
    this.#waiting = null;
  }

  start(sink: BodySink): { pause(): void; resume(): void; cancel(): void } {
    this.#sink = sink;
    // The reader has not got its flow yet when it is told of a chunk now.
    queueMicrotask(() => this.#pump());
    return {
      pause: () => void (this.#paused = true),
      resume: () => {
        this.#paused = false;
        this.#pump();
      },
      cancel: () => this.drop(),
    };
  }

  #pump(): void {
    const sink = this.#sink;
    if (!sink || this.#paused || this.#dropped) return;
    const waiting = this.#waiting;
    if (waiting) {
      this.#waiting = null;
      sink.data(waiting.chunk);
      waiting.taken();
    }
    if (!this.#end || this.#waiting || this.#paused) return;
    this.#dropped = true;
    if (this.#end.fault) sink.fail(this.#end.fault);
    else sink.end();
  }
}
