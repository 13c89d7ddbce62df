import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { SocketEvent } from '../../../src/events/websocket.ts';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { defaultLimits } from '../../../src/wire/ws/terms.ts';
import { Sha256 } from '../api/sha256.ts';
import { apiStage, client, refusedWith, until, TOKEN, type ApiStage, type StageOptions } from './api-stage.ts';

const stages: ApiStage[] = [];
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.stop()));
});
async function stage(given: StageOptions): Promise<ApiStage> {
  const made = await apiStage(given);
  stages.push(made);
  return made;
}
const handler =
  (events: SocketEvent[], answer: object = { statusCode: 200 }) =>
  (event: never): object => {
    events.push(event);
    return answer;
  };

describe('events', () => {
  it('WE-2: a message has a body and a messageId, no headers, and ids of its own', async () => {
    const events: SocketEvent[] = [];
    const us = await stage({ handlers: { $default: handler(events) } });
    const { ws } = await client(us.url);
    ws.send('one');
    ws.send('two');
    await until(() => events.length === 2);
    for (const event of events) {
      const { requestId, extendedRequestId, messageId, eventType, routeKey } = event.requestContext;
      expect(requestId).toBe(extendedRequestId);
      expect(messageId).toMatch(/./);
      expect([eventType, routeKey, event.isBase64Encoded]).toEqual(['MESSAGE', '$default', false]);
      expect(event).not.toHaveProperty('headers');
    }
    expect(events.map((event) => event.body)).toEqual(['one', 'two']);
    expect(events[0]?.requestContext.requestId).not.toBe(events[1]?.requestContext.requestId);
    expect(events[0]?.requestContext.messageId).not.toBe(events[1]?.requestContext.messageId);
    ws.terminate();
  });

  it('WE-3: a goodbye has AWS headers, a code and a reason', async () => {
    const events: SocketEvent[] = [];
    const us = await stage({ handlers: { $disconnect: handler(events) } });
    const { ws } = await client(us.url);
    ws.close(4001, 'done');
    await until(() => events.length === 1);
    expect(events[0]).toMatchObject({
      headers: { Host: '127.0.0.1', 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
      multiValueHeaders: { 'x-api-key': [''] },
      requestContext: { eventType: 'DISCONNECT', disconnectStatusCode: 4001, disconnectReason: 'done' },
    });
    expect(events[0]).not.toHaveProperty('body');
  });

  it('WE-4: connection ids are 15 characters of base64url and a "="', async () => {
    const us = await stage({ handlers: {} });
    for (let i = 0; i < 20; i++) {
      const { ws } = await client(us.url);
      ws.on('error', () => undefined);
    }
    const ids = [...us.api.registry].map(({ id }) => id);
    expect(ids.length).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{15}=$/);
    expect(new Set(ids).size).toBe(20);
  });

  it('WE-6: what a $disconnect says or throws reaches nobody', async () => {
    const us = await stage({
      handlers: {
        $disconnect: () => {
          throw new Error('broken');
        },
        $default: () => ({ statusCode: 200, body: 'still here' }),
      },
      replies: ['$default'],
    });
    const { ws, ended } = await client(us.url);
    ws.close(1000);
    expect(await ended).toEqual([1000, '']);
    const { ws: other, next } = await client(us.url);
    other.send('x');
    expect(await next()).toBe('still here');
    other.terminate();
  });
});

describe('WA-1: answers in base64', () => {
  const bytes = Buffer.of(0, 255, 254, 7);
  const handlers = {
    $default: () => ({ statusCode: 200, body: bytes.toString('base64'), isBase64Encoded: true }),
  };
  const answerOf = async (binary: boolean): Promise<unknown> => {
    const { url } = await stage({
      handlers,
      replies: ['$default'],
      options: { limits: { ...defaultLimits, binary } },
    });
    const { ws } = await client(url);
    const back = new Promise((resolve) => void ws.once('message', (data, isBinary) => resolve([data, isBinary])));
    ws.send('x');
    const answer = await back;
    ws.terminate();
    return answer;
  };
  it('go out as a binary message where the API has them, and as the text that they are where it has none', async () => {
    expect(await answerOf(true)).toEqual([bytes, true]);
    expect(await answerOf(false)).toEqual([Buffer.from(bytes.toString('base64')), false]);
  });
});

