import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SocketEvent } from '../../../src/events/websocket.ts';
import { ACCESS_KEY, apiStage, client, SECRET_KEY, TOKEN, until, type ApiStage } from './api-stage.ts';

let us: ApiStage;
let gone: SocketEvent[] = [];
let whileConnecting = '';
beforeAll(async () => {
  us = await apiStage({
    handlers: {
      $connect: async (event: never) => {
        const { requestContext } = event as SocketEvent;
        whileConnecting = await sdk()
          .send(new PostToConnectionCommand({ ConnectionId: requestContext.connectionId, Data: 'too early' }))
          .then(
            () => 'taken',
            (thrown: Error) => thrown.name,
          );
        return { statusCode: 200 };
      },
      $disconnect: (event: never) => void gone.push(event),
    },
  });
});
afterAll(() => us.stop());

function sdk(secretAccessKey = SECRET_KEY, accessKeyId = ACCESS_KEY): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${us.port}/prod`,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

async function connected(): Promise<Awaited<ReturnType<typeof client>> & { id: string }> {
  const known = new Set([...us.api.registry].map((session) => session.id));
  const made = await client(us.url, { headers: { 'User-Agent': 'the test' } });
  const session = [...us.api.registry].find((one) => !known.has(one.id))!;
  await until(() => session.state === 'open');
  return { ...made, id: session.id };
}

const failure = (work: Promise<unknown>): Promise<{ name: string; status: number | undefined; message: string }> =>
  work.then(
    () => ({ name: 'none', status: 200, message: '' }),
    (thrown: Error & { $metadata?: { httpStatusCode?: number } }) => ({
      name: thrown.name,
      status: thrown.$metadata?.httpStatusCode,
      message: thrown.message,
    }),
  );

describe("the AWS SDK's own client", () => {
  it('CM-2: posts text and bytes as text frames', async () => {
    const { id, next } = await connected();
    const { $metadata } = await sdk().send(new PostToConnectionCommand({ ConnectionId: id, Data: 'héllo' }));
    expect($metadata.httpStatusCode).toBe(200);
    expect(await next()).toBe('héllo');
    await sdk().send(new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from('{"a":1}') }));
    expect(await next()).toBe('{"a":1}');
  });

  it('CM-2 WR-4: posts 128 kB, cut into frames', async () => {
    const { id, next } = await connected();
    const Data = 'y'.repeat(128 * 1024);
    await sdk().send(new PostToConnectionCommand({ ConnectionId: id, Data }));
    expect((await next()).length).toBe(Data.length);
    const more = await failure(sdk().send(new PostToConnectionCommand({ ConnectionId: id, Data: `${Data}y` })));
    expect(more).toMatchObject({ name: 'PayloadTooLargeException', status: 413 });
  });

  it('CM-2: tells about a connection', async () => {
    const { id } = await connected();
    const about = await sdk().send(new GetConnectionCommand({ ConnectionId: id }));
    expect(about.Identity).toEqual({ SourceIp: '127.0.0.1', UserAgent: 'the test' });
    expect(about.ConnectedAt).toBeInstanceOf(Date);
    expect(about.LastActiveAt!.getTime()).toBeGreaterThanOrEqual(about.ConnectedAt!.getTime());
  });

  it('CM-2 WE-5: ends a connection', async () => {
    gone = [];
    const { id, ended } = await connected();
    const { $metadata } = await sdk().send(new DeleteConnectionCommand({ ConnectionId: id }));
    expect($metadata.httpStatusCode).toBe(204);
    expect(await ended).toEqual([1000, 'Connection Closed Normally']);
    await until(() => gone.length === 1);
    expect(gone[0]!.requestContext).toMatchObject({
      disconnectStatusCode: 1000,
      disconnectReason: 'Connection Closed Normally',
    });
    expect(await failure(sdk().send(new GetConnectionCommand({ ConnectionId: id })))).toMatchObject({
      name: 'GoneException',
      status: 410,
    });
  });

  it('CM-3 WC-8: 410 while $connect runs, and for an id that nobody has', async () => {
    whileConnecting = '';
    await connected();
    expect(whileConnecting).toBe('GoneException');
    const nobody = await failure(
      sdk().send(new PostToConnectionCommand({ ConnectionId: 'AAAAAAAAAAAAAAA=', Data: 'x' })),
    );
    expect(nobody).toMatchObject({ name: 'GoneException', status: 410 });
  });

  it('CM-3: 400 for what is no id', async () => {
    const odd = await failure(sdk().send(new PostToConnectionCommand({ ConnectionId: 'not an id', Data: 'x' })));
    expect(odd).toMatchObject({ name: 'BadRequestException', status: 400, message: 'Invalid connectionId: not an id' });
  });

  it('CM-3: 403 for a wrong secret and for an unknown key', async () => {
    const { id } = await connected();
    for (const who of [sdk('wrong'), sdk(SECRET_KEY, 'AKIDNOBODY')]) {
      const refused = await failure(who.send(new PostToConnectionCommand({ ConnectionId: id, Data: 'x' })));
      expect(refused).toMatchObject({ name: 'ForbiddenException', status: 403 });
    }
  });

  it('CM-3: 429 when the client does not read', async () => {
    const { id, ws } = await connected();
    ws.pause();
    let last = { name: 'none', status: 200 as number | undefined, message: '' };
    for (let i = 0; i < 400 && last.name === 'none'; i++) {
      last = await failure(sdk().send(new PostToConnectionCommand({ ConnectionId: id, Data: 'z'.repeat(128 * 1024) })));
    }
    expect(last).toMatchObject({ name: 'LimitExceededException', status: 429 });
    ws.terminate();
  });
});

describe('by hand', () => {
  const call = (id: string, init: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${us.port}/prod/@connections/${encodeURIComponent(id)}`, init);

  it('CM-4: unsigned', async () => {
    const { id } = await connected();
    const answer = await call(id, { method: 'POST', body: 'x' });
    expect([answer.status, await answer.text()]).toEqual([403, '{"message":"Missing Authentication Token"}']);
  });

  it('a token of the operator does as well, and a wrong one does not', async () => {
    const { id, next } = await connected();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await call(id, { method: 'POST', body: 'by token', headers });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(await next()).toBe('by token');
    expect((await call(id, { method: 'POST', body: 'x', headers: { authorization: 'Bearer nope' } })).status).toBe(403);
    expect((await call(id, { method: 'PUT', body: 'x', headers })).status).toBe(403);
    expect((await call(id, { method: 'POST', body: Buffer.of(0xff), headers })).status).toBe(400);
  });
});
