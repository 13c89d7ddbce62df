import { randomBytes, randomInt } from 'node:crypto';
import { connect as connectPlain } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectSecure } from 'node:tls';
import { messageOf } from '../base/fault.ts';
import { shakeHands } from '../net/socket-origin.ts';
import { Endpoint } from '../node/websocket/endpoint.ts';
import type { Peer } from '../wire/ws/terms.ts';

export interface WsOptions {
  /** `ws:`, `wss:`, `http:` or `https:`. */
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly protocols: readonly string[];
  /** Of the whole handshake. */
  readonly timeoutMs: number;
  /** False: a certificate that nobody vouches for is taken too. */
  readonly verify: boolean;
}

/** What is heard of a connection. */
export interface WsListener {
  message(data: Uint8Array, text: string | null): void;
  pong(): void;
  /** Once, last. `by` is `us` when this side began the goodbye. */
  closed(code: number, reason: string, by: 'peer' | 'us' | 'drop'): void;
}

/** The handshake was answered, and not with 101. */
export class WsRefused extends Error {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];

  constructor(status: number, reason: string, headers: readonly (readonly [string, string])[], body: string) {
    super(`the handshake was refused: ${status} ${reason}${body === '' ? '' : ` ${body.slice(0, 500)}`}`);
    this.status = status;
    this.headers = headers;
  }
}

export interface WsConnection extends Pick<Peer<null>, 'send' | 'close' | 'terminate'> {
  readonly protocol: string | null;
  ping(): void;
}

/** Opens a WebSocket connection with the product's own codec. Rejects with `WsRefused` or what went wrong on the way. */
export async function openWs(options: WsOptions, listener: WsListener): Promise<WsConnection> {
  const url = new URL(options.url.replace(/^ws/i, 'http'));
  const socket = await dial(url, options);
  const protocols = [...options.protocols];
  const answer = await shakeHands(socket, {
    target: `${url.pathname}${url.search}`,
    headers: [['Host', url.host], ...options.headers],
    key: randomBytes(16).toString('base64'),
    protocols,
    extensions: null,
    timeoutMs: options.timeoutMs,
  });
  if (answer.kind === 'failed') throw new Error(says[answer.why]);
  if (answer.kind === 'refused') {
    socket.destroy();
    throw new WsRefused(answer.status, answer.reason, answer.headers, answer.head.toString('utf8').trim());
  }
  if (answer.protocol !== null && !protocols.includes(answer.protocol)) {
    socket.destroy();
    throw new Error(`the server chose the subprotocol "${answer.protocol}", which was not offered`);
  }
  const endpoint = new Endpoint<null>({
    limits: {
      role: 'client',
      maxMessage: 64 * 1024 * 1024,
      maxFrame: 64 * 1024 * 1024,
      idleMs: 0,
      lifeMs: 0,
      maxControlPerSecond: 10_000,
    },
    now: () => Date.now(),
    nextKey: () => randomInt(0x1_0000_0000) | 0,
    listener: {
      message: (peer, bytes, start, end, text, ascii) =>
        listener.message(bytes.subarray(start, end), text ? peer.textOf(bytes, start, end, ascii) : null),
      pong: () => listener.pong(),
      closed: (_peer, code, reason, by) => listener.closed(code, reason, by),
    },
  });
  const connection = endpoint.open(socket, null, null);
  if (answer.head.length > 0) connection.receive(Buffer.from(answer.head));
  socket.resume();
  return {
    protocol: answer.protocol,
    send: (data, asText) => connection.send(data, asText),
    close: (code, reason, why) => connection.close(code, reason, why),
    terminate: (why) => connection.terminate(why),
    ping: () => connection.sendPing(),
  };
}

const says = {
  timeout: 'the server did not finish the handshake in time',
  gone: 'the server went away during the handshake',
  malformed: 'what the server answered is no handshake of a WebSocket (RFC 6455 section 4.1)',
} as const;

function dial(url: URL, { timeoutMs, verify }: WsOptions): Promise<Duplex> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectSecure({ host, port, servername: host, ALPNProtocols: ['http/1.1'], rejectUnauthorized: verify })
      : connectPlain({ host, port });
    const failed = (thrown: unknown): void => {
      socket.destroy();
      reject(new Error(`cannot reach ${url.host}: ${messageOf(thrown)}`));
    };
    socket.setTimeout(timeoutMs, () => failed('no answer in time'));
    socket.once('error', failed);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0);
      socket.off('error', failed);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
