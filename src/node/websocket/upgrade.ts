import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { Compression, type Deflater } from '../../wire/ws/deflate.ts';
import type { Connection } from '../../wire/ws/connection.ts';
import { agreeDeflate, type DeflateChoice } from '../../wire/ws/extensions.ts';
import { readHandshake, type Handshake } from '../../wire/ws/handshake.ts';
import { answer101, answerRefusal, headOf, refusalBody } from './accept.ts';
import type { Endpoint } from './endpoint.ts';

/** Yes to a handshake, or the HTTP answer that stands for no. */
type Decision<Owner> =
  | {
      readonly accept: true;
      readonly owner: Owner;
      /** One of the client's subprotocols, or nothing. */
      readonly protocol?: string | undefined;
      readonly headers?: readonly (readonly [string, string])[];
      /** Called when the 101 is written and the connection can send. */
      opened?(connection: Connection<Owner>): void;
      /** Called instead of `opened` when the client left while the decision was made. */
      left?(): void;
    }
  | {
      readonly accept: false;
      readonly status: number;
      readonly headers?: readonly (readonly [string, string])[];
      readonly body?: string;
    };

export interface UpgradeOptions<Owner> {
  readonly endpoint: Endpoint<Owner>;
  /** Null: compression is not offered. */
  readonly compression: { readonly choice: DeflateChoice; readonly deflater: Deflater } | null;
  decide(handshake: Handshake, request: IncomingMessage): Decision<Owner> | Promise<Decision<Owner>>;
}

/** A handler for the `upgrade` event of a `node:http` server. It never rejects. */
export function upgradeHandler<Owner>(
  options: UpgradeOptions<Owner>,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    const onEarlyError = (): void => void socket.destroy();
    socket.on('error', onEarlyError);
    const read = readHandshake(headOf(request));
    if (read.kind === 'refusal') {
      answerRefusal(socket, read.status, STATUS_CODES[read.status] ?? '', read.headers, refusalBody(read));
      return;
    }
    const settle = (decision: Decision<Owner>): void => {
      if (!decision.accept) {
        const body = decision.body ?? '';
        answerRefusal(socket, decision.status, STATUS_CODES[decision.status] ?? '', decision.headers ?? [], body);
        return;
      }
      if (socket.destroyed || !socket.writable) {
        decision.left?.();
        return;
      }
      socket.off('error', onEarlyError);
      open(options, decision, read, socket, head);
    };
    const fail = (): void => settle({ accept: false, status: 500 });
    try {
      const decided = options.decide(read, request);
      if (decided instanceof Promise) decided.then(settle, fail);
      else settle(decided);
    } catch {
      fail();
    }
  };
}

function open<Owner>(
  options: UpgradeOptions<Owner>,
  decision: Decision<Owner> & { accept: true },
  handshake: Handshake,
  socket: Duplex,
  head: Buffer,
): void {
  const { compression } = options;
  const agreed = compression === null ? null : agreeDeflate(handshake.extensions, compression.choice);
  answer101(socket, {
    key: handshake.key,
    protocol: decision.protocol,
    extensions: agreed?.header,
    headers: decision.headers ?? [],
  });
  if ('setNoDelay' in socket) (socket as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
  if ('setTimeout' in socket) (socket as unknown as { setTimeout(ms: number): void }).setTimeout(0);
  const compressed = agreed === null ? null : new Compression(agreed.terms, compression!.deflater);
  const connection = options.endpoint.open(socket, decision.owner, compressed);
  connection.protocol = decision.protocol ?? '';
  decision.opened?.(connection);
  if (head.length > 0) connection.receive(head);
}
