import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

import { nodeDeflater } from '../../../src/node/websocket/deflater.ts';
import { Endpoint } from '../../../src/node/websocket/endpoint.ts';
import { upgradeHandler } from '../../../src/node/websocket/upgrade.ts';
import type { DeflateChoice } from '../../../src/wire/ws/extensions.ts';
import type { Limits } from '../../../src/wire/ws/terms.ts';

/** A frame as it stood on the wire, read by this file alone: the code under test has no part in it. */
export interface Seen {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

export interface EchoServer {
  readonly port: number;
  readonly closed: { readonly code: number; readonly reason: string; readonly by: string; readonly why: string }[];
  stop(): Promise<void>;
}

/** A real server on loopback that says back every message. */
export async function echoServer(
  limits: Partial<Limits> = {},
  deflate: DeflateChoice | null = null,
): Promise<EchoServer> {
  const closed: { code: number; reason: string; by: string; why: string }[] = [];
  const endpoint = new Endpoint<null>({
    now: () => Date.now(),
    limits,
    listener: {
      message(connection, bytes, start, end, text, ascii) {
        connection.send(text ? connection.textOf(bytes, start, end, ascii) : bytes.slice(start, end));
      },
      closed: (_connection, code, reason, by, why) => closed.push({ code, reason, by, why }),
    },
  });
  const server: Server = createServer((_request, response) => {
    response.writeHead(426, { upgrade: 'websocket', connection: 'close, upgrade' }).end();
  });
  server.on(
    'upgrade',
    upgradeHandler<null>({
      endpoint,
      compression: deflate === null ? null : { choice: deflate, deflater: nodeDeflater() },
      decide: (handshake) => ({
        accept: true,
        owner: null,
        protocol: handshake.protocols.find((p) => p === 'chat.v2'),
      }),
    }),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    closed,
    async stop() {
      endpoint.stop();
      for (const connection of endpoint.connections()) connection.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface FrameSpec {
  readonly op: number;
  readonly body?: Buffer | string;
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly mask?: boolean;
  readonly key?: readonly [number, number, number, number];
  /** Says this length instead of the true one. */
  readonly says?: number;
  /** Writes the length in 16 (126) or 64 (127) bits whatever it is. */
  readonly form?: 126 | 127;
}

/** Bytes of a frame, as right or as wrong as asked for. */
export function frame(spec: FrameSpec): Buffer {
  const body = Buffer.from(spec.body ?? '');
  const length = spec.says ?? body.length;
  const form = spec.form ?? (length < 126 ? length : length < 65536 ? 126 : 127);
  const mask = spec.mask ?? true;
  const parts = [
    Buffer.of((spec.fin === false ? 0 : 0x80) | ((spec.rsv ?? 0) << 4) | spec.op, (mask ? 0x80 : 0) | form),
  ];
  if (form === 126) {
    const long = Buffer.alloc(2);
    long.writeUInt16BE(length);
    parts.push(long);
  } else if (form === 127) {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(length));
    parts.push(long);
  }
  if (!mask) return Buffer.concat([...parts, body]);
  const key = spec.key ?? [0x37, 0xfa, 0x21, 0x3d];
  return Buffer.concat([...parts, Buffer.from(key), body.map((byte, i) => byte ^ key[i & 3]!)]);
}

export function closeBody(code: number, reason: Buffer | string = ''): Buffer {
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
}

/** Reads frames off `bytes`; `rest` is what makes no whole frame. */
export function parseFrames(bytes: Buffer): { frames: Seen[]; rest: Buffer } {
  const frames: Seen[] = [];
  let at = 0;
  for (;;) {
    if (bytes.length < at + 2) break;
    const masked = (bytes[at + 1]! & 0x80) !== 0;
    let length = bytes[at + 1]! & 0x7f;
    let body = at + 2;
    if (length === 126) {
      if (bytes.length < at + 4) break;
      length = bytes.readUInt16BE(at + 2);
      body = at + 4;
    } else if (length === 127) {
      if (bytes.length < at + 10) break;
      length = Number(bytes.readBigUInt64BE(at + 2));
      body = at + 10;
    }
    if (masked) body += 4;
    if (bytes.length < body + length) break;
    const first = bytes[at]!;
    const payload = Buffer.from(bytes.subarray(body, body + length));
    frames.push({ fin: first >= 0x80, rsv: (first >> 4) & 7, opcode: first & 15, masked, payload });
    at = body + length;
  }
  return { frames, rest: bytes.subarray(at) };
}

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

export function handshakeText(extra = '', replace: Readonly<Record<string, string>> = {}): string {
  const lines: Record<string, string> = {
    Request: 'GET /chat HTTP/1.1',
    Host: 'Host: 127.0.0.1',
    Upgrade: 'Upgrade: websocket',
    Connection: 'Connection: Upgrade',
    Key: `Sec-WebSocket-Key: ${KEY}`,
    Version: 'Sec-WebSocket-Version: 13',
    ...replace,
  };
  const kept = Object.values(lines).filter((line) => line !== '');
  return `${kept.join('\r\n')}\r\n${extra}\r\n`;
}

/** Sends bytes and gathers everything until the server ends the connection. Fails loudly when it does not. */
export function exchange(
  port: number,
  handshake: string,
  chunks: readonly Buffer[],
  options: { readonly early?: boolean } = {},
): Promise<{ head: string; frames: Seen[]; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const got: Buffer[] = [];
    let head = '';
    const deadline = setTimeout(() => {
      socket.destroy();
      const { frames } = parseFrames(Buffer.concat(got));
      const seen = frames
        .slice(-5)
        .map(({ opcode, payload }) => `${opcode}:${payload.subarray(0, 20).toString('hex')}`);
      reject(
        new Error(`the server never ended the connection; ${frames.length} frames, the last ${seen.join(' ')} ${head}`),
      );
    }, 8000);
    const feed = async (): Promise<void> => {
      for (const chunk of chunks) {
        if (socket.destroyed) return;
        socket.write(chunk);
        if (chunks.length > 1) await new Promise((next) => void setImmediate(next));
      }
    };
    socket.on('connect', () => {
      if (options.early) socket.write(Buffer.concat([Buffer.from(handshake, 'latin1'), ...chunks]));
      else socket.write(handshake, 'latin1');
    });
    socket.on('data', (data: Buffer) => {
      got.push(data);
      if (head !== '') return;
      const all = Buffer.concat(got);
      const end = all.indexOf('\r\n\r\n');
      if (end < 0) return;
      head = all.toString('latin1', 0, end + 4);
      got.splice(0, got.length, all.subarray(end + 4));
      if (head.startsWith('HTTP/1.1 101') && !options.early) void feed();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(deadline);
      const all = Buffer.concat(got);
      resolve({ head, ...(head.startsWith('HTTP/1.1 101') ? parseFrames(all) : { frames: [], rest: all }) });
    });
    socket.on('end', () => socket.end());
  });
}

/** Cuts bytes into pieces of `size`. */
export function chop(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
