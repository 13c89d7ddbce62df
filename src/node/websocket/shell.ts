import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

import { Departure } from '../../flow/departure.ts';
import type { Viewer } from '../../flow/exchange.ts';
import type { Answer } from '../../flow/stage.ts';
import type { HeaderList } from '../../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../../http/message.ts';
import { spread } from '../../socket/drain.ts';
import type { PassOffer } from '../../socket/pass.ts';
import type { Session } from '../../socket/session.ts';
import type { Upgrade, Upgrades, UpgradeTarget } from '../../socket/upgrades.ts';
import { Compression } from '../../wire/ws/deflate.ts';
import { agreeDeflate } from '../../wire/ws/extensions.ts';
import { Keeper } from '../../wire/ws/keeper.ts';
import { fromNode } from '../request.ts';
import { answer101, answerRefusal } from './accept.ts';
import { nodeDeflater } from './deflater.ts';
import { Endpoint } from './endpoint.ts';
import type { PassListener, PassThrough } from './pass-through.ts';
import { passUpgrade } from './pass-upgrade.ts';
import { nodeText } from './text-host.ts';

export interface SocketShellOptions {
  /** The line: a handshake goes the same way as every request. */
  handle(request: HttpRequest, viewer: Viewer, departure: Departure): Answer;
  viewer(socket: Socket, headers: HeaderList, secure: boolean): Viewer;
  readonly upgrades: Upgrades;
  readonly now: () => number;
}

/** A request that asks for another protocol, and the connection that is given away with it. */
export interface Upgrading {
  readonly request: HttpRequest;
  readonly socket: Duplex;
  /** The same, where addresses are asked for. */
  readonly peer: Socket;
  /** What came behind the request. */
  readonly head: Buffer;
  /** Does the request say that it has a body? */
  readonly framed: boolean;
}

/** Sockets that ask to be upgraded: through the line first, then, if it said yes, to the API that said so. */
export class SocketShell {
  readonly #options: SocketShellOptions;
  readonly #passing = new Keeper();
  readonly #deflater = nodeDeflater();
  #sweep: NodeJS.Timeout | null = null;
  readonly #endpoints = new Map<UpgradeTarget, Endpoint<Session>>();

  constructor(options: SocketShellOptions) {
    this.#options = options;
  }

  /** Handles the `upgrade` event of a `node:http` server. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { 'transfer-encoding': coding, 'content-length': length = '0' } = incoming.headers;
    this.take({
      request: fromNode(incoming, null),
      socket,
      peer: incoming.socket,
      head,
      framed: coding !== undefined || length !== '0',
    });
  }

  /** Takes over a connection with the request on it that asks for another protocol. */
  take({ request: asked, socket, peer, head, framed }: Upgrading): void {
    const departure = new Departure();
    const gone = (): void => departure.leave();
    const broken = (): void => void socket.destroy();
    socket.on('error', broken);
    socket.on('close', gone);
    // Nobody parses any more: what follows the head could be read neither as a body nor as frames.
    if (framed) {
      answerRefusal(socket, 400, 'Bad Request', [], '{"message":"Bad Request"}');
      return;
    }
    const request: HttpRequest = { ...asked, body: null };
    const viewer = this.#options.viewer(peer, request.headers, 'encrypted' in peer);
    const settle = (response: HttpResponse): void => {
      const upgrade = this.#options.upgrades.take(request);
      if (upgrade === null || response.status !== 101) {
        if (upgrade !== null) leave(upgrade);
        void refuse(socket, response);
        return;
      }
      socket.off('error', broken);
      socket.off('close', gone);
      if (socket.destroyed || !socket.writable) leave(upgrade);
      else if ('origin' in upgrade) this.#pass(upgrade, response, socket, head);
      else this.#open(upgrade, response, socket, head);
    };
    const fail = (): void => answerRefusal(socket, 500, 'Internal Server Error', [], '');
    try {
      const answer = this.#options.handle(request, viewer, departure);
      if (answer instanceof Promise) answer.then(settle, fail);
      else settle(answer);
    } catch {
      fail();
    }
  }

