import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DocumentError } from '../../../src/config/issues.ts';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { KEY_KIND, keyId, type KeyRecord } from '../../../src/gateway/key.ts';
import { client, refusedWith, until } from './api-stage.ts';
import { frame, handshakeText } from './harness.ts';

const KEY = 'the-key-of-ann';
let folder: string;
let app: App;
let serving: Serving;
let url: string;
const called: { event: string | undefined; route: string | undefined; body: string }[] = [];
const callback = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const { 'x-socket-event': event, 'x-socket-route': route } = request.headers as Record<string, string>;
    called.push({ event, route, body });
    response.end('{"from":"callback"}');
  });
});

const websocket = (more: object = {}): object => ({
  use: 'websocket',
  with: {
    api: 'chat',
    routes: {
      $connect: { to: { function: { file: 'chat.mjs', handler: 'enter' } } },
      whoami: { to: { function: { file: 'chat.mjs', handler: 'whoami' } }, replies: true },
      call: {
        to: {
          http: {
            url: `http://127.0.0.1:${(callback.address() as AddressInfo).port}`,
            path: '/events',
            allow: ['127.0.0.0/8'],
          },
        },
        replies: true,
      },
      say: {
        to: { mock: { says: '$request.body' } },
        replies: true,
        model: { type: 'object', required: ['text'], properties: { text: { type: 'string', maxLength: 20 } } },
      },
    },
    rules: { 'MESSAGE /say': [{ name: 'size-limits', params: { body: 200 } }] },
    connections: { perAddress: 20 },
    ...more,
  },
});

const document = (): Record<string, unknown> => ({
  listen: { port: 0, shutdown: '2s' },
  admin: { enabled: false },
  store: { use: 'memory' },
  logging: { sinks: [] },
  rules: { map: { default: [{ name: 'user-agent', params: { required: false } }] } },
  routes: {
    'GET /prod': { key: 'required', to: websocket() },
    'ANY /prod/@connections/{id}': {
      to: { use: 'websocket-connections', with: { api: 'chat', callers: { AKIDLOCAL: '${secret:SOCKET_SECRET}' } } },
    },
    'GET /plain': { to: { use: 'mock', with: { status: 200, body: 'plain' } } },
  },
});

beforeAll(async () => {
  await new Promise<void>((resolve) => void callback.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'sallyport-socket-'));
  writeFileSync(
    join(folder, 'chat.mjs'),
    `export const enter = async (event) => ({ statusCode: event.queryStringParameters?.room === 'closed' ? 403 : 200 });
     export const whoami = async (event) => ({ statusCode: 200, body: event.requestContext.connectionId });`,
  );
  app = await sallyport({
    document: document(),
    folder,
    ports: { secret: (name) => (name === 'SOCKET_SECRET' ? 'sesame' : null), log: () => undefined },
  });
  const hash = app.ports.digest.sha256(KEY);
  const record: KeyRecord = {
    id: keyId(hash),
    name: 'ann',
    hash,
    enabled: true,
    createdAt: 0,
    expiresAt: null,
    tenant: null,
  };
  await app.ports.records.put(KEY_KIND, record.id, record, 'new');
  serving = await serve(app, { folder });
  url = `ws://127.0.0.1:${serving.port}/prod`;
});
afterAll(async () => {
  await serving.close();
  await app.close();
  callback.close();
  rmSync(folder, { recursive: true });
});

const headers = { 'x-api-key': KEY };

