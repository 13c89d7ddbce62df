import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SocketEvent } from '../../../src/events/websocket.ts';
import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { client, until } from './api-stage.ts';

/** The three kinds of events as a function behind a whole edge gets them, member by member: none missing, none too many. */

let folder: string;
let app: App;
let serving: Serving;
let connect: SocketEvent;
let message: SocketEvent;
let disconnect: SocketEvent;
let asked: SocketEvent & { methodArn: string };
let began: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-context-'));
  // One worker, so that what one call keeps another can tell.
  writeFileSync(
    join(folder, 'chat.mjs'),
    `const events = [];
     export const handler = async (event) => {
       if (event.body === 'tell') return { statusCode: 200, body: JSON.stringify(events) };
       events.push(event);
       return { statusCode: 200 };
     };
     export const guard = async (event) => ({
       principalId: 'ann',
       context: { role: 'reader', asked: JSON.stringify(event) },
       policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }] },
     });`,
  );
  const to = { function: { file: 'chat.mjs', concurrency: 1 } };
  const routes = { $connect: { to }, $default: { to, replies: true }, $disconnect: { to } };
  const authorizer = { use: 'lambda', with: { file: 'chat.mjs', handler: 'guard' } };
  app = await sallyport({
    document: {
      listen: { port: 0, shutdown: '1s' },
      admin: { enabled: false },
      store: { use: 'memory' },
      logging: { sinks: [] },
      routes: {
        'GET /prod': {
          to: { use: 'websocket', with: { id: 'abc123', routes, authorizer, variables: { colour: 'red' } } },
        },
      },
    },
    folder,
    ports: { log: () => undefined },
  });
  serving = await serve(app, { folder });
  began = Date.now();
  const url = `ws://127.0.0.1:${serving.port}/prod`;
  const headers = { 'User-Agent': 'test/1', 'X-Thing': 'a', 'X-Forwarded-For': '198.51.100.9' };
  const { ws, ended } = await client(`${url}?room=1&room=2`, { headers, perMessageDeflate: true });
  ws.send('hello');
  await until(() => [...app.sockets.registry('default')].every((session) => session.inFlight === 0));
  ws.close(4001, 'done');
  await ended;
  await until(() => app.sockets.size === 0);
  const { ws: teller, next } = await client(url, { headers: { 'User-Agent': 'teller' } });
  let told: SocketEvent[] = [];
  const mine = (event: SocketEvent): boolean => event.requestContext.identity.userAgent === 'test/1';
  while (told.filter(mine).at(-1)?.requestContext.eventType !== 'DISCONNECT') {
    teller.send('tell');
    told = JSON.parse(await next()) as SocketEvent[];
  }
  teller.terminate();
  [connect, message, disconnect] = told.filter(mine) as [SocketEvent, SocketEvent, SocketEvent];
  asked = JSON.parse(String(connect.requestContext.authorizer?.['asked'])) as typeof asked;
});
afterAll(async () => {
  await serving.close();
  await app.close();
  rmSync(folder, { recursive: true });
});

const always = [
  'apiId',
  'authorizer',
  'connectedAt',
  'connectionId',
  'domainName',
  'eventType',
  'extendedRequestId',
  'identity',
  'messageDirection',
  'requestId',
  'requestTime',
  'requestTimeEpoch',
  'routeKey',
  'stage',
];
const all = (): readonly SocketEvent[] => [connect, message, disconnect];

