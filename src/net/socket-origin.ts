import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';

import type { DialerOptions } from '../ports/dialer.ts';
import type { Resolver } from '../ports/resolver.ts';
import { acceptText } from '../wire/ws/handshake.ts';
import { connector } from './connector.ts';

export interface OriginRequest {
  /** Origin form. */
  readonly target: string;
  /** End-to-end fields as they shall be sent, Host among them; the fields of the handshake itself are added here. */
  readonly headers: readonly (readonly [string, string])[];
  /** The client's key: then the origin's answer is right for the client too. */
  readonly key: string;
  /** The client's subprotocols, in its order. */
  readonly protocols: readonly string[];
  readonly extensions: string | null;
  readonly timeoutMs: number;
}

/** What the origin said. `head` is what came behind its answer already. */
export type OriginAnswer =
  | {
      readonly kind: 'open';
      readonly headers: readonly (readonly [string, string])[];
      readonly extensions: string | null;
      readonly protocol: string | null;
      readonly head: Buffer;
    }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly reason: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly head: Buffer;
    }
  | { readonly kind: 'failed'; readonly why: 'timeout' | 'gone' | 'malformed' };

const LONGEST_HEAD = 16 * 1024;
const OWN = new Set([
  'connection',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'content-length',
]);

/** Makes the opening handshake with an origin over a connected socket (RFC 6455 section 4.1). Never rejects. */
export function shakeHands(socket: Duplex, request: OriginRequest): Promise<OriginAnswer> {
  let head = `GET ${request.target} HTTP/1.1\r\n`;
  for (const [name, value] of request.headers) if (!OWN.has(name.toLowerCase())) head += `${name}: ${value}\r\n`;
  head += 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
  head += `Sec-WebSocket-Key: ${request.key}\r\n`;
  if (request.protocols.length > 0) head += `Sec-WebSocket-Protocol: ${request.protocols.join(', ')}\r\n`;
  if (request.extensions !== null) head += `Sec-WebSocket-Extensions: ${request.extensions}\r\n`;
  return new Promise((resolve) => {
    let got = Buffer.alloc(0);
    const settle = (answer: OriginAnswer): void => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', onData);
      socket.off('close', onGone);
      socket.off('end', onGone);
      if (answer.kind === 'failed') socket.destroy();
      else socket.off('error', onError);
      resolve(answer);
    };
    const onError = (): void => void socket.destroy();
    const onGone = (): void => settle({ kind: 'failed', why: 'gone' });
    const onData = (chunk: Buffer): void => {
      got = Buffer.concat([got, chunk]);
      const end = got.indexOf('\r\n\r\n');
      if (end >= 0) settle(read(got.toString('latin1', 0, end), got.subarray(end + 4), request.key));
      else if (got.length > LONGEST_HEAD) settle({ kind: 'failed', why: 'malformed' });
    };
    const timer = setTimeout(() => settle({ kind: 'failed', why: 'timeout' }), request.timeoutMs);
    socket.on('error', onError);
    socket.on('close', onGone);
    socket.on('end', onGone);
    socket.on('data', onData);
    socket.write(`${head}\r\n`, 'latin1');
  });
}

function read(text: string, rest: Buffer, key: string): OriginAnswer {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})(?: (.*))?$/.exec(first);
  const headers: [string, string][] = [];
  for (const line of lines) {
    const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (field === null) return { kind: 'failed', why: 'malformed' };
    headers.push([field[1]!, field[2]!]);
  }
  if (status === null) return { kind: 'failed', why: 'malformed' };
  const value = (name: string): string | null => {
    const all = headers.filter(([field]) => field.toLowerCase() === name).map(([, v]) => v);
    return all.length === 0 ? null : all.join(', ');
  };
  if (status[1] !== '101') {
    return { kind: 'refused', status: Number(status[1]), reason: status[2] ?? '', headers, head: rest };
  }
  const accept = createHash('sha1').update(acceptText(key)).digest('base64');
  // RFC 6455 section 4.1, the client's checks 2 to 4.
  const upgrades = value('upgrade')?.toLowerCase() === 'websocket';
  const connects =
    value('connection')
      ?.toLowerCase()
      .split(',')
      .some((token) => token.trim() === 'upgrade') === true;
  if (!upgrades || !connects || value('sec-websocket-accept') !== accept) return { kind: 'failed', why: 'malformed' };
  return {
    kind: 'open',
    headers: headers.filter(([name]) => !OWN.has(name.toLowerCase())),
    extensions: value('sec-websocket-extensions'),
    protocol: value('sec-websocket-protocol'),
    head: rest,
  };
}

/** Connects to an origin, its name resolved once and its addresses held against the list. Rejects with a `Fault`. */
export function openSocketOrigin(options: DialerOptions, resolver: Resolver): () => Promise<Duplex> {
  const connect = connector(options, resolver);
  return () => connect();
}
