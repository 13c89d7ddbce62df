import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../base/fault.ts';
import type { App } from '../pipeline/app.ts';
import { answerCache } from './cache.ts';
import type { Metrics } from './metrics.ts';
import { spendMetrics } from './spend-metrics.ts';
import { SocketMetrics } from './socket-metrics.ts';
import type { RecentTraces } from './traces.ts';
import { answerUsage } from './usage.ts';

export interface AdminParts {
  readonly app: App;
  readonly metrics: Metrics;
  readonly traces: RecentTraces;
  /** False while starting and while shutting down. */
  ready(): boolean;
}

export interface Admin {
  readonly url: string;
  close(): Promise<void>;
}

/** The operator port: health, readiness, metrics, traces. Reads, but for the usage of plans; listens on loopback unless the document says otherwise. */
export async function serveAdmin(parts: AdminParts): Promise<Admin> {
  const { host, port } = parts.app.document.admin;
  const sockets = new SocketMetrics();
  const unwatch = parts.app.sockets.watch(sockets.hear);
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://admin');
    const reads = incoming.method === 'GET' || incoming.method === 'HEAD';
    const writes =
      (incoming.method === 'PUT' && url.pathname.startsWith('/usage/')) ||
      (incoming.method === 'POST' && url.pathname === '/cache/purge');
    if (!reads && !writes) return json(outgoing, 405, { message: 'only GET here' });
    // A page in the operator's browser must not be able to read this port through a name that was rebound to it.
    if (!hostAllowed(incoming.headers.host, host)) return json(outgoing, 421, { message: 'ask by address' });
    if (url.pathname === '/cache' || url.pathname.startsWith('/cache/')) {
      answerCache(parts.app, url.pathname, incoming).then(
        (found) => json(outgoing, found?.status ?? 404, found?.value ?? { message: 'try /cache or /cache/purge' }),
        (thrown: unknown) => json(outgoing, 500, { message: messageOf(thrown) }),
      );
      return;
    }
    if (url.pathname.startsWith('/usage/')) {
      answerUsage(parts.app, url.pathname, incoming).then(
        (found) =>
          json(outgoing, found?.status ?? 404, found?.value ?? { message: 'try /usage/PLAN or /usage/PLAN/KEY' }),
        (thrown: unknown) => json(outgoing, 500, { message: messageOf(thrown) }),
      );
      return;
    }
    answer(parts, sockets, url, outgoing).catch((thrown: unknown) =>
      json(outgoing, 500, { message: messageOf(thrown) }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        unwatch();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const hostAllowed = (given: string | undefined, host: string): boolean => {
  const name = (given ?? '').replace(/:\d+$/, '');
  return name === host || name === 'localhost' || /^[\d.]+$/.test(name) || name.startsWith('[');
};

async function answer(parts: AdminParts, sockets: SocketMetrics, url: URL, outgoing: ServerResponse): Promise<void> {
  const { app, metrics, traces } = parts;
  const trace = /^\/traces\/([0-9A-Z]{26})$/.exec(url.pathname);
  if (trace) {
    const record = traces.get(trace[1] as string);
    return record ? json(outgoing, 200, record) : json(outgoing, 404, { message: 'no such trace is remembered here' });
  }
  switch (url.pathname) {
    case '/healthz': {
      const status = await app.status();
      const ok = status.stale === null && status.storeHealthy;
      return json(outgoing, 200, { status: ok ? 'ok' : 'degraded', ...status });
    }
    case '/readyz': {
      const { storeHealthy } = await app.status();
      const ready = parts.ready() && storeHealthy;
      return json(outgoing, ready ? 200 : 503, { ready });
    }
    case '/metrics': {
      const memory = process.memoryUsage();
      const status = await app.status();
      const text = metrics.text({
        up: { help: 'One while this process answers.', value: 1 },
        document_stale: {
          help: 'One while a newer document or rule map was refused.',
          value: status.stale === null ? 0 : 1,
        },
        store_healthy: { help: 'One while the store answers.', value: status.storeHealthy ? 1 : 0 },
        process_resident_bytes: { help: 'Resident memory.', value: memory.rss },
        process_heap_bytes: { help: 'Used heap.', value: memory.heapUsed },
      });
      outgoing
        .writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
        .end(text + sockets.text(app.sockets.size) + spendMetrics(app.spending()));
      return;
    }
    case '/spending':
      return json(outgoing, 200, app.spending());
    case '/traces':
      return json(
        outgoing,
        200,
        traces.list({ code: url.searchParams.get('code'), limit: Number(url.searchParams.get('limit') ?? 50) || 50 }),
      );
    default:
      return json(outgoing, 404, {
        message: 'try /healthz, /readyz, /metrics, /usage/PLAN, /spending, /traces or /traces/ID',
      });
  }
}

function json(outgoing: ServerResponse, status: number, value: unknown): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}