describe('what a function is told of a connection', () => {
  it('WE-1 WE-2 WE-3: has the members that AWS gives each kind, and no others', () => {
    const members = (event: SocketEvent): string[][] => [
      Object.keys(event).toSorted(),
      Object.keys(event.requestContext).toSorted(),
    ];
    const query = ['multiValueQueryStringParameters', 'queryStringParameters'];
    const top = ['isBase64Encoded', 'requestContext', 'stageVariables'];
    const heads = ['headers', 'multiValueHeaders'];
    expect(members(connect)).toEqual([[...top, ...heads, ...query].toSorted(), always]);
    expect(members(message)).toEqual([[...top, 'body'].toSorted(), [...always, 'messageId'].toSorted()]);
    expect(members(disconnect)).toEqual([
      [...top, ...heads].toSorted(),
      [...always, 'disconnectReason', 'disconnectStatusCode'].toSorted(),
    ]);
  });

  it('WE-1 WC-9: what is the same in all of them', () => {
    for (const { requestContext, isBase64Encoded, stageVariables } of all()) {
      expect(requestContext).toMatchObject({
        apiId: 'abc123',
        stage: 'prod',
        domainName: '127.0.0.1',
        messageDirection: 'IN',
        identity: { sourceIp: '127.0.0.1', userAgent: 'test/1' },
        authorizer: { principalId: 'ann', role: 'reader' },
        connectionId: connect.requestContext.connectionId,
        connectedAt: connect.requestContext.connectedAt,
      });
      const { requestTime, requestTimeEpoch, connectedAt, requestId, extendedRequestId } = requestContext;
      expect(requestTime).toMatch(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/);
      expect(connectedAt).toBeGreaterThanOrEqual(began);
      expect(requestTimeEpoch).toBeGreaterThanOrEqual(connectedAt);
      expect(requestId).toBe(extendedRequestId);
      expect([isBase64Encoded, stageVariables]).toEqual([false, { colour: 'red' }]);
    }
    expect(new Set(all().map((event) => event.requestContext.requestId)).size).toBe(3);
  });

  it('WE-1 WE-2 WE-3: what tells them apart', () => {
    const kinds = all().map(({ requestContext }) => [requestContext.eventType, requestContext.routeKey]);
    expect(kinds).toEqual([
      ['CONNECT', '$connect'],
      ['MESSAGE', '$default'],
      ['DISCONNECT', '$disconnect'],
    ]);
    expect([message.body, message.requestContext.messageId]).toEqual(['hello', expect.stringMatching(/./)]);
    expect(disconnect.requestContext).toMatchObject({ disconnectStatusCode: 4001, disconnectReason: 'done' });
    const headers = { Host: '127.0.0.1', 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
    expect(disconnect.headers).toEqual(headers);
  });

  it('WE-1: the handshake has its own fields and those that the gateway adds, once each', () => {
    expect(connect.queryStringParameters).toEqual({ room: '2' });
    expect(connect.multiValueQueryStringParameters).toEqual({ room: ['1', '2'] });
    const names = Object.keys(connect.headers ?? {}).map((name) => name.toLowerCase());
    expect(names.toSorted()).toEqual([
      'host',
      'sec-websocket-extensions',
      'sec-websocket-key',
      'sec-websocket-version',
      'user-agent',
      'x-amzn-trace-id',
      'x-forwarded-for',
      'x-forwarded-port',
      'x-forwarded-proto',
      'x-thing',
    ]);
    expect(connect.headers).toMatchObject({
      'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) as string,
      'X-Forwarded-For': '198.51.100.9, 127.0.0.1',
      'X-Forwarded-Port': String(serving.port),
      'X-Forwarded-Proto': 'http',
      'X-Thing': 'a',
    });
    expect(connect.multiValueHeaders?.['X-Forwarded-Proto']).toEqual(['http']);
  });

  it('WC-4: the authorizer sees the fields of the connection too, and the same trace', () => {
    expect(asked.methodArn).toBe('arn:aws:execute-api:us-east-1:000000000000:abc123/prod/$connect');
    expect(asked.headers).toMatchObject({ Connection: 'Upgrade', Upgrade: 'websocket', 'content-length': '0' });
    expect(asked.headers?.['X-Amzn-Trace-Id']).toBe(connect.headers?.['X-Amzn-Trace-Id']);
    expect(Object.keys(asked.requestContext).toSorted()).toEqual(always.filter((name) => name !== 'authorizer'));
  });
});
