import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { acceptText, type HandshakeHead, type HandshakeRefusal } from '../../wire/ws/handshake.ts';

/** A node request seen as a handshake. Doubled fields stay doubled. */
export function headOf(request: IncomingMessage): HandshakeHead {
  const fields = request.rawHeaders;
  return {
    method: request.method ?? '',
    version: request.httpVersion,
    values: (name) => {
      const found: string[] = [];
      for (let i = 0; i < fields.length; i += 2) {
        if (fields[i]!.toLowerCase() === name) found.push(fields[i + 1]!);
      }
      return found;
    },
  };
}

export function acceptOf(key: string): string {
  return createHash('sha1').update(acceptText(key)).digest('base64');
}

/** What the 101 says beyond the necessary. */
export interface Accepted {
  readonly key: string;
  readonly protocol?: string | undefined;
  /** The agreed `Sec-WebSocket-Extensions`. */
  readonly extensions?: string | undefined;
  readonly headers?: readonly (readonly [string, string])[];
}

const UNSAFE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Answers a handshake with 101 (RFC 6455 section 4.2.2). The socket is a WebSocket from here on. */
export function answer101(socket: Duplex, accepted: Accepted): void {
  let head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
  head += `Sec-WebSocket-Accept: ${acceptOf(accepted.key)}\r\n`;
  if (accepted.protocol !== undefined) head += field('Sec-WebSocket-Protocol', accepted.protocol);
  if (accepted.extensions !== undefined) head += field('Sec-WebSocket-Extensions', accepted.extensions);
  for (const [name, value] of accepted.headers ?? []) head += field(name, value);
  socket.write(`${head}\r\n`, 'latin1');
}

/** Answers a handshake with another status and closes. */
export function answerRefusal(
  socket: Duplex,
  status: number,
  reason: string,
  headers: readonly (readonly [string, string])[],
  body: string,
): void {
  let head = `HTTP/1.1 ${status} ${reason}\r\n`;
  // RFC 9110 section 7.8: a sender of Upgrade names it in Connection too.
  const upgrades = headers.some(([name]) => name.toLowerCase() === 'upgrade');
  head += upgrades ? 'Connection: close, Upgrade\r\n' : 'Connection: close\r\n';
  for (const [name, value] of headers) head += field(name, value);
  head += `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  socket.on('error', () => socket.destroy());
  socket.end(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]));
}

export function refusalBody(refused: HandshakeRefusal): string {
  return JSON.stringify({ message: refused.status === 426 ? 'Upgrade Required' : refused.says });
}

function field(name: string, value: string): string {
  if (UNSAFE.test(name) || UNSAFE.test(value)) throw new TypeError(`a header value of ${name} has a control character`);
  return `${name}: ${value}\r\n`;
}
