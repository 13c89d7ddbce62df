import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket as Socket } from 'ws';
import { manualClock } from '../../../src/base/clock.ts';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { client, refusedWith, until } from '../websocket/api-stage.ts';

const clock = manualClock();
const seen: IncomingMessage[] = [];
const open: Socket[] = [];
const echo = new WebSocketServer({ noServer: true });
const origin = createServer((incoming, outgoing) => {
  seen.push(incoming);
  outgoing.writeHead(200, { 'X-Plain': 'yes' }).end('no socket here');
});
let app: App;
let serving: Serving;

beforeAll(async () => {
  origin.on('upgrade', (incoming, socket, head) => {
    seen.push(incoming);
    echo.handleUpgrade(incoming, socket, head, (ws) => {
      open.push(ws);
      ws.on('message', (data, binary) => {
        if ((data as Buffer).toString() !== 'say nothing') ws.send(data, { binary });
      });
    });
  });
  await new Promise<void>((done) => void origin.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  const cloudfront = { semantics: 'cloudfront' } as const;
  app = await sallyport({
    document: {
      admin: { enabled: false },
      store: { use: 'memory' },
      logging: { sinks: [] },
      listen: { port: 0, shutdown: '1s' },
      origins: { o: { url, allow: ['127.0.0.0/8'], headers: { 'x-api-key': '${secret:EDGE_KEY}' } } },
      routes: {},
      edge: {
        licences: { from: { list: { sesame: {} } } },
        behaviours: [
          { path: '/keyless', origin: 'o', cache: cloudfront },
          { path: '/licensed', origin: 'o', licences: true },
          { path: '/https', origin: 'o', viewerProtocol: 'https-only' },
          { path: '/deep/*', origin: 'o', originPath: '/v1' },
          {
            path: '/policy',
            origin: 'o',
            cache: cloudfront,
            originRequest: { managed: 'AllViewerExceptHostHeader' },
          },
          { origin: 'o' },
        ],
      },
    },
    ports: { clock, log() {}, secret: (name) => (name === 'EDGE_KEY' ? 'known-to-the-edge' : null) },
  });
  serving = await serve(app);
});
afterAll(async () => {
  await serving.close();
  await app.close();
  echo.close();
  origin.closeAllConnections();
  origin.close();
});

const at = (path: string): string => `ws://127.0.0.1:${serving.port}${path}`;
const lastSeen = (): IncomingMessage => seen.at(-1) as IncomingMessage;

describe('WebSockets of a behaviour that names its origin', () => {
  it('pass through, with the origin’s own field over the viewer’s (T27)', async () => {
    const { ws, next } = await client(at('/chat?room=1'), { headers: { 'x-api-key': 'forged' } });
    ws.send('hello');
    expect(await next()).toBe('hello');
    expect([lastSeen().url, lastSeen().headers['x-api-key']]).toEqual(['/chat?room=1', 'known-to-the-edge']);
    ws.terminate();
  });

  it('T37 are no upgrade where a policy does not send the key on', async () => {
    const refused = await refusedWith(at('/keyless'));
    expect([refused.status, lastSeen().headers.upgrade]).toEqual([200, undefined]);
    const { ws, next } = await client(at('/policy'));
    ws.send('hello');
    expect(await next()).toBe('hello');
    ws.terminate();
  });

  it('bear the path of the behaviour', async () => {
    const { ws } = await client(at('/deep/a'));
    expect(lastSeen().url).toBe('/v1/deep/a');
    ws.terminate();
  });

  it('meet protocol and licence on the handshake', async () => {
    expect((await refusedWith(at('/https'))).status).toBe(403);
    expect((await refusedWith(at('/licensed'))).status).toBe(401);
    expect((await refusedWith(at('/licensed?license=wrong'))).status).toBe(403);
    const { ws, next } = await client(at('/licensed?license=sesame&a=1'));
    ws.send('hello');
    expect(await next()).toBe('hello');
    expect(lastSeen().url).toBe('/licensed?a=1');
    ws.terminate();
  });

  it('T37 end when the origin is silent for ten minutes, though the client talks', async () => {
    const { ws, next, ended } = await client(at('/chat'));
    ws.send('hello');
    expect(await next()).toBe('hello');
    for (let minute = 0; minute < 9; minute++) {
      clock.turn(60_000);
      ws.send('say nothing');
    }
    await until(() => app.sockets.size > 0);
    expect(ws.readyState).toBe(ws.OPEN);
    clock.turn(60_000);
    expect((await ended)[0]).toBe(1001);
  });

  it('T37 stay while the origin talks, though the client does not', async () => {
    const { ws, next } = await client(at('/chat'));
    await until(() => open.length > 0);
    const there = open.at(-1) as Socket;
    for (let round = 0; round < 3; round++) {
      clock.turn(9 * 60_000);
      there.send(`round ${round}`);
      expect(await next()).toBe(`round ${round}`);
    }
    expect(ws.readyState).toBe(ws.OPEN);
    ws.terminate();
  });
});
