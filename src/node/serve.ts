import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { isAbsolute, join } from 'node:path';
import { createServer as createTls, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { messageOf } from '../base/fault.ts';
import { ms, size } from '../config/parts.ts';
import { Departure } from '../flow/departure.ts';
import type { HttpResponse } from '../http/message.ts';
import type { App } from '../pipeline/app.ts';
import { viewerOf } from './address.ts';
import { reasonOf, refuseSocket } from './client-error.ts';
import { wireReasons } from './reasons.ts';
import { continuer, fromHttp2, fromNode } from './request.ts';
import { deliver, deliverHttp2, type Delivery } from './response.ts';
import { readKeyPair, watchKeyPair } from './tls.ts';

export interface Serving {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets those in flight end, then closes; cuts off what is left after `listen.shutdown`. */
  close(): Promise<void>;
}

/** The Node shell: listens, hands over, delivers. It decides nothing. */
export async function serve(app: App, options: { readonly folder?: string } = {}): Promise<Serving> {
  const { listen } = app.document;
  const { limits } = listen;
  const viewer = viewerOf(listen.trustedProxies);
  const inFlight = new Set<object>();
  let closing = false;

  const delivery = (id: () => string | undefined): Delivery => ({
    writeTimeoutMs: ms(limits.requestTimeout),
    broken: (thrown) => app.ports.log('warn', 'an answer broke off after its head was sent', { trace: id(), reason: messageOf(thrown) }),
  });

  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse, waits: boolean): void => {
    const departure = new Departure();
    inFlight.add(outgoing);
    outgoing.once('close', () => {
      inFlight.delete(outgoing);
      if (!outgoing.writableFinished) departure.leave();
    });
    if (closing || (waits && incoming.headers.expect !== undefined)) outgoing.shouldKeepAlive = false;
    const request = fromNode(incoming, waits ? continuer(outgoing) : null);
    const secure = 'encrypted' in incoming.socket;
    const send = (response: HttpResponse): void => {
      if (outgoing.destroyed) response.body?.cancel();
      else deliver(response, incoming, outgoing, request.body, delivery(() => response.headers.get('x-sallyport-trace')));
    };
    const answer = app.handle(request, viewer(incoming.socket, incoming.headers, secure), departure);
    if (answer instanceof Promise) answer.then(send, (thrown: unknown) => fail(outgoing, thrown));
    else send(answer);
  };

  /** Nothing in the line lets an exception through; if one comes all the same, the door stays closed. */
  const fail = (outgoing: ServerResponse, thrown: unknown): void => {
    app.ports.log('error', 'the line itself failed', { reason: messageOf(thrown) });
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(500, ['Content-Length', '0', 'Connection', 'close']).end();
  };

  const plain = createServer(
    {
      maxHeaderSize: size(limits.headerBytes),
      headersTimeout: ms(limits.headerTimeout),
      requestTimeout: ms(limits.requestTimeout),
      keepAliveTimeout: ms(limits.keepAlive),
      connectionsCheckingInterval: Math.min(1000, ms(limits.headerTimeout)),
      requireHostHeader: false, // `admit` asks for it, so that the refusal has its code
      insecureHTTPParser: false,
      noDelay: true,
    },
    (incoming, outgoing) => onRequest(incoming, outgoing, false),
  );
  plain.maxHeadersCount = 0; // no silent cut: `admit` counts
  plain.maxConnections = limits.connections;
  plain.on('checkContinue', (incoming, outgoing) => onRequest(incoming, outgoing, true));
  plain.on('checkExpectation', (_, outgoing) => refuseSocket(app, outgoing.socket as Socket, wireReasons.expectation));
  plain.on('connect', (_, socket) => refuseSocket(app, socket as Socket, wireReasons.connect));
  plain.on('clientError', (error: Error & { code?: string }, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else refuseSocket(app, socket as Socket, reasonOf(error), error.code ? { parser: error.code } : {});
  });

  const sessions = new Set<ServerHttp2Session>();
  let front: Server | TlsServer = plain;
  let closeCertificate = (): void => {};
  if (listen.tls) {
    const folder = options.folder ?? process.cwd();
    const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
    const h2 = http2Server((stream, headers, raw) => {
      const departure = new Departure();
      inFlight.add(stream);
      stream.once('close', () => {
        inFlight.delete(stream);
        departure.leave();
      });
      stream.on('error', () => {}); // a reset stream is the viewer leaving
      const request = fromHttp2(stream, headers, raw);
      const socket = stream.session?.socket as Socket;
      const send = (response: HttpResponse): void => {
        if (stream.destroyed) response.body?.cancel();
        else deliverHttp2(response, request.method, stream, delivery(() => response.headers.get('x-sallyport-trace')));
      };
      const answer = app.handle(request, viewer(socket, headers, true), departure);
      if (answer instanceof Promise) answer.then(send, () => stream.destroy());
      else send(answer);
    }, size(limits.headerBytes));
    h2.on('session', (session) => {
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
    });
    front = createTls({ ...readKeyPair(listen.tls, at), ALPNProtocols: ['h2', 'http/1.1'] }, (socket: TLSSocket) => {
      // One port, two protocols: whoever agreed on h2 goes to the one server, all others to the other.
      (socket.alpnProtocol === 'h2' ? h2 : plain).emit('connection', socket);
    });
    const secure = front as TlsServer;
    closeCertificate = watchKeyPair(listen.tls, at, (pair) => secure.setSecureContext(pair), (says) => app.ports.log('info', says));
    front.maxConnections = limits.connections;
    front.on('tlsClientError', (_, socket: TLSSocket) => socket.destroy());
  }

  await new Promise<void>((resolve, reject) => {
    front.once('error', reject);
    front.listen(listen.port, listen.host, () => {
      front.off('error', reject);
      resolve();
    });
  });
  const { port } = front.address() as AddressInfo;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;

  return {
    url: `${listen.tls ? 'https' : 'http'}://${host}:${port}`,
    port,
    async close() {
      closing = true;
      closeCertificate();
      const closed = new Promise<void>((resolve) => front.close(() => resolve()));
      for (const session of sessions) session.close();
      const until = performance.now() + ms(listen.shutdown);
      while (inFlight.size > 0 && performance.now() < until) {
        plain.closeIdleConnections();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      if (inFlight.size > 0) app.ports.log('warn', 'requests were cut off at the end of the shutdown', { requests: inFlight.size });
      plain.closeAllConnections();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

function http2Server(onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]) => void, headerBytes: number): Http2Server {
  const server = createHttp2({ maxSessionInvalidFrames: 100, maxSessionMemory: 10, settings: { maxConcurrentStreams: 128, maxHeaderListSize: headerBytes, enablePush: false } });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: readonly string[]) => {
    onStream(stream, (flags & 1) === 1 ? Object.assign(headers, { endStream: true }) : headers, raw);
  });
  return server;
}
