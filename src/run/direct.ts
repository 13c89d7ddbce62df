import { messageOf } from '../base/fault.ts';
import type { Invoked, Invoker } from '../ports/invoker.ts';
import { contextOf } from './guest-protocol.ts';

type Handler = (event: never, context: never, callback: (error?: unknown, value?: unknown) => void) => unknown;

/** A handler in this thread, for tests and for documents in code: no limit on memory, and a time limit that cannot stop it. */
export function directInvoker(handler: Handler, name = 'direct', timeoutMs = 3000): Invoker {
  return {
    invoke: ({ event, requestId, withinMs }) =>
      new Promise<Invoked>((resolve) => {
        const timer = setTimeout(
          () =>
            resolve({
              kind: 'timeout',
              whose: timeoutMs <= withinMs ? 'function' : 'caller',
              afterMs: Math.min(timeoutMs, withinMs),
            }),
          Math.min(timeoutMs, withinMs),
        );
        const finish = (outcome: Invoked): void => {
          clearTimeout(timer);
          resolve(outcome);
        };
        const fail = (thrown: unknown): void =>
          finish({
            kind: 'error',
            type: thrown instanceof Error ? thrown.name : typeof thrown,
            message: messageOf(thrown),
            trace: [],
          });
        const succeed = (value: unknown): void =>
          finish({
            kind: 'answer',
            value: value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown),
          });
        const callback = (error?: unknown, value?: unknown): void =>
          error === undefined || error === null ? succeed(value) : fail(error);
        try {
          const context = contextOf(
            { functionName: name, memoryMb: 128 },
            { requestId, deadline: Date.now() + timeoutMs },
          );
          const returned = handler(JSON.parse(JSON.stringify(event)) as never, context as never, callback);
          if (typeof (returned as PromiseLike<unknown> | null)?.then === 'function')
            (returned as PromiseLike<unknown>).then(succeed, fail);
        } catch (thrown) {
          fail(thrown);
        }
      }),
    close: async () => {},
  };
}
