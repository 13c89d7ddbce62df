import type { Duplex } from 'node:stream';

import { Compression, type Deflater } from '../../wire/ws/deflate.ts';
import { agreedThrough, offersThrough } from '../../wire/ws/extensions-through.ts';
import type { Handshake } from '../../wire/ws/handshake.ts';
import type { Limits } from '../../wire/ws/terms.ts';
import { answer101 } from './accept.ts';
import { shakeHands } from './origin-handshake.ts';
import { PassThrough, type PassListener } from './pass-through.ts';

export interface PassUpgrade {
  readonly handshake: Handshake;
  readonly client: Duplex;
  /** What came behind the client's handshake already. */
  readonly head: Buffer;
  /** Connects to the origin; rejects when it cannot. */
  connect(): Promise<Duplex>;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly timeoutMs: number;
  readonly limits: Limits;
  readonly listener: PassListener;
  readonly now: () => number;
  /** Null: compression is not offered to the origin. */
  readonly deflater: Deflater | null;
}

/** The connection, or why there is none; the client has not been answered then, except by an origin that refused. */
export type PassOutcome =
  | { readonly kind: 'open'; readonly pass: PassThrough }
  | { readonly kind: 'refused'; readonly status: number }
  | {
      readonly kind: 'failed';
      readonly why: 'connect' | 'timeout' | 'gone' | 'malformed' | 'agreement' | 'client-left';
    };

/** Opens a connection through to an origin: its handshake first, then the client's, so that its refusal is the client's. */
export async function passUpgrade(options: PassUpgrade): Promise<PassOutcome> {
  const { client, handshake } = options;
  let origin: Duplex;
  try {
    origin = await options.connect();
  } catch {
    return { kind: 'failed', why: 'connect' };
  }
  const extensions = options.deflater === null ? null : offersThrough(handshake.extensions);
  const { target, headers, timeoutMs, limits, listener } = options;
  const { key, protocols } = handshake;
  const answer = await shakeHands(origin, { target, headers, key, protocols, extensions, timeoutMs });
  if (answer.kind === 'failed') return answer;
  if (client.destroyed || !client.writable) {
    origin.destroy();
    return { kind: 'failed', why: 'client-left' };
  }
  if (answer.kind === 'refused') {
    handOn(client, origin, answer);
    return { kind: 'refused', status: answer.status };
  }
  const agreed = agreedThrough(answer.extensions, extensions !== null, listener.inspect !== undefined);
  const strange = answer.protocol !== null && !protocols.includes(answer.protocol);
  if (agreed === null || strange) {
    origin.destroy();
    return { kind: 'failed', why: 'agreement' };
  }
  answer101(client, {
    key,
    protocol: answer.protocol ?? undefined,
    extensions: agreed.header ?? undefined,
    headers: answer.headers,
  });
  const compression = agreed.terms === null ? null : new Compression(agreed.terms, options.deflater!);
  const pass = new PassThrough({ client, origin, limits, listener, now: options.now, compression });
  // Held since the origin's answer was read.
  origin.resume();
  if (answer.head.length > 0) origin.emit('data', answer.head);
  if (options.head.length > 0) client.emit('data', options.head);
  return { kind: 'open', pass };
}

/** An origin that does not want to upgrade answers the client itself, for this one request. */
function handOn(
  client: Duplex,
  origin: Duplex,
  answer: { status: number; reason: string; headers: readonly (readonly [string, string])[]; head: Buffer },
): void {
  let head = `HTTP/1.1 ${answer.status} ${answer.reason}\r\n`;
  for (const [name, value] of answer.headers) {
    if (!/^(connection|keep-alive)$/i.test(name)) head += `${name}: ${value}\r\n`;
  }
  client.write(`${head}Connection: close\r\n\r\n`, 'latin1');
  client.on('error', () => client.destroy());
  client.on('close', () => origin.destroy());
  origin.on('error', () => origin.destroy());
  if (answer.head.length > 0) client.write(answer.head);
  origin.pipe(client);
}
