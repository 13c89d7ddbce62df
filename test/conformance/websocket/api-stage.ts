import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { WebSocket } from 'ws';

import { systemClock } from '../../../src/base/clock.ts';
import { Departure } from '../../../src/flow/departure.ts';
import { newExchange } from '../../../src/flow/exchange.ts';
import type { Answer } from '../../../src/flow/stage.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import type { HttpRequest, HttpResponse } from '../../../src/http/message.ts';
import { nodeDigest } from '../../../src/net/digest.ts';
import { viewerOf } from '../../../src/node/address.ts';
import { fromNode } from '../../../src/node/request.ts';
import { SocketShell } from '../../../src/node/websocket/shell.ts';
import { socketGuard } from '../../../src/pipeline/socket-guard.ts';
import { directInvoker } from '../../../src/run/direct.ts';
import { SocketApi } from '../../../src/socket/api.ts';
import type { SocketApiOptions } from '../../../src/socket/api-options.ts';
import type { Happening } from '../../../src/socket/happening.ts';
import type { SocketRoute } from '../../../src/socket/call.ts';
import { functionIntegration } from '../../../src/socket/integrations/function.ts';
import { manage, managementPath } from '../../../src/socket/management.ts';
import { Reach } from '../../../src/socket/reach.ts';
import { Registry } from '../../../src/socket/registry.ts';
import { parseSelection, type Selection } from '../../../src/socket/select.ts';
import { Upgrades } from '../../../src/socket/upgrades.ts';
import { MemoryBuckets } from '../../../src/stores/memory/buckets.ts';
import { Trace } from '../../../src/trace/trace.ts';
import { defaultLimits } from '../../../src/wire/ws/terms.ts';

export const ACCESS_KEY = 'AKIDSALLYPORT';
export const SECRET_KEY = 'wJalrXUtnFEMI';
export const TOKEN = 'a-token-of-the-operator';

type Handler = (event: never) => unknown;

export interface ApiStage {
  readonly port: number;
  readonly url: string;
  readonly api: SocketApi;
  readonly happened: Happening[];
  readonly shell: SocketShell;
  stop(): Promise<void>;
}

export interface StageOptions {
  /** By route key; what the handler returns is said back where `replies` names the route. */
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly routes?: readonly SocketRoute[];
  readonly replies?: readonly string[];
  readonly selection?: string;
  readonly timeoutMs?: number;
  readonly options?: Partial<SocketApiOptions>;
  readonly validate?: Readonly<Record<string, (text: string) => string | null>>;
}

/** A WebSocket API on a real server: the room, the shell and the memory store, without the rest of the line. */
export async function apiStage(given: StageOptions): Promise<ApiStage> {
  const upgrades = new Upgrades();
  const happened: Happening[] = [];
  const routes = new Map<string, SocketRoute>();
  for (const [key, handler] of Object.entries(given.handlers ?? {})) {
    const integration = functionIntegration(
      key,
      directInvoker(async (event: never) => handler(event)),
      given.timeoutMs ?? 2000,
    );
    routes.set(key, {
      key,
      integration,
      replies: given.replies?.includes(key) === true,
      validate: given.validate?.[key] ?? null,
    });
  }
  for (const route of given.routes ?? []) routes.set(route.key, route);
  const api = new SocketApi({
    apiId: 'local',
    stage: 'prod',
    stageVariables: null,
    selection: parseSelection(given.selection ?? '$request.body.action') as Selection,
    routes,
    limits: { ...defaultLimits, binary: false },
    compression: null,
    registry: new Registry(),
    entry: { maxUrl: 4096, perSecond: 1e6 },
    budgets: { total: null, perAddress: null, perKey: null },
    rates: { perConnection: null, perAddress: null, perKey: null },
    overRate: 'drop',
    onFault: 'closed',
    maxInFlight: 16,
    inspect: null,
    buckets: new MemoryBuckets(systemClock),
    clock: systemClock,
    upgrades,
    caller: (exchange) => ({
      key: exchange.request.headers.get('x-api-key') ?? null,
      authorizer: { principalId: 'ann' },
    }),
    observe: (what) => void happened.push(what),
    later: () => undefined,
    ...given.options,
  });
  const authorize = socketGuard({
    callers: new Map([[ACCESS_KEY, SECRET_KEY]]),
    tokens: [TOKEN],
    digest: nodeDigest,
    clock: systemClock,
    skewMs: 300_000,
  });
  let ids = 0;
  const handle = (
    request: HttpRequest,
    viewer: Parameters<typeof newExchange>[0]['viewer'],
    departure: Departure,
  ): Answer => {
    const trace = new Trace(`trace-${++ids}`, [], systemClock);
    const exchange = newExchange({ request, viewer, trace, clock: systemClock, departure, later: () => undefined });
    const path = request.target.split('?')[0]!;
    const managed = managementPath(path);
    if (managed !== null) {
      const { limits } = api.options;
      const reach = new Reach('local', api.registry, null);
      return manage({ reach, maxMessage: limits.maxMessage, binary: false, authorize }, exchange, managed);
    }
    if (path === '/prod') return api.connect(exchange);
    return {
      status: 403,
      headers: HeaderList.empty,
      body: null,
      from: { by: 'refusal', code: 'gateway.route.none' },
    };
  };
  const viewer = viewerOf([]);
  const shell = new SocketShell({ handle, viewer, upgrades, now: () => Date.now() });
  const server = createServer((incoming, outgoing) => {
    const send = async (response: HttpResponse): Promise<void> => {
      const body = response.body === null ? Buffer.alloc(0) : Buffer.from(await response.body.bytes());
      outgoing.writeHead(response.status, [...response.headers.flat]);
      outgoing.end(body);
    };
    const answer = handle(fromNode(incoming, null), viewer(incoming.socket, HeaderList.empty, false), new Departure());
    void Promise.resolve(answer).then(send);
  });
  server.on('upgrade', (incoming, socket, head) => shell.upgrade(incoming, socket, head));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `ws://127.0.0.1:${port}/prod`,
    api,
    happened,
    shell,
    async stop() {
      shell.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Client {
  readonly ws: WebSocket;
  readonly got: string[];
  readonly ended: Promise<readonly [number, string]>;
  /** The next message not yet taken by this. */
  readonly next: () => Promise<string>;
}

export async function client(
  url: string,
  options: WebSocket.ClientOptions = {},
  protocols: string[] = [],
): Promise<Client> {
  const ws = new WebSocket(url, protocols, { perMessageDeflate: false, ...options });
  const got: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  let taken = 0;
  ws.on('message', (data) => {
    const text = (data as Buffer).toString();
    got.push(text);
    if (waiting.length > 0 && taken < got.length) waiting.shift()!(got[taken++]!);
  });
  const ended = new Promise<readonly [number, string]>((resolve) => {
    ws.on('close', (code, why) => resolve([code, why.toString()]));
  });
  await new Promise((resolve, reject) => {
    ws.on('open', resolve);
    ws.on('error', reject);
  });
  return {
    ws,
    got,
    ended,
    next: () =>
      taken < got.length ? Promise.resolve(got[taken++]!) : new Promise((resolve) => void waiting.push(resolve)),
  };
}

/** What a handshake is answered with when it is not 101. */
export function refusedWith(
  url: string,
  options: WebSocket.ClientOptions = {},
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, { perMessageDeflate: false, ...options });
    ws.on('open', () => reject(new Error('the handshake was taken')));
    ws.on('error', () => undefined);
    ws.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
  });
}

export async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((next) => void setTimeout(next, 5));
}
