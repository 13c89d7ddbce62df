import { get } from 'node:http';

import { afterEach, describe, expect, it } from 'vitest';

import type { SocketEvent } from '../../../src/events/websocket.ts';
import { drain } from '../../../src/socket/drain.ts';
import { mockIntegration } from '../../../src/socket/integrations/mock.ts';
import { defaultLimits } from '../../../src/wire/ws/terms.ts';
import { apiStage, client, refusedWith, until, type ApiStage, type StageOptions } from './api-stage.ts';

const stages: ApiStage[] = [];
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.stop()));
});
async function stage(given: StageOptions): Promise<ApiStage> {
  const made = await apiStage(given);
  stages.push(made);
  return made;
}
const reply = (body: unknown): { statusCode: number; body: string } => ({
  statusCode: 200,
  body: JSON.stringify(body),
});

describe('routes', () => {
  it('WR-1 WR-2: chooses by the expression, else $default', async () => {
    const us = await stage({
      handlers: { say: () => reply('say'), $default: () => reply('default') },
      replies: ['say', '$default'],
    });
    const { ws, next } = await client(us.url);
    for (const [sent, answer] of [
      ['{"action":"say"}', '"say"'],
      ['{"action":"shout"}', '"default"'],
      ['not JSON', '"default"'],
      ['{"action":"$connect"}', '"default"'],
      ['{"action":{"a":1}}', '"default"'],
    ] as const) {
      ws.send(sent);
      expect(await next(), sent).toBe(answer);
    }
  });

  it('ER-1 ER-6: no route and no $default is Forbidden, and the connection stays', async () => {
    const us = await stage({ handlers: { say: () => reply('heard') }, replies: ['say'] });
    const { ws, next, got } = await client(us.url);
    ws.send('{"action":"none"}');
    const frame = await next();
    const id = [...us.api.registry][0]!.id;
    expect(frame).toMatch(new RegExp(`^\\{"message":"Forbidden","connectionId":"${id}","requestId":"[0-9A-Z]+"\\}$`));
    ws.send('{"action":"say"}');
    expect(await next()).toBe('"heard"');
    expect(got.length).toBe(2);
  });

  it('WA-1: nothing is said back without a route response, or with an empty body', async () => {
    const us = await stage({
      handlers: {
        oneway: () => reply('unheard'),
        empty: () => ({ statusCode: 200 }),
        nothing: () => undefined,
        last: () => reply('last'),
      },
      replies: ['empty', 'nothing', 'last'],
    });
    const { ws, next, got } = await client(us.url);
    for (const action of ['oneway', 'empty', 'nothing', 'last']) ws.send(JSON.stringify({ action }));
    expect(await next()).toBe('"last"');
    expect(got).toEqual(['"last"']);
  });

  it('ER-2 ER-5: a handler that throws, answers garbage or never answers', async () => {
    const us = await stage({
      timeoutMs: 60,
      handlers: {
        throws: () => {
          throw new Error('with a secret inside');
        },
        garbage: () => ({ statusCode: 'many' }),
        never: () => new Promise(() => undefined),
      },
    });
    const { ws, next } = await client(us.url);
    for (const [action, message] of [
      ['throws', 'Internal server error'],
      ['garbage', 'Internal server error'],
      ['never', 'Endpoint request timed out'],
    ] as const) {
      ws.send(JSON.stringify({ action }));
      const frame = await next();
      expect(JSON.parse(frame)).toMatchObject({ message });
      expect(frame).not.toContain('secret');
    }
    expect(us.happened.filter((what) => what.kind === 'failed').length).toBe(3);
  });

  it('ER-4: a message that its model refuses', async () => {
    const us = await stage({
      handlers: { say: () => reply('ok') },
      replies: ['say'],
      validate: { say: (text) => (text.includes('"text"') ? null : 'text is missing') },
    });
    const { ws, next } = await client(us.url);
    ws.send('{"action":"say"}');
    expect(JSON.parse(await next())).toMatchObject({ message: 'Bad request body' });
    ws.send('{"action":"say","text":"x"}');
    expect(await next()).toBe('"ok"');
  });

  it('an integration that answers by itself', async () => {
    const integration = mockIntegration('echo', { status: 200, says: '$request.body' });
    const us = await stage({ routes: [{ key: '$default', integration, replies: true, validate: null }] });
    const { ws, next } = await client(us.url);
    ws.send('any $& text');
    expect(await next()).toBe('any $& text');
  });
});

