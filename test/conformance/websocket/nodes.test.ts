import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run, type Running } from '../../../src/cli/run.ts';
import { noRedis, startRedis, type RedisServer } from '../../support/redis.ts';
import { client, refusedWith, until } from './api-stage.ts';

/** Two whole edges over one Redis: whoever is asked, the connection is found. */

if (noRedis !== null) console.warn(noRedis);
const TOKEN = 'a-token-of-the-operator';
let server: RedisServer;
const nodes: Running[] = [];

const document = (url: string): object => ({
  listen: { port: 0, shutdown: '1s' },
  admin: { port: 0 },
  store: { use: 'memory' },
  logging: { sinks: [], remember: 50 },
  sockets: { url, alive: '900ms' },
  routes: {
    'GET /prod': {
      to: {
        use: 'websocket',
        with: { api: 'chat', routes: { whoami: { to: { mock: { says: 'you' } }, replies: true } } },
      },
    },
    'GET /few': {
      to: {
        use: 'websocket',
        with: { api: 'few', routes: { $connect: { to: { mock: {} } } }, connections: { perAddress: 3 } },
      },
    },
    'ANY /prod/@connections': { to: { use: 'websocket-connections', with: { api: 'chat', tokens: [TOKEN] } } },
    'ANY /prod/@connections/{id}': {
      to: {
        use: 'websocket-connections',
        with: { api: 'chat', binary: true, tokens: [TOKEN], callers: { AKIDLOCAL: 'sesame' } },
      },
    },
    'ANY /prod/@groups/{rest+}': { to: { use: 'websocket-connections', with: { api: 'chat', tokens: [TOKEN] } } },
    'ANY /prod/else': { to: { use: 'websocket-connections', with: { api: 'chat', tokens: [TOKEN] } } },
  },
});

beforeAll(async () => {
  if (noRedis !== null) return;
  server = await startRedis();
  const folder = import.meta.dirname;
  for (let at = 0; at < 2; at++) {
    nodes.push(await run({ document: document(server.url), folder, plugins: [] }, { log: () => undefined }));
  }
});
afterAll(async () => {
  for (const node of nodes) await node.close();
  await server?.stop();
});

