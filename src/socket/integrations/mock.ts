import { HeaderList } from '../../http/headers.ts';
import type { SocketCall, SocketIntegration } from '../call.ts';

export interface MockOptions {
  /** Of a handshake's answer; messages have none. */
  readonly status: number;
  /** Said back on a two-way route; `$request.body` stands for the message itself. Null: nothing. */
  readonly says: string | null;
  /** The subprotocol that a handshake is answered with. */
  readonly protocol?: string;
}

const WHOLE = '$request.body';

/** Answers by itself. */
export function mockIntegration(name: string, options: MockOptions): SocketIntegration {
  const { status, says, protocol } = options;
  const headers = protocol === undefined ? HeaderList.empty : HeaderList.of({ 'sec-websocket-protocol': protocol });
  const fixed = { kind: 'answer', status, headers, body: says } as const;
  if (says === null || !says.includes(WHOLE)) return { name, invoke: () => fixed };
  if (says === WHOLE) {
    const whole = (call: SocketCall): string | Uint8Array | null => (call.binary ? call.bytes : call.body);
    return { name, invoke: (call) => ({ kind: 'answer', status, headers, body: whole(call) }) };
  }
  return {
    name,
    invoke: (call) => ({ kind: 'answer', status, headers, body: says.replaceAll(WHOLE, () => call.body ?? '') }),
  };
}