describe('connect', () => {
  it('WC-2: the status of $connect is the status of the handshake', async () => {
    for (const [answer, status] of [
      [{ statusCode: 400 }, 400],
      [{ statusCode: 403, body: 'no' }, 403],
      [{ statusCode: 299 }, 101],
    ] as const) {
      const us = await stage({ handlers: { $connect: () => answer } });
      if (status === 101) (await client(us.url)).ws.terminate();
      else {
        expect((await refusedWith(us.url)).status).toBe(status);
        expect(us.api.registry.size).toBe(0);
      }
    }
  });

  it('WC-2: a $connect that throws is 502 with AWS body', async () => {
    const us = await stage({
      handlers: {
        $connect: () => {
          throw new Error('x');
        },
      },
    });
    const { status, body } = await refusedWith(us.url);
    expect(status).toBe(502);
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['message', 'connectionId', 'requestId']);
    expect(JSON.parse(body)).toMatchObject({ message: 'Internal server error' });
  });

  it('WC-5: a plain GET is 426, an unknown stage 403', async () => {
    const us = await stage({ handlers: {} });
    const answer = await new Promise<[number | undefined, string | undefined]>((resolve) => {
      get(`http://127.0.0.1:${us.port}/prod`, (response) => {
        response.resume();
        resolve([response.statusCode, response.headers.upgrade]);
      });
    });
    expect(answer).toEqual([426, 'websocket']);
    expect((await refusedWith(`ws://127.0.0.1:${us.port}/other`)).status).toBe(403);
  });

  it('WC-6: only the subprotocol that $connect names is echoed', async () => {
    const us = await stage({
      handlers: { $connect: () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'v2' } }) },
    });
    const { ws } = await client(us.url, {}, ['v1', 'v2']);
    expect(ws.protocol).toBe('v2');
    const silent = await stage({ handlers: { $connect: () => ({ statusCode: 200 }) } });
    await expect(client(silent.url, {}, ['v1'])).rejects.toThrow(/subprotocol/i);
  });

  it('WE-1 WC-9: the event of $connect, and what later events carry on', async () => {
    const events: SocketEvent[] = [];
    const record = (event: never): unknown => {
      events.push(event);
      return { statusCode: 200 };
    };
    const us = await stage({ handlers: { $connect: record, $disconnect: record, $default: record } });
    const { ws, ended } = await client(`${us.url}?room=1&room=2`, {
      headers: { 'X-Thing': 'a', 'User-Agent': 'test' },
    });
    ws.send('hello');
    await until(() => events.length === 2);
    ws.close(4000, 'bye');
    await ended;
    await until(() => events.length === 3);
    const [connect, message, disconnect] = events as [SocketEvent, SocketEvent, SocketEvent];
    const shared = {
      connectionId: connect.requestContext.connectionId,
      authorizer: { principalId: 'ann' },
      apiId: 'local',
      stage: 'prod',
    };
    for (const event of events) expect(event.requestContext).toMatchObject(shared);
    expect(connect).toMatchObject({
      requestContext: {
        eventType: 'CONNECT',
        routeKey: '$connect',
        identity: { sourceIp: '127.0.0.1', userAgent: 'test' },
      },
      queryStringParameters: { room: '2' },
      multiValueQueryStringParameters: { room: ['1', '2'] },
      isBase64Encoded: false,
    });
    expect(connect.headers).toMatchObject({ 'X-Thing': 'a', 'Sec-WebSocket-Version': '13' });
    expect(connect.headers).not.toHaveProperty('Upgrade');
    expect(connect).not.toHaveProperty('body');
    expect(message).toMatchObject({ requestContext: { eventType: 'MESSAGE', routeKey: '$default' }, body: 'hello' });
    expect(message.requestContext.requestId).toBe(message.requestContext.extendedRequestId);
    expect(message).not.toHaveProperty('headers');
    expect(disconnect).toMatchObject({
      requestContext: { eventType: 'DISCONNECT', disconnectStatusCode: 4000, disconnectReason: 'bye' },
      headers: { 'x-api-key': '', 'x-restapi': '' },
    });
    expect(new Set(events.map((event) => event.requestContext.requestId)).size).toBe(3);
    expect(shared.connectionId).toMatch(/^[\w-]{15}=$/);
  });
});

