import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auth1,
  auth2,
  doors,
  edge,
  http,
  map,
  ok,
  rest,
  socket,
  socketContext,
} from '../../test/support/lambda-doors.ts';
import { authorizer } from './authorizer.ts';
import { edgeRequest } from './edge-request.ts';
import type { GuardOptions } from './guard.ts';
import { httpApi } from './http-api.ts';
import { protect } from './protect.ts';
import { webSocket } from './websocket.ts';

let rows = 0;
// The whole line is loaded by the first event; that load is not what these tests are about.
beforeAll(async () => void (await import('../pipeline/app.ts')), 60_000);
afterAll(() => console.info(`Lambda doors: ${rows} rows`));

const names = Object.keys(doors(() => {})) as (keyof ReturnType<typeof doors>)[];

describe.each(names)('%s', (name) => {
  const lines: string[] = [];
  const { call, good, passed } = doors((line) => lines.push(line))[name];

  it('lets a good request through', async () => {
    rows++;
    expect(passed(await call(structuredClone(good)))).toBe(true);
  });

  // A function of the user's own has no rules.
  it.runIf(name !== 'Lambda@Edge, all moments')(
    'refuses what a rule refuses, with the decision on a line',
    async () => {
      rows++;
      lines.length = 0;
      const bad = JSON.parse(
        JSON.stringify(good)
          .replaceAll('"/x"', '"/secret"')
          .replaceAll('"$connect"', '"$connect"')
          .replaceAll('/prod"', '/secret"'),
      ) as object;
      const target =
        name === 'WebSocket'
          ? {
              ...good,
              headers: { Host: 'a.test', 'User-Agent': 'sqlmap' },
              multiValueHeaders: { Host: ['a.test'], 'User-Agent': ['sqlmap'] },
            }
          : bad;
      expect(passed(await call(target))).toBe(false);
      expect(lines.map((line) => (JSON.parse(line) as { code: string }).code)).toEqual(['rules.denied']);
    },
  );

  const drop = (path: string): unknown => {
    const copy = structuredClone(name === 'Lambda@Edge' ? edge().Records[0]?.cf.request : good) as Record<
      string,
      unknown
    >;
    const parts = path.split('.');
    const holder = parts
      .slice(0, -1)
      .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
    delete holder[parts.at(-1) as string];
    return name === 'Lambda@Edge'
      ? { Records: [{ cf: { config: { eventType: 'viewer-request' }, request: copy } }] }
      : copy;
  };
  const needed: Readonly<Record<string, readonly string[]>> = {
    'HTTP API': [
      'rawPath',
      'rawQueryString',
      'headers',
      'requestContext',
      'requestContext.http.method',
      'requestContext.http.sourceIp',
      'version',
      'isBase64Encoded',
    ],
    'REST API': ['path', 'httpMethod', 'requestContext', 'requestContext.identity.sourceIp'],
    'load balancer': ['path', 'httpMethod', 'requestContext'],
    'protect, HTTP API': ['rawPath', 'headers', 'requestContext.http.sourceIp'],
    'protect, REST API': ['path', 'httpMethod', 'requestContext.identity.sourceIp'],
    'authorizer 1.0': ['type', 'methodArn', 'requestContext'],
    'authorizer 2.0': ['type', 'routeArn', 'rawPath', 'version', 'requestContext.http.method'],
    WebSocket: [
      'requestContext',
      'requestContext.eventType',
      'requestContext.connectionId',
      'requestContext.identity.sourceIp',
    ],
    'Lambda@Edge': ['clientIp', 'method', 'uri', 'querystring', 'headers'],
  };
  const malformed: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['a list', []],
    ['an empty object', {}],
    ...(needed[name] ?? []).map((path) => [`no ${path}`, drop(path)] as const),
  ];
  it.each(malformed)('denies %s with a named reason and a line', async (_says, event) => {
    rows++;
    lines.length = 0;
    expect(passed(await call(event))).toBe(false);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      kind: 'refusal',
      code: expect.stringMatching(/^lambda\.event-/) as string,
    });
  });
});

describe('what a platform may send and no door takes', () => {
  const lines: string[] = [];
  const code = (): string => (JSON.parse(lines.at(-1) ?? '{}') as { code: string }).code;
  const all = doors((line) => lines.push(line));
  it.each([
    ['HTTP API', { ...http, version: '1.0' }, 'lambda.event-version'],
    ['HTTP API', { ...http, isBase64Encoded: true, body: '%%%' }, 'lambda.event-base64'],
    ['HTTP API', { ...http, body: 'x'.repeat(10_000_000) }, 'lambda.event-size'],
    ['HTTP API', { ...http, headers: { a: 1 } }, 'lambda.event-shape'],
    ['REST API', { ...rest, version: '2.0' }, 'lambda.event-version'],
    ['REST API', { ...rest, multiValueHeaders: { a: 'x' } }, 'lambda.event-shape'],
    ['authorizer 2.0', auth1, 'lambda.event-version'],
    ['authorizer 1.0', { ...auth2, methodArn: 'a' }, 'lambda.event-version'],
    ['authorizer 1.0', { type: 'TOKEN', methodArn: 'a', authorizationToken: 't' }, 'lambda.event-shape'],
    ['authorizer 1.0', { ...auth1, methodArn: `arn:${'x'.repeat(600)}` }, 'lambda.arn-long'],
    ['Lambda@Edge', edge({}, 'viewer-response'), 'lambda.event-shape'],
    ['WebSocket', { ...socket, requestContext: { ...socketContext, eventType: 'PING' } }, 'lambda.event-shape'],
  ] as const)('%s: %#', async (name, event, expected) => {
    rows++;
    expect(all[name].passed(await all[name].call(event))).toBe(false);
    expect(code()).toBe(expected);
  });
});

