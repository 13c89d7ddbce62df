import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { messageOf } from '../base/fault.ts';
import { Departure } from '../flow/departure.ts';
import type { HttpResponse } from '../http/message.ts';
import { fromHttp2 } from './request.ts';
import { deliverHttp2 } from './response.ts';
import type { ShellParts } from './http1.ts';

export interface Http2Limits {
  readonly headerBytes: number;
  readonly headerCount: number;
  /** Milliseconds until a request is complete, body included. */
  readonly requestMs: number;
  /** Milliseconds that a connection may be quiet. */
  readonly idleMs: number;
}

/** Fields that HTTP/2 writes with a colon; they come on top of the ones that are counted. */
const PSEUDO_FIELDS = 8;

/** HTTP/2 on connections that agreed on it: each stream to the line, each answer back. */
export class Http2 {
  readonly #parts: ShellParts;
  readonly #limits: Http2Limits;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(parts: ShellParts, limits: Http2Limits) {
    this.#parts = parts;
    this.#limits = limits;
    this.#server = createServer({
      maxSessionInvalidFrames: 100,
      maxSessionMemory: 10,
      maxHeaderListPairs: limits.headerCount + PSEUDO_FIELDS,
      settings: { maxConcurrentStreams: 128, maxHeaderListSize: limits.headerBytes, enablePush: false },
    });
    this.#server.on('session', (session) => this.#open(session));
    this.#server.on(
      'stream',
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: readonly string[]) => {
        this.#take(stream, (flags & 1) === 1 ? Object.assign(headers, { endStream: true }) : headers, raw);
      },
    );
  }

  /** Takes over a connection. */
  connection(socket: Socket): void {
    this.#server.emit('connection', socket);
  }

  /** No new streams; those under way may end. */
  close(): void {
    for (const session of this.#sessions) session.close();
  }

  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }

  #open(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    // Quiet means: not a frame in either direction. Nobody who waits for an origin is quiet for longer than that may take.
    session.setTimeout(this.#limits.idleMs, () => session.destroy());
  }

  #take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]): void {
    const { app, viewer, inFlight, delivery } = this.#parts;
    const departure = new Departure();
    departure.hinted = {
      hint(_, links) {
        if (!stream.destroyed && !stream.headersSent) stream.additionalHeaders({ ':status': 103, link: [...links] });
      },
    };
    inFlight.add(stream);
    stream.on('error', () => {}); // a reset stream is the viewer leaving
    const slow = headers.endStream ? undefined : setTimeout(() => this.#tooSlow(stream), this.#limits.requestMs);
    stream.once('close', () => {
      clearTimeout(slow);
      inFlight.delete(stream);
      departure.leave();
    });
    const fail = (thrown: unknown): void => {
      app.ports.log('error', 'the line itself failed', { reason: messageOf(thrown) });
      if (stream.destroyed || stream.headersSent) stream.destroy();
      else stream.respond({ ':status': 500 }, { endStream: true });
    };
    try {
      const request = fromHttp2(stream, headers, raw);
      const send = (response: HttpResponse): void => {
        if (stream.destroyed) return response.body?.cancel();
        try {
          deliverHttp2(
            response,
            request.method,
            stream,
            request.body,
            delivery(() => response.headers.get('x-sallyport-trace')),
          );
        } catch (thrown) {
          response.body?.cancel();
          fail(thrown);
        }
      };
      const answer = app.handle(request, viewer(stream.session?.socket as Socket, request.headers, true), departure);
      if (answer instanceof Promise) answer.then(send, fail);
      else send(answer);
    } catch (thrown) {
      fail(thrown);
    }
  }

  #tooSlow(stream: ServerHttp2Stream): void {
    if (stream.destroyed || stream.readableEnded) return;
    if (stream.headersSent) return stream.close(constants.NGHTTP2_CANCEL);
    stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
    stream.respond({ ':status': 408 }, { endStream: true });
  }
}
