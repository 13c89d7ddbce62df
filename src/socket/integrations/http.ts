import { fromUtf8 } from '../../base/bytes.ts';
import { Fault, messageOf } from '../../base/fault.ts';
import { Body } from '../../http/body.ts';
import { HeaderList } from '../../http/headers.ts';
import type { Dialer } from '../../ports/dialer.ts';
import type { SocketCall, SocketIntegration, SocketOutcome } from '../call.ts';

export interface HttpCallback {
  /** Origin form, e.g. `/chat/messages`. */
  readonly target: string;
  /** The value of `Host`. */
  readonly host: string;
  /** Fields sent with each call, a secret among them if the callback asks for one. */
  readonly headers: readonly (readonly [string, string])[];
  /** Until the answer's head is there; AWS allows 50 ms to 29 s. */
  readonly timeoutMs: number;
  /** Most bytes read of an answer. */
  readonly maxAnswer: number;
}

/**
 * Calls an HTTP address for each event: the message is the body, what stands around it goes into `x-socket-*` fields. The
 * answer's body goes back on a two-way route; the answer's status decides over a handshake.
 */
export function httpIntegration(name: string, dialer: Dialer, callback: HttpCallback): SocketIntegration {
  return {
    name,
    async invoke(call) {
      try {
        return await ask(dialer, callback, call);
      } catch (thrown) {
        const timedOut = thrown instanceof Fault && thrown.code.includes('timeout');
        return { kind: 'failed', why: timedOut ? 'timeout' : 'error', says: messageOf(thrown) };
      }
    },
  };
}

async function ask(dialer: Dialer, callback: HttpCallback, call: SocketCall): Promise<SocketOutcome> {
  const body = Body.of(call.body ?? '');
  const { facts } = call.session;
  const { identity, ...about } = call.event().requestContext;
  const context = JSON.stringify({ ...about, identity });
  const headers = HeaderList.of([
    ['Host', callback.host],
    ['Content-Type', call.binary ? 'application/octet-stream' : 'application/json'],
    ['Content-Length', String(body.length)],
    ['X-Socket-Connection-Id', facts.connectionId],
    ['X-Socket-Event', call.kind],
    ['X-Socket-Route', headerText(call.routeKey)],
    ['X-Socket-Request-Id', call.requestId],
    ['X-Socket-Context', headerText(context)],
    ...(call.binary ? [['X-Socket-Encoding', 'base64'] as const] : []),
    ...callback.headers,
  ]);
  const { target, timeoutMs } = callback;
  // A connection that closes meanwhile changes nothing: the callback shall hear of what was said.
  const answer = await dialer.dial({
    method: 'POST',
    target,
    headers,
    body,
    onGone: () => () => {},
    firstByteMs: timeoutMs,
  });
  if (answer.status >= 500) {
    answer.body?.cancel();
    return { kind: 'failed', why: 'error', says: `the callback answered ${answer.status}` };
  }
  const text = answer.body === null ? '' : fromUtf8(await answer.body.bytes(callback.maxAnswer));
  return { kind: 'answer', status: answer.status, headers: answer.headers, body: text === '' ? null : text };
}

/** JSON in a header field: what is not ASCII is escaped, so any text fits. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
