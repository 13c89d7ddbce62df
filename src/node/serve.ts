import { Server, type AddressInfo } from 'node:net';
import { isAbsolute, join } from 'node:path';
import { messageOf } from '../base/fault.ts';
import { ms, size } from '../config/words.ts';
import type { App } from '../pipeline/app.ts';
import { viewerOf } from './address.ts';
import type { Front, Secure } from './front.ts';
import type { ShellParts } from './http1.ts';
import { Http2 } from './http2.ts';
import { nodeFront } from './node-front.ts';
import { askClients, readKeyPair, watchKeyPair } from './tls.ts';
import { SocketShell } from './websocket/shell.ts';
import { wireFront } from './wire-front.ts';
import type { ConnectionLimits } from './wire/host.ts';

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
  const broken = (thrown: unknown, trace: string | undefined): void =>
    app.ports.log('warn', 'an answer broke off after its head was sent', { trace, reason: messageOf(thrown) });
  const viewer = viewerOf(listen.trustedProxies);
  const patience: ConnectionLimits = {
    headerBytes: size(limits.headerBytes),
    headerMs: Math.min(ms(limits.headerTimeout), ms(limits.requestTimeout)), // the whole cannot take less than its beginning
    requestMs: ms(limits.requestTimeout),
    idleMs: ms(limits.keepAlive),
  };
  const parts: ShellParts = {
    app,
    viewer,
    inFlight,
    delivery: (id) => ({ writeTimeoutMs: patience.requestMs, broken: (thrown) => broken(thrown, id()) }),
  };
  const http2 = new Http2(parts, { ...patience, headerCount: limits.headerCount });
  const sockets = new SocketShell({
    handle: (request, viewing, departure) => app.handle(request, viewing, departure),
    viewer,
    upgrades: app.sockets.upgrades,
    now: () => app.ports.clock.now(),
  });

  const folder = options.folder ?? process.cwd();
  const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const secure: Secure | null = listen.tls
    ? {
        options: {
          ...readKeyPair(listen.tls, at),
          ...askClients(listen.tls),
          ALPNProtocols: ['h2', 'http/1.1'],
          handshakeTimeout: ms(limits.headerTimeout),
        },
        http2,
      }
    : null;
  const front: Front =
    listen.engine === 'node'
      ? nodeFront(parts, patience, sockets, secure)
      : wireFront({ app, viewer, limits: patience, broken, upgrade: (upgrading) => sockets.take(upgrading) }, secure);
  const { server } = front;
  server.maxConnections = limits.connections;
  const closeCertificate = listen.tls
    ? watchKeyPair(
        listen.tls,
        at,
        (pair) => front.renew(pair),
        (says) => app.ports.log('info', says),
      )
    : (): void => {};

  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listen.port, listen.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (thrown) {
    closeCertificate();
    front.destroy();
    throw thrown;
  }
  const { port } = server.address() as AddressInfo;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;

  return {
    url: `${listen.tls ? 'https' : 'http'}://${host}:${port}`,
    port,
    async close() {
      closeCertificate();
      // The plain server's way: an HTTP server's own `close` drops idle connections at once, and with them requests on their way.
      const closed = new Promise<true>((resolve) => Server.prototype.close.call(server, () => resolve(true)));
      front.close();
      http2.close();
      const began = performance.now();
      const wait = (gap: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, gap));
      const window = Math.min(ms(listen.shutdown) / 2, 5000);
      void sockets.drain(window, wait);
      void app.sockets.drain(window, wait);
      const until = began + ms(listen.shutdown);
      const idleUntil = began + Math.min(LAST_REQUESTS_MS, ms(listen.shutdown) / 10);
      const pause = (): Promise<false> => new Promise((resolve) => setTimeout(resolve, 10, false));
      while (performance.now() < until && !(await Promise.race([closed, pause()]))) {
        if (performance.now() < idleUntil) continue;
        front.closeQuiet();
      }
      const requests = inFlight.size + front.underWay;
      if (requests > 0) app.ports.log('warn', 'requests were cut off at the end of the shutdown', { requests });
      sockets.close();
      http2.destroy();
      front.destroy();
      await closed;
    },
  };
}