  #open(upgrade: Upgrade, response: HttpResponse, socket: Duplex, head: Buffer): void {
    const { api, session, handshake, protocol } = upgrade;
    const agreed = api.compression === null ? null : agreeDeflate(handshake.extensions, api.compression);
    answer101(socket, { key: handshake.key, protocol, extensions: agreed?.header, headers: [...response.headers] });
    const packed = agreed === null ? null : new Compression(agreed.terms, this.#deflater);
    if ('setNoDelay' in socket) (socket as Socket).setNoDelay(true).setTimeout(0);
    const connection = this.#endpoint(api).open(socket, session, packed);
    connection.protocol = protocol ?? '';
    api.opened(session, connection);
    if (head.length > 0) connection.receive(head);
  }

  #pass(offer: PassOffer, response: HttpResponse, client: Duplex, head: Buffer): void {
    const { api, session, handshake, protocol, agreed, originHead } = offer;
    const origin = offer.origin as Duplex;
    const closed: PassListener['closed'] = (pass, code, _reason, by, why) => {
      this.#passing.remove(pass);
      api.closed(session, code, by, why);
    };
    const inspect: PassListener['inspect'] = (pass, bytes, start, end, text, ascii) => {
      const payload = bytes.subarray(start, end);
      return api.judge(session, pass, text ? nodeText.read(bytes, start, end, ascii) : null, payload);
    };
    const pass = passUpgrade({
      client,
      head,
      origin,
      originHead,
      key: handshake.key,
      protocol,
      headers: [...offer.headers, ...response.headers],
      agreed,
      limits: api.options.limits,
      listener: api.looks ? { inspect, closed } : { closed },
      now: this.#options.now,
      deflater: this.#deflater,
    });
    this.#passing.add(pass);
    this.#sweep ??= setInterval(() => this.#passing.sweep(this.#options.now()), 1000).unref();
    api.opened(session);
  }

  #endpoint(api: UpgradeTarget): Endpoint<Session> {
    let endpoint = this.#endpoints.get(api);
    if (endpoint === undefined) {
      endpoint = new Endpoint<Session>({ listener: api, limits: api.limits, now: this.#options.now });
      this.#endpoints.set(api, endpoint);
    }
    return endpoint;
  }

  /** Says 1001 to connections that pass through, spread over a window; those of gateways are drained by their API. */
  drain(windowMs: number, wait: (ms: number) => Promise<void>): Promise<number> {
    const passing = [...this.#passing] as PassThrough[];
    return spread(passing, windowMs, wait, (pass) => pass.stop(1001, 'Going away', 'drain'));
  }

  /** Ends what is left without ceremony, after a drain. */
  close(): void {
    if (this.#sweep !== null) clearInterval(this.#sweep);
    for (const pass of this.#passing) (pass as PassThrough).destroy();
    for (const endpoint of this.#endpoints.values()) {
      endpoint.stop();
      for (const connection of endpoint.connections()) connection.terminate('shutdown');
    }
  }
}

/** The client is gone before its 101. */
function leave(upgrade: Upgrade | PassOffer): void {
  if ('origin' in upgrade) {
    (upgrade.origin as Duplex).destroy();
    upgrade.api.closed(upgrade.session, 1006, 'drop', 'left-early');
  } else {
    upgrade.api.abandoned(upgrade.session);
  }
}

/** An answer to a handshake that is not 101, written by hand: `node:http` has let go of this socket. */
async function refuse(socket: Duplex, response: HttpResponse): Promise<void> {
  const headers = [...response.headers].filter(
    ([name]) => !/^(content-length|connection|transfer-encoding)$/i.test(name),
  );
  try {
    const body = response.body === null ? '' : await response.body.text(1_048_576);
    answerRefusal(socket, response.status, STATUS_CODES[response.status] ?? '', headers, body);
  } catch {
    socket.destroy();
  }
}
