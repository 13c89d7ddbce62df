/** The servers that are compared, each run in a process of its own; told by IPC what to say about itself. */
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

import { shakeHands } from '../src/net/socket-origin.ts';
import { headOf } from '../src/node/websocket/accept.ts';
import { nodeDeflater } from '../src/node/websocket/deflater.ts';
import { Endpoint } from '../src/node/websocket/endpoint.ts';
import type { PassListener } from '../src/node/websocket/pass-through.ts';
import { passUpgrade } from '../src/node/websocket/pass-upgrade.ts';
import { upgradeHandler } from '../src/node/websocket/upgrade.ts';
import { serve } from '../src/node/serve.ts';
import { sallyport } from '../src/pipeline/app.ts';
import { readHandshake } from '../src/wire/ws/handshake.ts';
import { defaultLimits } from '../src/wire/ws/terms.ts';

export const crs = resolve(import.meta.dirname, '../../shared/data/crs4');
const server = createServer();
let dials = 0;
/** Another loopback address every 5,000 dials, so that ports do not run out. */
const local = (): string => `127.0.1.${1 + Math.floor(dials++ / 5000)}`;
const deflater = nodeDeflater();
const now = (): number => Date.now();

function ourEcho(): void {
  const endpoint = new Endpoint<null>({
    now,
    listener: {
      message: (c, bytes, start, end, text, ascii) =>
        void c.send(text ? c.textOf(bytes, start, end, ascii) : bytes.slice(start, end)),
      closed: () => undefined,
    },
  });
  server.on('upgrade', upgradeHandler({ endpoint, compression: null, decide: () => ({ accept: true, owner: null }) }));
}

/** The whole gateway: document, line, key-less route, message routed by its `action` and answered on a two-way route. */
async function ourGateway(rules: boolean, waf = false): Promise<number> {
  const with_ = {
    connections: { perSecond: 1_000_000 },
    routes: { $default: { to: { mock: { says: '$request.body' } }, replies: true } },
    ...(rules ? { rules: { default: [{ name: 'size-limits', params: { body: 100_000 } }] } } : {}),
  };
  const app = await sallyport({
    document: {
      // Ten thousand are wanted idle, one more measures.
      listen: { port: 0, limits: { connections: 20_000 } },
      admin: { enabled: false },
      store: { use: 'memory' },
      logging: { sinks: [] },
      ...(waf ? { waf: { use: 'crs', path: crs } } : {}),
      routes: { 'GET /': { to: { use: 'websocket', with: with_ } } },
    },
  });
  return (await serve(app)).port;
}

function wsEcho(): void {
  const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) =>
    wss.handleUpgrade(request, socket, head, (ws) => ws.on('message', (data, binary) => ws.send(data, { binary }))),
  );
}

function wsProxy(origin: number): void {
  const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) =>
    wss.handleUpgrade(request, socket, head, (near) => {
      const far = new WebSocket(`ws://127.0.0.1:${origin}/`, { perMessageDeflate: false, localAddress: local() });
      const early: [WebSocket.RawData, boolean][] = [];
      near.on('message', (data, binary) => {
        if (far.readyState === WebSocket.OPEN) far.send(data, { binary });
        else early.push([data, binary]);
      });
      far.on('open', () => early.forEach(([data, binary]) => far.send(data, { binary })));
      far.on('message', (data, binary) => near.send(data, { binary }));
      near.on('close', () => far.close());
      far.on('close', () => near.close());
    }),
  );
}

/** With an inspector that looks at every byte of every message, or without one. */
function ourPass(origin: number, inspected: boolean): void {
  const watched: PassListener = {
    closed: () => undefined,
    inspect: (_pass, bytes, start, end) => {
      const found = bytes.indexOf(0, start);
      return found >= 0 && found < end ? 'drop' : 'forward';
    },
  };
  const listener: PassListener = inspected ? watched : { closed: () => undefined };
  server.on('upgrade', (request, client: Duplex, head: Buffer) => {
    const handshake = readHandshake(headOf(request));
    if (handshake.kind === 'refusal') throw new Error(handshake.says);
    const far = connect({ port: origin, host: '127.0.0.1', localAddress: local(), noDelay: true });
    const { key } = handshake;
    const ask = {
      target: '/',
      headers: [['Host', 'x']] as const,
      key,
      protocols: [],
      extensions: null,
      timeoutMs: 5000,
    };
    const agreed = { header: null, terms: null };
    void shakeHands(far, ask).then((answer) => {
      if (answer.kind !== 'open') throw new Error(answer.kind);
      const { headers, head: originHead } = answer;
      const ends = { client, head, origin: far, originHead, key, protocol: undefined, headers, agreed };
      return passUpgrade({ ...ends, limits: defaultLimits, listener, now, deflater });
    });
  });
}

/** Two sockets of `node:net` tied together after the handshake, nobody looking: what Node and the kernel take alone. */
function splice(origin: number): void {
  server.on('upgrade', (request, client: Duplex, head: Buffer) => {
    const far = connect({ port: origin, host: '127.0.0.1', localAddress: local(), noDelay: true });
    const fields = request.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    far.write(`GET / HTTP/1.1\r\n${fields}\r\n`);
    far.write(head);
    far.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => far.write(chunk));
    for (const socket of [client, far]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => [client, far].forEach((each) => each.destroy()));
    }
  });
}

const roles: Record<string, (origin: number) => void | Promise<number>> = {
  'our gateway echo': () => ourGateway(false),
  'our gateway echo, a rule': () => ourGateway(true),
  'our gateway echo, rule set': () => ourGateway(false, true),
  'our echo': ourEcho,
  'ws echo': wsEcho,
  'ws proxy': wsProxy,
  'bare splice': splice,
  'our pass, inspected': (origin) => ourPass(origin, true),
  'our pass, frames only': (origin) => ourPass(origin, false),
};

export function play(role: string, origin: number): void {
  const started = roles[role]!(origin);
  if (started instanceof Promise) void started.then((port) => process.send!({ port }));
  else server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
  process.on('disconnect', () => process.exit());
  process.on('message', (asked) => {
    if (asked === 'cpu') {
      const { user, system } = process.cpuUsage();
      process.send!({ cpu: user + system });
    } else if (asked === 'rss') {
      globalThis.gc?.();
      process.send!({ rss: process.memoryUsage().rss });
    }
  });
}