describe('ways to go', () => {
  const closing = async (
    end: (us: ApiStage, ws: Awaited<ReturnType<typeof client>>['ws']) => unknown,
  ): Promise<unknown> => {
    const events: SocketEvent[] = [];
    const us = await stage({ handlers: { $disconnect: (event: never) => void events.push(event) } });
    const { ws } = await client(us.url);
    await until(() => us.api.registry.size === 1);
    await end(us, ws);
    await until(() => events.length === 1);
    expect(us.api.registry.size).toBe(0);
    const { disconnectStatusCode, disconnectReason } = events[0]!.requestContext;
    return [disconnectStatusCode, disconnectReason];
  };
  it('WE-5: a code and a reason', async () => {
    expect(await closing((_us, ws) => ws.close(1000, ''))).toEqual([1000, '']);
  });
  it('WE-5: no code', async () => {
    expect(await closing((_us, ws) => ws.close())).toEqual([1005, 'Client-side close frame status not set']);
  });
  it('WE-5: the connection just goes', async () => {
    expect(await closing((_us, ws) => ws.terminate())).toEqual([1006, 'Connection closed abnormally']);
  });
  it('WR-3: binary is refused with 1003', async () => {
    expect(await closing((_us, ws) => ws.send(Buffer.of(1)))).toEqual([1003, 'binary messages are not accepted here']);
  });
  it('WR-3: a frame over 32 kB is refused with 1009', async () => {
    expect(await closing((_us, ws) => ws.send('x'.repeat(32_769)))).toEqual([
      1009,
      'a frame is longer than is allowed here',
    ]);
  });
  it('WR-3: a message over 128 kB is refused with 1009', async () => {
    const result = await closing((_us, ws) => {
      for (let i = 0; i < 5; i++) ws.send('x'.repeat(32_000), { fin: i === 4 });
    });
    expect(result).toEqual([1009, 'a message is longer than is allowed here']);
  });
  it('a shutdown says 1001 to everybody, spread over a window', async () => {
    const us = await stage({ handlers: {} });
    const clients = await Promise.all(Array.from({ length: 6 }, () => client(us.url)));
    const waits: number[] = [];
    const closed = await drain(us.api.registry, 200, async (ms) => void waits.push(ms));
    expect([closed, waits]).toEqual([6, [50, 50, 50]]);
    expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(
      Array.from({ length: 6 }, () => [1001, 'Going away']),
    );
  });
});

