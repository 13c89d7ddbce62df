import { whenHere } from '../../base/later.ts';
import { readSocketResult } from '../../events/websocket.ts';
import { HeaderList } from '../../http/headers.ts';
import type { Invoked, Invoker } from '../../ports/invoker.ts';
import type { SocketIntegration, SocketOutcome } from '../call.ts';

/**
 * A Lambda-style function in proxy form.
 * @param withinMs the integration timeout; AWS allows 50 ms to 29 s
 */
export function functionIntegration(name: string, invoker: Invoker, withinMs: number): SocketIntegration {
  return {
    name,
    invoke(call) {
      const invoked = invoker.invoke({ event: call.event(), requestId: call.requestId, withinMs });
      return whenHere(invoked, (outcome) => read(outcome, call.kind));
    },
  };
}

function read(invoked: Invoked, kind: string): SocketOutcome {
  if (invoked.kind !== 'answer') return failures[invoked.kind](invoked as never);
  // A message's or goodbye's handler need not say anything; only a handshake is judged by its status.
  if (kind !== 'CONNECT' && (typeof invoked.value !== 'object' || invoked.value === null)) return silent;
  const said = readSocketResult(invoked.value);
  if (said !== null) return { kind: 'answer', ...said };
  return failed('malformed', 'the function answered nothing that a WebSocket API can read');
}

type Failure = Exclude<Invoked, { readonly kind: 'answer' }>;
type Failures = {
  readonly [Kind in Failure['kind']]: (how: Extract<Failure, { readonly kind: Kind }>) => SocketOutcome;
};

const failures: Failures = {
  error: (how) => failed('error', `${how.type}: ${how.message}`),
  timeout: (how) => failed('timeout', `no answer after ${how.afterMs} ms`),
  'too-large': (how) => failed('error', `the ${how.which} has ${how.bytes} bytes`),
  throttled: () => failed('throttled', 'no instance of the function came free'),
  unavailable: (how) => failed('error', how.says),
};

function failed(why: 'error' | 'timeout' | 'throttled' | 'malformed', says: string): SocketOutcome {
  return { kind: 'failed', why, says };
}

const silent: SocketOutcome = { kind: 'answer', status: 200, headers: HeaderList.empty, body: null };