describe('what only one door does', () => {
  it('an authorizer refuses to be made with a rule that needs the body, and names the alternatives', () => {
    const hook = {
      default: [{ name: 'hmac-signature', params: { secrets: ['S'], header: 'x-hub-signature-256' } }],
    } as unknown as GuardOptions['map'];
    expect(() => authorizer({ map: hook, payload: '2.0', secret: () => 's' })).toThrow(/protect\(\).*httpApi/);
  });
  it('a simple answer goes with payload 2.0 only', () => {
    expect(() => authorizer({ map, payload: '1.0', answer: 'simple' })).toThrow('payload 2.0 only');
  });
  it('a map with a slip in it is refused when the door is made', () => {
    expect(() => protect(ok, { map: { default: [{ name: 'user-agnt' }] } as unknown as GuardOptions['map'] })).toThrow(
      'did you mean "user-agent"?',
    );
  });
  it('an authorizer tells code and trace to the API in its context', async () => {
    const call = authorizer({ map, payload: '2.0', write() {} });
    const requestContext = { ...auth2.requestContext, http: { ...auth2.requestContext.http, path: '/secret' } };
    expect(await call({ ...auth2, rawPath: '/secret', requestContext })).toEqual({
      isAuthorized: false,
      context: { trace: expect.any(String) as string, code: 'rules.denied' },
    });
  });
  it('protect shows the body to the rules', async () => {
    const sized = { default: [{ name: 'size-limits', params: { body: 5 } }] } as unknown as GuardOptions['map'];
    const call = protect(ok, { map: sized, write() {} });
    expect(await call({ ...http, body: '12345' })).toEqual({ statusCode: 200, body: 'mine' });
    expect(await call({ ...http, body: '123456' })).toMatchObject({ statusCode: 413 });
  });
  it('a WebSocket message passes the rules, a refused one is answered and never handled; a disconnect always is', async () => {
    const seen: unknown[] = [];
    const call = webSocket({
      map,
      write() {},
      handler: (event) => (seen.push((event as { body?: string }).body ?? 'bye'), { statusCode: 200 }),
    });
    const message = (body: string): object => ({
      ...socket,
      headers: undefined,
      multiValueHeaders: undefined,
      body,
      requestContext: { ...socketContext, eventType: 'MESSAGE', routeKey: '$default', messageId: 'm' },
    });
    expect(await call(message('short'))).toEqual({ statusCode: 200 });
    expect(await call(message('much too long'))).toEqual({
      statusCode: 413,
      body: '{"message":"Forbidden","connectionId":"c=","requestId":"r"}',
    });
    await call({ ...socket, requestContext: { ...socketContext, eventType: 'DISCONNECT', routeKey: '$disconnect' } });
    expect(seen).toEqual(['short', 'bye']);
  });
  it('a body cut by Lambda@Edge is refused where a rule has to see all of it', async () => {
    const hook = {
      default: [{ name: 'hmac-signature', params: { secrets: ['S'], header: 'x-hub-signature-256' } }],
    } as unknown as GuardOptions['map'];
    const lines: string[] = [];
    const call = edgeRequest({ map: hook, secret: () => 's', write: (line) => lines.push(line) });
    expect(await call(edge({ body: { inputTruncated: true, encoding: 'text', data: 'x' } }))).toMatchObject({
      status: '403',
    });
    expect(lines[0]).toContain('lambda.body-cut');
  });
  it('a document that cannot be loaded lets nobody in and is tried again', async () => {
    const lines: string[] = [];
    const call = httpApi({ document: { routes: 1 } }, { write: (line) => lines.push(line) });
    expect(await call(http)).toMatchObject({ statusCode: 500 });
    expect(await call(http)).toMatchObject({ statusCode: 500 });
    expect(lines.filter((line) => line.includes('could not be loaded'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('lambda.start'))).not.toHaveLength(0);
  });
  it('an answer that Lambda could not return is a 502', async () => {
    const lines: string[] = [];
    const body = 'x'.repeat(7_000_000);
    const document = { store: { use: 'memory' }, routes: { $default: { to: { use: 'mock', with: { body } } } } };
    const call = httpApi({ document }, { write: (line) => lines.push(line) });
    expect(await call(http)).toMatchObject({ statusCode: 502 });
    expect(lines.join()).toContain('lambda.answer-size');
  });
  it('an address is assumed only where the event tells none, and only where one was given', async () => {
    const own = { default: [{ name: 'ip-set', params: { allow: ['10.0.0.0/8'] } }] } as unknown as GuardOptions['map'];
    const event = { ...auth2, requestContext: { ...auth2.requestContext, http: { method: 'GET', path: '/x' } } };
    const ask = (assumeAddress?: string, given: object = event): Promise<unknown> =>
      authorizer({ map: own, payload: '2.0', assumeAddress, write() {} })(given);
    expect(await ask()).toMatchObject({ isAuthorized: false, context: { code: 'lambda.event-shape' } });
    expect(await ask('10.1.2.3')).toMatchObject({ isAuthorized: true });
    expect(await ask('10.1.2.3', auth2)).toMatchObject({ isAuthorized: false, context: { code: 'rules.denied' } });
  });
  it('an authorizer asked round the distribution that knows the secret denies', async () => {
    const lines: string[] = [];
    const call = webSocket({
      map,
      originSecret: { header: 'x-origin-verify', secrets: ['S'] },
      secret: () => 'the secret',
      write: (line) => lines.push(line),
      handler: () => ({ statusCode: 200 }),
    });
    expect(await call(socket)).toMatchObject({ statusCode: 403 });
    expect(lines.join()).toContain('lambda.origin');
  });
  it('a message behind an authorizer is the viewer’s that it has named; the handshake is not looked at again', async () => {
    const only = { default: [{ name: 'ip-set', params: { allow: ['203.0.113.9/32'] } }] } as unknown as typeof map;
    const call = webSocket({ map: only, behindAuthorizer: true, write() {}, handler: () => ({ statusCode: 200 }) });
    const from = (viewer: unknown, eventType: string) =>
      call({
        ...socket,
        requestContext: { ...socket.requestContext, eventType, authorizer: { viewer } },
        body: 'hello',
      });
    expect(await from('203.0.113.9', 'CONNECT')).toEqual({ statusCode: 200 });
    expect(await from('203.0.113.9', 'MESSAGE')).toEqual({ statusCode: 200 });
    expect(await from('198.51.100.1', 'MESSAGE')).toMatchObject({ statusCode: 403 });
    expect(await from(7, 'MESSAGE')).toMatchObject({ statusCode: 403 });
  });
  it('a whole line asked round the distribution refuses; asked by it, it sees the viewer and not the secret', async () => {
    const lines: string[] = [];
    const document = {
      store: { use: 'memory' },
      rules: {
        map: {
          default: [
            { name: 'ip-set', params: { allow: ['203.0.113.9/32'] } },
            { name: 'header-check', params: { forbidden: ['x-origin-verify'] } },
          ],
        },
      },
      routes: { $default: { to: { use: 'mock', with: { status: 204 } } } },
    };
    const call = httpApi(
      { document },
      {
        originSecret: { header: 'X-Origin-Verify', secrets: ['S'] },
        secret: () => 'the secret',
        write: (line) => lines.push(line),
      },
    );
    expect(await call(http)).toMatchObject({ statusCode: 403 });
    expect(lines.join()).toContain('lambda.origin');
    const by = (forwarded: string, secret = 'the secret') =>
      call({ ...http, headers: { ...http.headers, 'x-origin-verify': secret, 'x-forwarded-for': forwarded } });
    expect(await by('203.0.113.9, 192.0.2.1', 'a guess')).toMatchObject({ statusCode: 403 });
    // What the viewer wrote stands further left, and is not believed.
    expect(await by('203.0.113.9, 198.51.100.1, 192.0.2.1')).toMatchObject({ statusCode: 403 });
    expect(await by('198.51.100.1, 203.0.113.9, 192.0.2.1')).toMatchObject({ statusCode: 204 });
    expect(await by('203.0.113.9')).toMatchObject({ statusCode: 204 });
  });
  it('a door that breaks lets nobody in', async () => {
    const lines: string[] = [];
    let reached = false;
    const call = protect(() => ((reached = true), { statusCode: 200 }), { map, write: (line) => lines.push(line) });
    let looked = 0;
    const odd = new Proxy(
      { host: 'a.test' },
      {
        // It holds still while its shape is looked at, and breaks when it is read.
        ownKeys(target) {
          if (++looked > 1) throw new Error('cannot be read');
          return Reflect.ownKeys(target);
        },
      },
    );
    expect(await call({ ...http, headers: odd }, {})).toMatchObject({ statusCode: 500 });
    expect(lines.join()).toContain('lambda.broken');
    expect(reached).toBe(false);
  });
  it('a REST answer that is text goes as text whatever its type says', async () => {
    expect(await doors(() => {})['REST API'].call(rest)).toMatchObject({ body: 'tea', isBase64Encoded: false });
  });
});

describe('the table', () => {
  it('ran enough rows to mean something', () => expect(rows).toBeGreaterThanOrEqual(95));
});
