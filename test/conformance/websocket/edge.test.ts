import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

import { KEY_KIND, keyId, type KeyRecord } from '../../../src/gateway/key.ts';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { client, refusedWith, until } from './api-stage.ts';

const SECRET = 'known-to-the-edge-alone';
const shared = { admin: { enabled: false }, store: { use: 'memory' }, logging: { sinks: [] } };
const started: { app: App; serving: Serving }[] = [];

async function start(document: object): Promise<{ app: App; serving: Serving }> {
  const secret = (name: string): string | null => (name === 'EDGE_KEY' ? SECRET : null);
  const app = await sallyport({ document: { ...shared, ...document }, ports: { secret, log: () => undefined } });
  const made = { app, serving: await serve(app) };
  started.push(made);
  return made;
}

let gateway: { app: App; serving: Serving };
let edge: { app: App; serving: Serving };
const strange = createServer(
  (_request, response) => void response.writeHead(418, { 'x-why': 'a teapot' }).end('short and stout'),
);
const echo = new WebSocketServer({ noServer: true });
const foreign = createServer();

beforeAll(async () => {
  foreign.on('upgrade', (request, socket, head) =>
    echo.handleUpgrade(request, socket, head, (ws) => ws.on('message', (data, binary) => ws.send(data, { binary }))),
  );
  await Promise.all(
    [strange, foreign].map((server) => new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))),
  );
  gateway = await start({
    listen: { port: 0, shutdown: '1s' },
    routes: {
      'GET /prod': {
        key: 'required',
        to: {
          use: 'websocket',
          with: { routes: { $default: { to: { mock: { says: 'heard $request.body' } }, replies: true } } },
        },
      },
    },
  });
  const hash = gateway.app.ports.digest.sha256(SECRET);
  const record: KeyRecord = {
    id: keyId(hash),
    name: 'edge',
    hash,
    enabled: true,
    createdAt: 0,
    expiresAt: null,
    tenant: null,
  };
  await gateway.app.ports.records.put(KEY_KIND, record.id, record, 'new');
  const origin = (port: number, more: object = {}): object => ({
    to: { use: 'websocket-origin', with: { url: `http://127.0.0.1:${port}`, allow: ['127.0.0.0/8'], ...more } },
  });
  edge = await start({
    listen: { port: 0, shutdown: '1s' },
    rules: { map: { 'GET /chat': [{ name: 'header-check', params: { forbidden: ['x-attack'] } }] } },
    routes: {
      'GET /chat': origin(gateway.serving.port, {
        path: '/prod',
        headers: { 'x-api-key': '${secret:EDGE_KEY}' },
        connections: { perAddress: 3 },
        rates: { perConnection: { rate: 0.001, burst: 3 } },
        rules: { default: [{ name: 'size-limits', params: { body: 100 } }] },
      }),
      'GET /foreign': origin((foreign.address() as AddressInfo).port, { compression: true }),
      'GET /strange': origin((strange.address() as AddressInfo).port),
      'GET /nobody': origin(1),
      'GET /closed': { to: { use: 'websocket-origin', with: { url: 'http://127.0.0.1:1' } } },
    },
  });
});
afterAll(async () => {
  for (const { app, serving } of started.toReversed()) {
    await serving.close();
    await app.close();
  }
  echo.close();
  strange.close();
  foreign.closeAllConnections();
  foreign.close();
});

const at = (path: string): string => `ws://127.0.0.1:${edge.serving.port}${path}`;

describe('an edge in front of a WebSocket API', () => {
  it('reaches the API with its own key, and whoever goes round the edge does not', async () => {
    const round = `ws://127.0.0.1:${gateway.serving.port}/prod`;
    expect((await refusedWith(round)).status).toBe(403);
    expect((await refusedWith(round, { headers: { 'x-api-key': 'guess' } })).status).toBe(403);
    // A client's own key does not get through in the edge's place.
    const { ws, next, ended } = await client(at('/chat'), { headers: { 'x-api-key': 'guess' } });
    ws.send('hello');
    expect(await next()).toBe('heard hello');
    ws.close(4000, 'bye');
    expect(await ended).toEqual([4000, '']);
  });

  it('holds the handshake to the rules of the edge', async () => {
    expect((await refusedWith(at('/chat'), { headers: { 'x-attack': '1' } })).status).toBe(403);
  });

  it('drops single messages by rule and by rate, and says so', async () => {
    const { ws, next, got } = await client(at('/chat'));
    ws.send('x'.repeat(101));
    expect(JSON.parse(await next())).toMatchObject({ message: 'Forbidden' });
    ws.send('one');
    expect(await next()).toBe('heard one');
    ws.send('two');
    expect(await next()).toBe('heard two');
    ws.send('three');
    expect(JSON.parse(await next())).toMatchObject({ message: 'Too Many Requests' });
    expect(got.length).toBe(4);
    ws.terminate();
  });

  it('counts connections and gives places back', async () => {
    await until(() => edge.app.sockets.size === 0);
    const clients = await Promise.all([client(at('/chat')), client(at('/chat')), client(at('/chat'))]);
    expect((await refusedWith(at('/chat'))).status).toBe(429);
    for (const { ws } of clients) ws.terminate();
    await until(() => edge.app.sockets.size === 0);
    (await client(at('/chat'))).ws.terminate();
  });

  it('agrees on compression between client and a foreign origin', async () => {
    const { ws, next } = await client(at('/foreign'), { perMessageDeflate: { threshold: 0 } });
    ws.send('squeezed '.repeat(100));
    expect(await next()).toBe('squeezed '.repeat(100));
    ws.terminate();
  });

  it('hands on the status of an origin that does not upgrade, and says what is wrong with one that is not there', async () => {
    const teapot = await refusedWith(at('/strange'));
    expect([teapot.status, teapot.headers['x-why']]).toEqual([418, 'a teapot']);
    expect((await refusedWith(at('/nobody'))).status).toBe(502);
    // Loopback is not dialled unless it is listed.
    expect((await refusedWith(at('/closed'))).status).toBe(502);
    await until(() => edge.app.sockets.size === 0);
  });

  it('says 1001 to both sides at shutdown', async () => {
    const clients = await Promise.all([client(at('/chat')), client(at('/chat')), client(at('/foreign'))]);
    await edge.serving.close();
    for (const { ended } of clients) expect(await ended).toEqual([1001, 'Going away']);
    await until(() => gateway.app.sockets.size === 0);
  });
});