describe('a WebSocket API in a document', () => {
  it('stands behind rules, keys and $connect like everything else', async () => {
    expect((await refusedWith(url)).status).toBe(403);
    expect((await refusedWith(url, { headers: { 'x-api-key': 'wrong' } })).status).toBe(403);
    const caught = await refusedWith(url, { headers: { ...headers, 'user-agent': 'sqlmap/1.7' } });
    expect(caught.status).toBe(403);
    expect(caught.headers['x-sallyport-trace']).toMatch(/^[0-9A-Z]{26}$/);
    expect((await refusedWith(`${url}?room=closed`, { headers })).status).toBe(403);
    const { ws } = await client(url, { headers });
    ws.terminate();
  });

  it('serves functions in workers, callbacks and mocks, with models and rules', async () => {
    const { ws, next } = await client(url, { headers });
    ws.send('{"action":"whoami"}');
    const id = await next();
    expect(id).toMatch(/^[\w-]{15}=$/);
    ws.send('{"action":"call","n":1}');
    expect(await next()).toBe('{"from":"callback"}');
    expect(called).toEqual([{ event: 'MESSAGE', route: 'call', body: '{"action":"call","n":1}' }]);
    ws.send('{"action":"say","text":"hi"}');
    expect(await next()).toBe('{"action":"say","text":"hi"}');
    ws.send('{"action":"say","text":1}');
    expect(JSON.parse(await next())).toMatchObject({ message: 'Bad request body', connectionId: id });
    ws.send(`{"action":"say","text":"hi","more":"${'x'.repeat(300)}"}`);
    expect(JSON.parse(await next())).toMatchObject({ message: 'Forbidden', connectionId: id });
    ws.terminate();
  });

  it('is posted to by the AWS client', async () => {
    const { ws, next } = await client(url, { headers });
    ws.send('{"action":"whoami"}');
    const ConnectionId = await next();
    const sdk = (secretAccessKey: string): ApiGatewayManagementApiClient =>
      new ApiGatewayManagementApiClient({
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${serving.port}/prod`,
        credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey },
        maxAttempts: 1,
      });
    await sdk('sesame').send(new PostToConnectionCommand({ ConnectionId, Data: 'pushed' }));
    expect(await next()).toBe('pushed');
    await expect(sdk('wrong').send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))).rejects.toMatchObject({
      name: 'ForbiddenException',
    });
    ws.terminate();
  });

  it('an Upgrade field alone bypasses nothing, and breaks nothing that does not want it', async () => {
    const raw = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(serving.port, '127.0.0.1', () => socket.write(text));
        let got = '';
        socket.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')));
        socket.on('end', () => socket.end());
        socket.on('close', () => resolve(got));
      });
    const ask = (target: string, more = ''): string => handshakeText(more, { Request: `GET ${target} HTTP/1.1` });
    expect(await raw(ask('/prod'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await raw(ask('/nowhere'))).toMatch(/^HTTP\/1\.1 (403|404) /);
    const plain = await raw(ask('/plain'));
    expect(plain).toMatch(/^HTTP\/1\.1 200 /);
    expect(plain).toMatch(/plain$/);
    const smuggled = 'Content-Length: 40\r\n';
    const answer = await raw(`${ask('/plain', smuggled)}GET /plain HTTP/1.1\r\nHost: x\r\nX-Pad: yy\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1/g)?.length).toBe(1);
    // Frames right behind a refused handshake are not heard by anybody.
    const early = `${ask('/prod')}${frame({ op: 1, body: '{"action":"call"}' }).toString('latin1')}`;
    expect(await raw(early)).toMatch(/^HTTP\/1\.1 403 /);
    expect(called.length).toBe(1);
  });

  it('keeps connections over a reload, and refuses a bad document with the reason', async () => {
    const { ws, next } = await client(url, { headers });
    await app.reload(document());
    ws.send('{"action":"say","text":"still"}');
    expect(await next()).toBe('{"action":"say","text":"still"}');
    const bad = document();
    (bad['routes'] as Record<string, unknown>)['GET /prod'] = {
      to: websocket({ select: '$nonsense', rules: { default: [{ name: 'no-such-rule' }] } }),
    };
    const thrown = await app.reload(bad).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(DocumentError);
    expect((thrown as DocumentError).issues.map((issue) => issue.path)).toEqual([
      'WebSocket API "chat".select',
      expect.stringMatching(/^WebSocket API "chat"\.rules\.default/),
    ]);
    ws.terminate();
  });

  it('says 1001 at shutdown', async () => {
    const { ended } = await client(url, { headers });
    await until(() => app.sockets.size > 0);
    const closed = serving.close();
    expect(await ended).toEqual([1001, 'Going away']);
    await closed;
    await until(() => app.sockets.size === 0);
  });
});
