import { createServer, type Server } from 'node:http';
import { createServer as createSecure, type Server as SecureServer } from 'node:https';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { isAbsolute, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { messageOf } from '../base/fault.ts';
import type { Listen } from '../config/listen.ts';
import { ms, size } from '../config/parts.ts';
import type { App } from '../pipeline/app.ts';
import { viewerOf } from './address.ts';
import { Http1, type ShellParts } from './http1.ts';
import { Http2 } from './http2.ts';
import { readKeyPair, watchKeyPair } from './tls.ts';
import { SocketShell } from './websocket/shell.ts';

export interface Serving {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets those in flight end, then closes; cuts off what is left after `listen.shutdown`. */
  close(): Promise<void>;
}

/**
 * Milliseconds that an idle connection is kept at shutdown, or a tenth of the time there is: a request may be on its way
 * on it, and it gets its answer together with word that the connection ends.
 */
const LAST_REQUESTS_MS = 250;

/** The Node shell: listens, hands over, delivers. It decides nothing. */
export async function serve(app: App, options: { readonly folder?: string } = {}): Promise<Serving> {
  const { listen } = app.document;
  const { limits } = listen;
  const inFlight = new Set<object>();
  const parts: ShellParts = {
    app,
    viewer: viewerOf(listen.trustedProxies),
    inFlight,
    delivery: (id) => ({
      writeTimeoutMs: ms(limits.requestTimeout),
      broken: (thrown) =>
        app.ports.log('warn', 'an answer broke off after its head was sent', {
          trace: id(),
          reason: messageOf(thrown),
        }),
    }),
  };
  const http1 = new Http1(parts);
  const http2 = new Http2(parts, {
    headerBytes: size(limits.headerBytes),
    headerCount: limits.headerCount,
    requestMs: ms(limits.requestTimeout),
    idleMs: ms(limits.keepAlive),
  });

  let front: Server | SecureServer;
  let closeCertificate = (): void => {};
  if (listen.tls) {
    const { tls } = listen;
    const folder = options.folder ?? process.cwd();
    const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
    const secure = createSecure({
      ...httpOptions(limits),
      ...readKeyPair(tls, at),
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: ms(limits.headerTimeout),
    });
    offerHttp2(secure, http2);
    closeCertificate = watchKeyPair(
      tls,
      at,
      (pair) => secure.setSecureContext(pair),
      (says) => app.ports.log('info', says),
    );
    front = secure;
  } else {
    front = createServer(httpOptions(limits));
  }
  front.maxHeadersCount = 0; // no silent cut: `admit` counts
  front.maxConnections = limits.connections;
  http1.listenTo(front);
  const sockets = new SocketShell({
    handle: (request, viewer, departure) => app.handle(request, viewer, departure),
    viewer: parts.viewer,
    upgrades: app.sockets.upgrades,
    now: () => app.ports.clock.now(),
  });
  front.on('upgrade', (incoming, socket, head) => {
    http1.release(incoming.socket);
    // Words to an upgrade would be taken for the answer to the request before it.
    if (http1.owes(incoming.socket)) socket.destroy();
    else sockets.upgrade(incoming, socket, head);
  });

  try {
    await new Promise<void>((resolve, reject) => {
      front.once('error', reject);
      front.listen(listen.port, listen.host, () => {
        front.off('error', reject);
        resolve();
      });
    });
  } catch (thrown) {
    closeCertificate();
    throw thrown;
  }
  const { port } = front.address() as AddressInfo;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;

  return {
    url: `${listen.tls ? 'https' : 'http'}://${host}:${port}`,
    port,
    async close() {
      closeCertificate();
      // The plain server's way: an HTTP server's own `close` drops idle connections at once, and with them requests on their way.
      const closed = new Promise<true>((resolve) => NetServer.prototype.close.call(front, () => resolve(true)));
      http1.close();
      http2.close();
      const began = performance.now();
      const wait = (gap: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, gap));
      sockets.drain();
      void app.sockets.drain(Math.min(ms(listen.shutdown) / 2, 5000), wait);
      const until = began + ms(listen.shutdown);
      const idleUntil = began + Math.min(LAST_REQUESTS_MS, ms(listen.shutdown) / 10);
      const pause = (): Promise<false> => new Promise((resolve) => setTimeout(resolve, 10, false));
      while (performance.now() < until && !(await Promise.race([closed, pause()]))) {
        if (performance.now() < idleUntil) continue;
        front.closeIdleConnections();
        http1.closeQuiet(); // opened and never used: to Node these are not idle
      }
      if (inFlight.size > 0)
        app.ports.log('warn', 'requests were cut off at the end of the shutdown', { requests: inFlight.size });
      front.closeAllConnections();
      sockets.close();
      http2.destroy();
      await closed;
      front.close(); // ends the timer that looks for slow senders
    },
  };
}

const httpOptions = (limits: Listen['limits']) => ({
  maxHeaderSize: size(limits.headerBytes),
  headersTimeout: Math.min(ms(limits.headerTimeout), ms(limits.requestTimeout)), // the whole cannot take less than its beginning
  requestTimeout: ms(limits.requestTimeout),
  keepAliveTimeout: ms(limits.keepAlive),
  connectionsCheckingInterval: Math.min(1000, ms(limits.headerTimeout)),
  requireHostHeader: false, // `admit` asks for it, so that the refusal has its code
  insecureHTTPParser: false,
  noDelay: true,
});

/** One port, two protocols: whoever agreed on h2 goes to the one server, all others stay with the other. */
function offerHttp2(secure: SecureServer, http2: Http2): void {
  const toHttp1 = secure.listeners('secureConnection') as ((this: SecureServer, socket: TLSSocket) => void)[];
  secure.removeAllListeners('secureConnection');
  secure.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') http2.connection(socket);
    else for (const each of toHttp1) each.call(secure, socket);
  });
  // A failed handshake is no request: there is nobody to answer.
  secure.removeAllListeners('tlsClientError');
  secure.on('tlsClientError', (_, socket) => socket.destroy());
}
