import { createServer, type Socket } from 'node:net';
import { createServer as createSecure } from 'node:tls';
import type { Front, Secure } from './front.ts';
import { WireEngine, type EngineParts } from './wire/engine.ts';

/** Listens with our own HTTP/1. */
export function wireFront(parts: EngineParts, secure: Secure | null): Front {
  const engine = new WireEngine(parts);
  // A viewer who has said all he had to say is still answered: the end of a connection is ours to decide.
  const options = { allowHalfOpen: true, noDelay: true };
  const tls = secure === null ? null : createSecure({ ...secure.options, ...options });
  const server = tls ?? createServer(options);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  if (tls === null) server.on('connection', (socket: Socket) => engine.connection(socket));
  else {
    tls.on('secureConnection', (socket) => {
      if (socket.alpnProtocol === 'h2') secure?.http2.connection(socket);
      else engine.connection(socket);
    });
    // A failed handshake is no request: there is nobody to answer.
    tls.on('tlsClientError', (_, socket) => socket.destroy());
  }
  return {
    server,
    get underWay() {
      return engine.underWay;
    },
    renew: (pair) => tls?.setSecureContext(pair),
    close: () => engine.close(),
    closeQuiet: () => engine.closeQuiet(),
    destroy() {
      engine.destroy();
      for (const socket of sockets) socket.destroy(); // handshakes that never ended among them
    },
  };
}