describe('connect', () => {
  it('WC-1: the 101 comes after $connect has answered, and at once where there is none', async () => {
    let answer: (said: object) => void = () => undefined;
    const slow = await stage({ handlers: { $connect: () => new Promise((resolve) => (answer = resolve)) } });
    let open = false;
    const opening = client(slow.url).then((made) => {
      open = true;
      return made;
    });
    await until(() => slow.api.registry.size === 1);
    expect([open, [...slow.api.registry][0]?.state]).toEqual([false, 'connecting']);
    answer({ statusCode: 200 });
    (await opening).ws.terminate();
    const bare = await stage({ handlers: {} });
    (await client(bare.url)).ws.terminate();
  });

  describe('WC-10: IAM', () => {
    let app: App;
    let serving: Serving;
    beforeAll(async () => {
      const policy = (resource: string): object => ({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource }],
      });
      const arn = 'arn:aws:execute-api:us-east-1:000000000000:chat/prod';
      const caller = (name: string, resource: string): object => ({
        arn: `arn:aws:iam::000000000000:user/${name}`,
        secret: 'sesame',
        policy: policy(resource),
      });
      const authorizer = {
        use: 'iam',
        with: { callers: { AKIDANN: caller('ann', `${arn}/$connect`), AKIDBOB: caller('bob', `${arn}/say`) } },
      };
      const routes = { $default: { to: { mock: { says: 'in' } }, replies: true } };
      app = await sallyport({
        document: {
          listen: { port: 0, shutdown: '1s' },
          admin: { enabled: false },
          store: { use: 'memory' },
          logging: { sinks: [] },
          routes: { 'GET /prod': { to: { use: 'websocket', with: { id: 'chat', authorizer, routes } } } },
        },
        ports: { log: () => undefined },
      });
      serving = await serve(app);
    });
    afterAll(async () => {
      await serving.close();
      await app.close();
    });
    const signed = async (accessKeyId: string, secretAccessKey = 'sesame'): Promise<Record<string, string>> => {
      const signer = new SignatureV4({
        service: 'execute-api',
        region: 'us-east-1',
        credentials: { accessKeyId, secretAccessKey },
        sha256: Sha256,
      });
      const { headers } = await signer.sign({
        method: 'GET',
        protocol: 'http:',
        hostname: '127.0.0.1',
        port: serving.port,
        path: '/prod',
        headers: { host: `127.0.0.1:${serving.port}` },
      });
      const { host: _, ...rest } = headers;
      return rest;
    };
    it('lets in who is signed and may invoke `stage/$connect`; what else he may does not count', async () => {
      const url = `ws://127.0.0.1:${serving.port}/prod`;
      expect((await refusedWith(url)).status).toBe(403);
      expect((await refusedWith(url, { headers: await signed('AKIDANN', 'wrong') })).status).toBe(403);
      expect((await refusedWith(url, { headers: await signed('AKIDBOB') })).status).toBe(403);
      const { ws, next } = await client(url, { headers: await signed('AKIDANN') });
      ws.send('{"action":"say"}');
      expect(await next()).toBe('in');
      ws.terminate();
    });
  });
});

describe('@connections', () => {
  const ask = (us: ApiStage, method: string, id: string, body?: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${us.port}/prod/@connections/${id}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
      ...(body === undefined ? {} : { body }),
    });

  it('CM-1: the id may stand percent-encoded or as it is, and so may the "@"', async () => {
    const us = await stage({ handlers: {} });
    const { ws, next } = await client(us.url);
    await until(() => [...us.api.registry][0]?.state === 'open');
    const { id } = [...us.api.registry][0]!;
    for (const spelled of [id, encodeURIComponent(id)]) {
      expect((await ask(us, 'POST', spelled, spelled)).status).toBe(200);
      expect(await next()).toBe(spelled);
    }
    const encoded = await fetch(`http://127.0.0.1:${us.port}/prod/%40connections/${encodeURIComponent(id)}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(encoded.status).toBe(200);
    ws.terminate();
  });

  it('CM-5: a post counts as activity', async () => {
    const us = await stage({ handlers: {} });
    const { ws, next } = await client(us.url);
    await until(() => [...us.api.registry][0]?.state === 'open');
    const { id } = [...us.api.registry][0]!;
    const active = async (): Promise<string> =>
      ((await (await ask(us, 'GET', encodeURIComponent(id))).json()) as { lastActiveAt: string }).lastActiveAt;
    const before = await active();
    await new Promise((later) => void setTimeout(later, 20));
    expect(await active()).toBe(before);
    await ask(us, 'POST', encodeURIComponent(id), 'x');
    await next();
    expect(Date.parse(await active())).toBeGreaterThan(Date.parse(before));
    ws.terminate();
  });
});