const at = (node: 0 | 1): string => `http://127.0.0.1:${nodes[node]!.serving.port}/prod`;
const call = async (
  node: 0 | 1,
  method: string,
  path: string,
  body: string | Uint8Array<ArrayBuffer> | null = null,
): Promise<{ readonly status: number; readonly value: Record<string, unknown> }> => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${at(node)}${path}`, { method, headers, body });
  const text = await answer.text();
  return { status: answer.status, value: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
};
const idsOf = async (node: 0 | 1, path = '/@connections'): Promise<string[]> => {
  const { value } = await call(node, 'GET', path);
  return (value['connections'] as { connectionId: string }[]).map((each) => each.connectionId).toSorted();
};
/** A connection of a node, with its id. */
async function join(node: 0 | 1): Promise<Awaited<ReturnType<typeof client>> & { readonly id: string }> {
  const before = await idsOf(node);
  const joined = await client(at(node).replace('http', 'ws'));
  let id: string | undefined;
  while (id === undefined) id = (await idsOf(node)).find((each) => !before.includes(each));
  return { ...joined, id };
}
const path = (id: string): string => `/@connections/${encodeURIComponent(id)}`;

describe.skipIf(noRedis !== null)('WebSocket connections over two nodes', () => {
  it('CM-2, CM-3: a post, a question and an end reach a connection of the other node; unknown ones are gone', async () => {
    const { ws, next, ended, id } = await join(0);
    expect(await call(1, 'POST', path(id), 'from afar')).toMatchObject({ status: 200 });
    expect(await next()).toBe('from afar');
    expect(await call(1, 'POST', path(id), Uint8Array.of(0xff, 0xfe))).toMatchObject({ status: 200 });
    expect(Buffer.from(await next())).not.toHaveLength(0);
    expect(await call(1, 'GET', path(id))).toMatchObject({
      status: 200,
      value: { connectedAt: expect.any(String) as string, identity: { sourceIp: '127.0.0.1' } },
    });
    expect((await call(1, 'POST', path('AAAAAAAAAAAAAAA='), 'x')).status).toBe(410);
    expect((await call(1, 'DELETE', path(id))).status).toBe(204);
    expect(await ended).toEqual([1000, 'Connection Closed Normally']);
    await until(() => nodes[0]!.app.sockets.size === 0);
    for (const node of [0, 1] as const) expect((await call(node, 'POST', path(id), 'x')).status).toBe(410);
    ws.terminate();
  });

  it('WC-8: the AWS client posts through the other node as soon as a client has its 101', async () => {
    const { ws, next, id } = await join(0);
    const sdk = new ApiGatewayManagementApiClient({
      region: 'us-east-1',
      endpoint: at(1),
      credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'sesame' },
      maxAttempts: 1,
    });
    await sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: 'from the SDK' }));
    expect(await next()).toBe('from the SDK');
    ws.terminate();
  });

  it('lists, tells everybody, and keeps groups over both nodes', async () => {
    await until(() => nodes.every((node) => node.app.sockets.size === 0));
    const [a, b, c] = [await join(0), await join(1), await join(1)];
    expect(await idsOf(0)).toEqual([a.id, b.id, c.id].toSorted());
    expect((await call(0, 'POST', '/@connections', 'all')).value).toEqual({ delivered: 3 });
    for (const each of [a, b, c]) expect(await each.next()).toBe('all');
    for (const [each, node] of [
      [a, 1],
      [b, 0],
    ] as const) {
      expect((await call(node, 'PUT', `/@groups/harbour%20side/${encodeURIComponent(each.id)}`)).status).toBe(204);
    }
    expect(await idsOf(1, '/@groups/harbour%20side')).toEqual([a.id, b.id].toSorted());
    expect((await call(1, 'POST', '/@groups/harbour%20side', 'few')).value).toEqual({ delivered: 2 });
    for (const each of [a, b]) expect(await each.next()).toBe('few');
    expect(c.got).toEqual(['all']);
    expect((await call(1, 'DELETE', `/@groups/harbour%20side/${encodeURIComponent(a.id)}`)).status).toBe(204);
    expect((await call(0, 'POST', '/@groups/harbour%20side', 'one')).value).toEqual({ delivered: 1 });
    expect(await b.next()).toBe('one');
    b.ws.terminate();
    await until(() => nodes[1]!.app.sockets.size === 1);
    expect((await call(0, 'POST', '/@groups/harbour%20side', 'none')).value).toEqual({ delivered: 0 });
    a.ws.terminate();
    c.ws.terminate();
  });

  it('counts the connections of an address over both nodes, and gives places back', async () => {
    const few = (node: 0 | 1): string => at(node).replace('http', 'ws').replace('/prod', '/few');
    const tries = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => client(few((i % 2) as 0 | 1))));
    const taken = tries.filter((each) => each.status === 'fulfilled').map((each) => each.value);
    expect(taken.length).toBe(3);
    for (const node of [0, 1] as const) expect((await refusedWith(few(node))).status).toBe(429);
    taken[0]!.ws.terminate();
    let again: Awaited<ReturnType<typeof client>> | null = null;
    while (again === null) again = await client(few(1)).catch(() => null);
    for (const each of [...taken, again]) each.ws.terminate();
    await until(() => nodes.every((node) => node.app.sockets.size === 0));
  });

  it('refuses what is not asked in order', async () => {
    expect((await call(0, 'PATCH', '/@connections', 'x')).status).toBe(403);
    expect((await call(0, 'POST', `/@groups/${'x'.repeat(129)}`, 'x')).status).toBe(400);
    expect((await call(0, 'PUT', '/@groups/x/not-an-id')).status).toBe(400);
    const wrong = await fetch(`${at(0)}/else`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(wrong.status).toBe(404);
    expect(wrong.headers.get('x-sallyport-code') ?? 'socket.management-path').toBe('socket.management-path');
    expect((await fetch(`${at(0)}/@connections`)).status).toBe(403);
  });
});
