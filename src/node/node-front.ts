import { createServer, type ServerOptions } from 'node:http';
import { createServer as createSecure, type Server as SecureServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Front, Secure } from './front.ts';
import { Http1, type ShellParts } from './http1.ts';
import type { Http2 } from './http2.ts';
import type { ConnectionLimits } from './wire/host.ts';
import type { SocketShell } from './websocket/shell.ts';

/** Listens with Node's own HTTP/1. */
export function nodeFront(
  parts: ShellParts,
  limits: ConnectionLimits,
  sockets: SocketShell,
  secure: Secure | null,
): Front {
  const options: ServerOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(1000, limits.headerMs),
    requireHostHeader: false, // `admit` asks for it, so that the refusal has its code
    insecureHTTPParser: false,
    noDelay: true,
  };
  const tls = secure === null ? null : createSecure({ ...options, ...secure.options });
  if (tls !== null && secure !== null) offerHttp2(tls, secure.http2);
  const server = tls ?? createServer(options);
  const http1 = new Http1(parts);
  server.maxHeadersCount = 0; // no silent cut: `admit` counts
  http1.listenTo(server);
  server.on('upgrade', (incoming, socket, head) => {
    http1.release(incoming.socket);
    // Words to an upgrade would be taken for the answer to the request before it.
    if (http1.owes(incoming.socket)) socket.destroy();
    else sockets.upgrade(incoming, socket, head);
  });
  return {
    server,
    underWay: 0, // `inFlight` counts them
    renew: (pair) => tls?.setSecureContext(pair),
    close: () => http1.close(),
    closeQuiet() {
      server.closeIdleConnections();
      http1.closeQuiet(); // opened and never used: to Node these are not idle
    },
    destroy() {
      server.closeAllConnections();
      // Node's own way of closing ends the timer that looks for slow senders.
      setImmediate(() => server.close());
    },
  };
}

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
