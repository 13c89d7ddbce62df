import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { messageOf } from '../base/fault.ts';
import { Departure } from '../flow/departure.ts';
import type { HttpResponse } from '../http/message.ts';
import type { App } from '../pipeline/app.ts';
import type { Reason } from '../trace/reason.ts';
import type { viewerOf } from './address.ts';
import { reasonOf, recordRefusal, refuseSocket } from './client-error.ts';
import { wireReasons } from './reasons.ts';
import { continuer, fromNode } from './request.ts';
import { deliver, type Delivery } from './response.ts';

export interface ShellParts {
  readonly app: App;
  readonly viewer: ReturnType<typeof viewerOf>;
  /** Answers that are under way: a shutdown waits for them. */
  readonly inFlight: Set<object>;
  readonly delivery: (id: () => string | undefined) => Delivery;
}

/** HTTP/1.x on a server of Node's: each request to the line, each answer back, and an end to connections that cannot go on. */
export class Http1 {
  readonly #parts: ShellParts;
  /** Answers of each connection that are not finished, oldest first: with pipelining there are several. */
  readonly #waiting = new WeakMap<Socket, Set<ServerResponse>>();
  /** Connections whose end was announced: nothing more that comes on them counts (RFC 9112 section 9.6). */
  readonly #ending = new WeakSet<Socket>();
  /** Every open connection that speaks HTTP/1, with the bytes that had come when the shutdown began. */
  readonly #open = new Map<Socket, number>();
  #closing = false;

  constructor(parts: ShellParts) {
    this.#parts = parts;
  }

  listenTo(server: Server | SecureServer): void {
    server.on('setSecureContext' in server ? 'secureConnection' : 'connection', (socket: Socket) => {
      if ('alpnProtocol' in socket && socket.alpnProtocol === 'h2') return;
      this.#open.set(socket, 0);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('request', (incoming, outgoing) => this.#take(incoming, outgoing, false));
    server.on('checkContinue', (incoming, outgoing) => this.#take(incoming, outgoing, true));
    server.on('checkExpectation', (incoming) => this.#turnAway(incoming.socket, wireReasons.expectation));
    server.on('connect', (_, socket) => this.#turnAway(socket as Socket, wireReasons.connect));
    server.on('clientError', (error: Error & { code?: string }, socket) => {
      if (error.code === 'ECONNRESET') socket.destroy();
      else this.#turnAway(socket as Socket, reasonOf(error), error.code ? { parser: error.code } : {});
    });
  }

  /** From here on every answer announces the end of its connection. */
  close(): void {
    this.#closing = true;
    for (const socket of this.#open.keys()) this.#open.set(socket, socket.bytesRead);
    for (const each of this.#parts.inFlight) {
      // Of pipelined answers only the last may announce it: those before it would take the others with them.
      if ('req' in each && isLast(this.#waiting.get((each as ServerResponse).req.socket), each as ServerResponse)) {
        (each as ServerResponse).shouldKeepAlive = false;
      }
    }
  }

  /** This connection speaks something else from here on, and is somebody else's to close. */
  release(socket: Socket): void {
    this.#open.delete(socket);
  }

  /** Closes connections that owe nothing and on which nothing has come since `close`. */
  closeQuiet(): void {
    for (const [socket, before] of this.#open) {
      if ((this.#waiting.get(socket)?.size ?? 0) === 0 && socket.bytesRead === before) socket.destroy();
    }
  }

  #take(incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean): void {
    const { app, viewer, inFlight, delivery } = this.#parts;
    const { socket } = incoming;
    if (this.#ending.has(socket)) return;
    const departure = new Departure();
    this.#enter(socket, outgoing);
    inFlight.add(outgoing);
    outgoing.once('close', () => {
      inFlight.delete(outgoing);
      this.#waiting.get(socket)?.delete(outgoing);
      if (!outgoing.writableFinished) departure.leave();
    });
    if (this.#closing) {
      outgoing.shouldKeepAlive = false;
      this.#ending.add(socket);
    }
    try {
      const request = fromNode(incoming, waits ? continuer(outgoing) : null);
      const send = (response: HttpResponse): void => {
        if (outgoing.destroyed) return response.body?.cancel();
        try {
          const last = deliver(
            response,
            incoming,
            outgoing,
            request.body,
            waits,
            delivery(() => response.headers.get('x-sallyport-trace')),
          );
          if (last) this.#ending.add(socket);
        } catch (thrown) {
          response.body?.cancel();
          this.#fail(outgoing, thrown);
        }
      };
      const answer = app.handle(request, viewer(socket, request.headers, 'encrypted' in socket), departure);
      if (answer instanceof Promise) answer.then(send, (thrown: unknown) => this.#fail(outgoing, thrown));
      else send(answer);
    } catch (thrown) {
      this.#fail(outgoing, thrown);
    }
  }

  /** Is an answer to an earlier request of this connection under way, or its end announced? */
  owes(socket: Socket): boolean {
    return this.#ending.has(socket) || (this.#waiting.get(socket)?.size ?? 0) > 0;
  }

  #enter(socket: Socket, outgoing: ServerResponse): void {
    const waiting = this.#waiting.get(socket);
    if (waiting) waiting.add(outgoing);
    else this.#waiting.set(socket, new Set([outgoing]));
  }

  /** What the line itself did not catch, or an answer that no HTTP message can be made of: the door stays closed. */
  #fail(outgoing: ServerResponse, thrown: unknown): void {
    this.#parts.app.ports.log('error', 'the line itself failed', { reason: messageOf(thrown) });
    if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
    else outgoing.writeHead(500, ['Content-Length', '0', 'Connection', 'close']).end();
  }

  /**
   * Ends a connection on which something came that is no request. Words are only said where they cannot be taken for the
   * answer to something else: answers to whole requests that came before are let finish, and a begun one is broken off.
   */
  #turnAway(socket: Socket, reason: Reason, facts: Readonly<Record<string, string>> = {}): void {
    const { app } = this.#parts;
    const waiting = [...(this.#waiting.get(socket) ?? [])];
    const again = this.#ending.has(socket);
    this.#ending.add(socket);
    const owed = waiting.filter((outgoing) => outgoing.req.complete);
    if (owed.length > 0 && socket.writable) {
      if (!again) recordRefusal(app, socket, reason, facts);
      (owed.at(-1) as ServerResponse).once('finish', () => socket.end());
    } else if (waiting.some((outgoing) => outgoing.headersSent)) {
      recordRefusal(app, socket, reason, facts);
      socket.destroy();
    } else if (again) {
      socket.destroy();
    } else {
      refuseSocket(app, socket, reason, facts);
    }
  }
}

const isLast = (waiting: ReadonlySet<ServerResponse> | undefined, outgoing: ServerResponse): boolean =>
  [...(waiting ?? [])].at(-1) === outgoing;
