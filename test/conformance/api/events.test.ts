import { afterEach, describe, expect, it } from 'vitest';
import type { HttpEvent } from '../../../src/events/http.ts';
import type { RestEvent } from '../../../src/events/rest.ts';
import { api, closeAll, fn, message, ok } from './kit.ts';

afterEach(closeAll);

const rest = (
  handler: (event: never, context: never, callback: never) => unknown = ok,
  more: object = {},
  routes: object = { 'ANY /a': fn('f') },
) => api({ kind: 'rest', routes, ...more }, { handlers: { f: handler as never } });
const returns = (value: unknown, more: object = {}) => rest(async () => value, more);

describe('REST events, payload 1.0', () => {
  it('EV1 the full shape, nulls where nothing applies', async () => {
    const { send, events } = await rest();
    await send({
      method: 'POST',
      target: '/prod/a',
      headers: { 'x-Custom': '1', 'user-agent': 'test', authorization: 'Bearer x' },
      body: 'hello',
      address: '192.0.2.7',
    });
    const event = (events['f'] as RestEvent[])[0] as RestEvent;
    expect(Object.keys(event).sort()).toEqual(
      [
        'body',
        'headers',
        'httpMethod',
        'isBase64Encoded',
        'multiValueHeaders',
        'multiValueQueryStringParameters',
        'path',
        'pathParameters',
        'queryStringParameters',
        'requestContext',
        'resource',
        'stageVariables',
      ].sort(),
    );
    expect(event).toMatchObject({
      resource: '/a',
      path: '/a',
      httpMethod: 'POST',
      body: 'hello',
      isBase64Encoded: false,
      pathParameters: null,
      stageVariables: null,
    });
    expect(event.headers).toMatchObject({ 'x-Custom': '1', 'User-Agent': 'test', Authorization: 'Bearer x' });
    expect(Object.keys(event.requestContext).sort()).toEqual(
      [
        'accountId',
        'apiId',
        'deploymentId',
        'domainName',
        'domainPrefix',
        'extendedRequestId',
        'httpMethod',
        'identity',
        'path',
        'protocol',
        'requestId',
        'requestTime',
        'requestTimeEpoch',
        'resourceId',
        'resourcePath',
        'stage',
      ].sort(),
    );
    expect(event.requestContext.requestTime).toBe('01/Jan/2026:00:00:00 +0000');
    expect(event.requestContext.requestTimeEpoch).toBe(Date.UTC(2026, 0, 1));
    expect(Object.keys(event.requestContext.identity).sort()).toEqual(
      [
        'accessKey',
        'accountId',
        'caller',
        'cognitoAuthenticationProvider',
        'cognitoAuthenticationType',
        'cognitoIdentityId',
        'cognitoIdentityPoolId',
        'principalOrgId',
        'sourceIp',
        'user',
        'userAgent',
        'userArn',
      ].sort(),
    );
    expect(event.requestContext.identity).toMatchObject({ sourceIp: '192.0.2.7', userAgent: 'test', caller: null });
  });

  it('EV1-1 trace and forwarded fields are added, an X-Forwarded-For that came is kept, the source is the peer', async () => {
    const { get, events } = await rest();
    await get('/prod/a', { 'X-Forwarded-For': '198.51.100.9' });
    const event = (events['f'] as RestEvent[])[0] as RestEvent;
    expect(event.headers['X-Amzn-Trace-Id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(event.headers).toMatchObject({
      'X-Forwarded-For': '198.51.100.9, 127.0.0.1',
      'X-Forwarded-Port': '8080',
      'X-Forwarded-Proto': 'http',
    });
    expect(event.requestContext.identity.sourceIp).toBe('127.0.0.1');
  });

  it('EV1-2 fields that end at the gateway never reach the function', async () => {
    const { send, events } = await rest();
    const names = [
      'Content-MD5',
      'Expect',
      'Max-Forwards',
      'Proxy-Authenticate',
      'Server',
      'TE',
      'Trailer',
      'Upgrade',
      'WWW-Authenticate',
      'Connection',
    ];
    await send({ target: '/prod/a', headers: Object.fromEntries(names.map((name) => [name, 'x'])) });
    const found = Object.keys((events['f'] as RestEvent[])[0]?.headers ?? {}).map((name) => name.toLowerCase());
    for (const name of names) expect(found).not.toContain(name.toLowerCase());
    expect(found).toContain('host');
  });

  it('EV1-5 the request id may come from the client when it is a UUID, the extended one never', async () => {
    const { get, events } = await rest();
    const id = '8a9bb7a8-9c0e-4f0c-8f6e-3a1c2b4d5e6f';
    expect((await get('/prod/a', { 'x-amzn-RequestId': id })).headers.get('x-amzn-requestid')).toBe(id);
    await get('/prod/a', { 'x-amzn-RequestId': 'evil' });
    const [one, two] = events['f'] as RestEvent[];
    expect(one?.requestContext.requestId).toBe(id);
    expect(two?.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(one?.requestContext.extendedRequestId).not.toBe(id);
  });

  it('BN-1 BN-2 a matching content type makes the body base64, text or not; parameters do not count', async () => {
    const { send, events } = await rest(ok, { binaryMediaTypes: ['image/*', 'text/plain'] });
    await send({
      method: 'POST',
      target: '/prod/a',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'hi',
    });
    await send({
      method: 'POST',
      target: '/prod/a',
      headers: { 'content-type': 'application/x' },
      body: new Uint8Array([0xff, 0x41]),
    });
    await send({ method: 'POST', target: '/prod/a', body: '{}' });
    const [one, two, three] = events['f'] as RestEvent[];
    expect([one?.body, one?.isBase64Encoded]).toEqual(['aGk=', true]);
    expect([two?.body, two?.isBase64Encoded]).toEqual(['\ufffdA', false]);
    expect([three?.body, three?.isBase64Encoded]).toEqual(['{}', false]);
  });
});

const failed = (answer: { status: number; body: string; headers: { get(name: string): string | undefined } }) => [
  answer.status,
  answer.body,
  answer.headers.get('x-amzn-errortype'),
];
const bad = [502, '{"message":"Internal server error"}', 'InternalServerErrorException'];

describe('REST proxy answers', () => {
  it('PR-1 only five keys are known', async () => {
    expect(failed(await (await returns({ statusCode: 200, extra: 1 })).get('/prod/a'))).toEqual(bad);
    expect((await (await returns({})).get('/prod/a')).status).toBe(200);
  });

  it('PR-2 a missing status is 200, a numeric text is taken, another is not', async () => {
    expect((await (await returns({ body: 'x' })).get('/prod/a')).status).toBe(200);
    expect((await (await returns({ statusCode: '201' })).get('/prod/a')).status).toBe(201);
    expect(failed(await (await returns({ statusCode: 'test' })).get('/prod/a'))).toEqual(bad);
  });

  it('PR-3 the answer must be an object', async () => {
    const values = ['text', 7, [1], null, undefined, true];
    for (const value of values) expect(failed(await (await returns(value)).get('/prod/a')), String(value)).toEqual(bad);
    expect(values).toHaveLength(6);
  });

  it('PR-4 header values are texts or booleans; a number only where the API is not strict', async () => {
    const answer = await (await returns({ headers: { a: true, b: 'x' } })).get('/prod/a');
    expect([answer.headers.get('a'), answer.headers.get('b')]).toEqual(['true', 'x']);
    const strict = await returns({ headers: { count: 5 } });
    expect(failed(await strict.get('/prod/a'))).toEqual(bad);
    expect(strict.logs.some((line) => line.says.includes('headers["count"]'))).toBe(true);
    expect(
      (await (await returns({ headers: { count: 5 } }, { strict: false })).get('/prod/a')).headers.get('count'),
    ).toBe('5');
    expect((await (await returns({ headers: null })).get('/prod/a')).status).toBe(200);
  });

  it('PR-5 multiValueHeaders hold lists, null is fine', async () => {
    expect(failed(await (await returns({ multiValueHeaders: { a: 'x' } })).get('/prod/a'))).toEqual(bad);
    expect((await (await returns({ multiValueHeaders: null })).get('/prod/a')).status).toBe(200);
  });

  it('PR-6 both maps merge: the list first, its spelling kept', async () => {
    const answer = await (
      await returns({ headers: { 'x-test': 'c' }, multiValueHeaders: { 'X-Test': ['a', 'b'] } })
    ).get('/prod/a');
    expect(answer.headers.all('x-test')).toEqual(['a', 'b', 'c']);
    expect([...answer.headers].map(([name]) => name)).toContain('X-Test');
  });

  it('PR-7 PR-8 the type defaults to JSON, the body is a text', async () => {
    expect((await (await returns({ body: 'x' })).get('/prod/a')).headers.get('content-type')).toBe('application/json');
    expect(failed(await (await returns({ body: { a: 1 } })).get('/prod/a'))).toEqual(bad);
    expect((await (await returns({ statusCode: 200 })).get('/prod/a')).body).toBe('');
  });

  it('PR-9 BN-3 base64 is decoded only when the first type of Accept is binary', async () => {
    const answer = { body: 'aGVsbG8=', isBase64Encoded: true, headers: { 'content-type': 'image/png' } };
    const cases = [
      [['image/*'], 'image/png', 'hello'],
      [['image/*'], 'text/html, image/png', 'aGVsbG8='],
      [['image/*'], undefined, 'aGVsbG8='],
      [[], 'image/png', 'aGVsbG8='],
    ] as const;
    for (const [binaryMediaTypes, accept, body] of cases) {
      const { get } = await returns(answer, { binaryMediaTypes });
      expect((await get('/prod/a', accept ? { accept } : {})).body, `${binaryMediaTypes.join()} ${accept}`).toBe(body);
    }
    expect(cases).toHaveLength(4);
    const broken = await (
      await returns({ body: '%%%', isBase64Encoded: true }, { binaryMediaTypes: ['*/*'] })
    ).get('/prod/a', { accept: 'image/png' });
    expect([broken.status, message(broken)]).toEqual([500, 'Internal server error']);
  });

  it('PR-10 a thrown error is 502, a missing function 500, a gateway timeout 504', async () => {
    const thrown = await rest(async () => {
      throw new Error('secret detail');
    });
    const answer = await thrown.get('/prod/a');
    expect(failed(answer)).toEqual(bad);
    expect(JSON.stringify([...answer.headers]) + answer.body).not.toContain('secret detail');
    expect(thrown.logs.some((line) => line.says.includes('secret detail'))).toBe(true);
    const none = await api({ kind: 'rest', routes: { 'GET /a': fn('missing') } });
    expect([(await none.get('/prod/a')).status, message(await none.get('/prod/a'))]).toEqual([
      500,
      'Internal server error',
    ]);
    const slow = await api(
      { kind: 'rest', timeout: '50ms', routes: { 'GET /a': fn('f') } },
      { handlers: { f: () => new Promise(() => {}) } },
    );
    expect(failed(await slow.get('/prod/a'))).toEqual([
      504,
      '{"message":"Endpoint request timed out"}',
      'InternalServerErrorException',
    ]);
    const own = await api(
      { kind: 'rest', routes: { 'GET /a': fn('f') } },
      { handlers: { f: () => new Promise(() => {}) }, functionMs: 30 },
    );
    expect(failed(await own.get('/prod/a'))).toEqual(bad);
  });

  it('LM-3 LM-20 more than six megabytes in either direction is a failed call, and says so to the operator alone', async () => {
    for (const [kind, target, status, text] of [
      ['rest', '/prod/a', 502, '{"message":"Internal server error"}'],
      ['http', '/a', 500, '{"message":"Internal Server Error"}'],
    ] as const) {
      const openFunction = () => ({
        invoke: () => ({ kind: 'too-large', which: 'answer', bytes: 7_000_000 }) as const,
        close: async () => {},
      });
      const made = await api({ kind, routes: { 'GET /a': fn('f') } }, { ports: { openFunction } });
      const answer = await made.get(target);
      expect([answer.status, answer.body]).toEqual([status, text]);
      expect(answer.record.code).toBe('integration.function.too-large');
    }
  });

  it('PR-11 the ids are on every answer, the trace on those of functions only', async () => {
    const { get } = await rest(ok, {}, { 'GET /a': fn('f'), 'GET /m': { to: { use: 'mock' } } });
    const made = await get('/prod/a');
    for (const name of ['x-amzn-requestid', 'x-amz-apigw-id', 'x-amzn-trace-id'])
      expect(made.headers.has(name)).toBe(true);
    expect((await get('/prod/m')).headers.has('x-amzn-trace-id')).toBe(false);
    expect((await get('/prod/none')).headers.has('x-amzn-trace-id')).toBe(false);
  });

  it('HR-1 PR-12 some fields of the backend go on under another name', async () => {
    const answer = await (
      await returns({
        headers: {
          Date: 'yesterday',
          Server: 'mine',
          Connection: 'close',
          'Content-Length': '999',
          'WWW-Authenticate': 'Basic',
          Authorization: 'x',
          Expires: 'kept',
        },
        body: 'abc',
      })
    ).get('/prod/a');
    for (const name of ['date', 'server', 'connection', 'content-length', 'www-authenticate', 'authorization']) {
      expect(answer.headers.has(`x-amzn-remapped-${name}`), name).toBe(true);
    }
    expect(answer.headers.get('content-length')).toBe('3');
    expect(answer.headers.get('expires')).toBe('kept');
    expect(answer.headers.get('www-authenticate')).toBeUndefined();
  });
});

const http = (
  handler: (...given: never[]) => unknown = ok,
  more: object = {},
  routes: object = { 'ANY /a/{id}': fn('f') },
) => api({ kind: 'http', routes, ...more }, { handlers: { f: handler as never } });

describe('HTTP API events, payload 2.0', () => {
  it('EV2 the full shape, absent where empty', async () => {
    const { send, events } = await http();
    await send({
      method: 'POST',
      target: '/a/1?x=1&x=2&y=a%20b',
      headers: [
        ['X-One', 'a'],
        ['x-one', 'b'],
        ['Cookie', 'a=1; b=2'],
        ['Content-Type', 'application/json'],
      ],
      body: '{"a":1}',
    });
    await send({ target: '/a/1' });
    const [full, bare] = events['f'] as HttpEvent[];
    expect(full).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /a/{id}',
      rawPath: '/a/1',
      rawQueryString: 'x=1&x=2&y=a%20b',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { x: '1,2', y: 'a b' },
      pathParameters: { id: '1' },
      body: '{"a":1}',
      isBase64Encoded: false,
    });
    expect(full?.headers).toMatchObject({ 'x-one': 'a,b' });
    expect(full?.headers).not.toHaveProperty('cookie');
    expect(Object.keys(full?.requestContext ?? {}).sort()).toEqual([
      'accountId',
      'apiId',
      'domainName',
      'domainPrefix',
      'http',
      'requestId',
      'routeKey',
      'stage',
      'time',
      'timeEpoch',
    ]);
    for (const name of ['cookies', 'queryStringParameters', 'body', 'stageVariables'])
      expect(bare).not.toHaveProperty(name);
    expect(bare?.rawQueryString).toBe('');
  });

  it('BN-7 text types are text, all others base64', async () => {
    const { send, events } = await http();
    const cases = [
      ['text/csv', false],
      ['application/json', false],
      ['application/vnd.x+json', false],
      ['application/xml', false],
      ['application/x-www-form-urlencoded', false],
      ['image/png', true],
      ['multipart/form-data; boundary=x', true],
      ['application/octet-stream', true],
      ['', true],
    ] as const;
    for (const [type] of cases)
      await send({ method: 'POST', target: '/a/1', ...(type ? { headers: { 'content-type': type } } : {}), body: 'x' });
    expect((events['f'] as HttpEvent[]).map((event) => event.isBase64Encoded)).toEqual(
      cases.map(([, encoded]) => encoded),
    );
    await send({
      method: 'POST',
      target: '/a/1',
      headers: { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
      body: 'x',
    });
    expect((events['f'] as HttpEvent[]).at(-1)?.isBase64Encoded).toBe(true);
  });

  it('H2-1 without a status the answer is the body of a 200', async () => {
    const cases: [unknown, string][] = [
      [{ hello: 1 }, '{"hello":1}'],
      ['plain', 'plain'],
      [[1, 2], '[1,2]'],
      [7, '7'],
    ];
    for (const [value, body] of cases) {
      const answer = await (await http(async () => value)).get('/a/1');
      expect([answer.status, answer.body, answer.headers.get('content-type')]).toEqual([200, body, 'application/json']);
    }
    expect(cases).toHaveLength(4);
  });

  it('H2-2 with a status: headers, cookies, body; multiValueHeaders are ignored', async () => {
    const answer = await (
      await http(async () => ({
        statusCode: 201,
        headers: { 'X-A': 1 },
        cookies: ['a=1', 'b=2'],
        multiValueHeaders: { 'x-b': ['no'] },
        body: 'aGk=',
        isBase64Encoded: true,
      }))
    ).get('/a/1');
    expect([
      answer.status,
      answer.headers.get('x-a'),
      answer.headers.all('set-cookie'),
      answer.headers.has('x-b'),
    ]).toEqual([201, '1', ['a=1', 'b=2'], false]);
    expect(answer.body).toBe('hi'); // BN-8: decoded whatever Accept says
  });

  it('H2-3 payload 1.0 keeps the rules of REST, with 500 for failures', async () => {
    const handlers = { f: async () => ({ statusCode: 200, extra: 1 }) };
    const { get } = await api(
      { kind: 'http', routes: { 'GET /a': { to: { use: 'function-rest', with: { file: 'f' } } } } },
      { handlers },
    );
    const answer = await get('/a');
    expect([answer.status, answer.body]).toEqual([500, '{"message":"Internal Server Error"}']);
    const seen = await api(
      { kind: 'http', routes: { 'GET /a': { to: { use: 'function-rest', with: { file: 'f' } } } } },
      { handlers: { f: ok } },
    );
    await seen.get('/a');
    expect(seen.events['f']?.[0]).toMatchObject({ version: '1.0', resource: '/a' });
  });

  it('H2-4 a throw is 500, a timeout 503', async () => {
    const thrown = await (
      await http(async () => {
        throw new Error('x');
      })
    ).get('/a/1');
    expect([thrown.status, thrown.body]).toEqual([500, '{"message":"Internal Server Error"}']);
    const slow = await api(
      { kind: 'http', timeout: '50ms', routes: { 'GET /a': fn('f') } },
      { handlers: { f: () => new Promise(() => {}) } },
    );
    const late = await slow.get('/a');
    expect([late.status, late.body]).toEqual([503, '{"message":"Service Unavailable"}']);
  });
});