describe('protection', () => {
  it('each message is inspected: dropped, counted or ended, and a broken inspection allows nothing', async () => {
    const us = await stage({
      handlers: { $default: () => reply('through') },
      replies: ['$default'],
      options: {
        inspect: (message) => {
          const { text } = message;
          if (text === 'boom') throw new Error('rule broke');
          if (text === 'later') return Promise.resolve({ action: 'drop', rule: 'r2', says: 'slow rule' });
          if (text?.includes('attack') === true) return { action: 'drop', rule: 'r1', says: 'attack' };
          if (text === 'watch') return { action: 'count', rule: 'r3', says: 'watched' };
          if (text === 'evil') return { action: 'close', rule: 'r4', says: 'evil' };
          return message.json() === undefined ? { action: 'drop', rule: 'x', says: '' } : { action: 'pass' };
        },
      },
    });
    const { ws, next, ended } = await client(us.url);
    for (const [sent, message] of [
      ['fine', 'through'],
      ['an attack', 'Forbidden'],
      ['later', 'Forbidden'],
      ['boom', 'Forbidden'],
      ['watch', 'through'],
    ] as const) {
      ws.send(sent);
      expect(await next(), sent).toContain(message);
    }
    ws.send('evil');
    expect(await ended).toEqual([1008, 'Forbidden']);
    const why = us.happened.flatMap((what) =>
      'why' in what && what.kind !== 'closed' ? [`${what.kind} ${what.why}`] : [],
    );
    expect(why).toEqual(['dropped r1', 'dropped r2', 'dropped inspection-failed', 'counted r3', 'dropped r4']);
    const reasons = us.happened.flatMap((what) => (what.kind === 'dropped' ? [`socket.${what.reason}`] : []));
    expect(reasons).toEqual([
      'socket.message-rule',
      'socket.message-rule',
      'socket.message-broken',
      'socket.message-rule',
    ]);
    await until(() => us.happened.at(-1)!.kind === 'closed');
    expect(us.happened.at(-1)).toMatchObject({ code: 1008, by: 'us', why: 'r4' });
  });

  it('an answer to a client who does not read is given up and told, and nothing is heaped up for him', async () => {
    const us = await stage({
      handlers: { $default: () => reply('x') },
      replies: ['$default'],
      options: { limits: { ...defaultLimits, maxPending: -1 } },
    });
    const { ws } = await client(us.url);
    ws.send('hello');
    await until(() => us.happened.some((what) => what.kind === 'dropped'));
    const dropped = us.happened.find((what) => what.kind === 'dropped')!;
    expect(`socket.${dropped.reason}`).toBe('socket.message-slow');
    ws.terminate();
  });

  it('ER-3: messages per connection, address and key', async () => {
    const limit = { rate: 0.001, burst: 2 };
    for (const by of ['perConnection', 'perAddress', 'perKey'] as const) {
      const rates = { perConnection: null, perAddress: null, perKey: null, [by]: limit };
      const us = await stage({ handlers: { $default: () => reply('ok') }, replies: ['$default'], options: { rates } });
      const first = await client(us.url, { headers: { 'x-api-key': 'k1' } });
      const second = await client(us.url, { headers: { 'x-api-key': by === 'perKey' ? 'k1' : 'k2' } });
      const said: string[] = [];
      for (const { ws, next } of [first, first, first, second]) {
        ws.send('x');
        said.push((await next()).includes('Too Many Requests') ? 'no' : 'yes');
      }
      // The second connection has a bucket of its own only where connections have.
      expect([by, ...said]).toEqual([by, 'yes', 'yes', 'no', by === 'perConnection' ? 'yes' : 'no']);
    }
  });

  it('a flood is ended with 1008 where the document says so', async () => {
    const us = await stage({
      handlers: { $default: () => undefined },
      options: { overRate: 'close', rates: { perConnection: { rate: 1, burst: 5 }, perAddress: null, perKey: null } },
    });
    const { ws, ended } = await client(us.url);
    for (let i = 0; i < 50; i++) ws.send('flood');
    expect(await ended).toEqual([1008, 'Too many messages']);
    expect(us.happened.filter((what) => what.kind === 'dropped').length).toBe(1);
  });

  it('connections per address, per key and in all', async () => {
    for (const [budget, value] of [
      ['total', 2],
      ['perAddress', 2],
      ['perKey', 2],
    ] as const) {
      const budgets = { total: null, perAddress: null, perKey: null, [budget]: value };
      const us = await stage({ handlers: {}, options: { budgets } });
      const headers = { 'x-api-key': 'k' };
      const first = await client(us.url, { headers });
      await client(us.url, { headers });
      expect((await refusedWith(us.url, { headers })).status, budget).toBe(429);
      first.ws.close();
      await until(() => us.api.registry.size === 1);
      await client(us.url, { headers });
    }
  });

  it('a place is held while $connect runs, so a burst cannot overdraw', async () => {
    const us = await stage({
      handlers: { $connect: () => new Promise((resolve) => void setTimeout(() => resolve({ statusCode: 200 }), 50)) },
      options: { budgets: { total: null, perAddress: 3, perKey: null } },
    });
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => client(us.url)));
    expect(tries.filter((one) => one.status === 'fulfilled').length).toBe(3);
  });

  it('only so many messages of one connection are under way at a time', async () => {
    let most = 0;
    let now = 0;
    const us = await stage({
      handlers: {
        $default: async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => void setTimeout(resolve, 5));
          now--;
          return reply('done');
        },
      },
      replies: ['$default'],
      options: { maxInFlight: 3 },
    });
    const { ws, got } = await client(us.url);
    for (let i = 0; i < 20; i++) ws.send(`m${i}`);
    await until(() => got.length === 20);
    expect(most).toBe(3);
  });

  it('LM-10: an idle connection is ended with 1001', async () => {
    const us = await stage({ handlers: {}, options: { limits: { ...defaultLimits, idleMs: 100 } } });
    const { ended } = await client(us.url);
    expect(await ended).toEqual([1001, 'Going away']);
  });
});
