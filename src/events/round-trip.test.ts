import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, utf8 } from '../base/bytes.ts';
import { albShape, type AlbEvent } from './alb.ts';
import { authorizerEvent, requestOfAuthorizer } from './authorizer.ts';
import { httpShape, type HttpEvent } from './http.ts';
import { logTime } from './parts.ts';
import { restShape, type RestEvent } from './rest.ts';
import { connectEvent, fromSocketEvent, messageEvent, type SocketFacts } from './websocket.ts';

/** An event turned into a request and back is the same event, for whatever a client may send. */

const taken = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
]);
for (const more of [
  'transfer-encoding',
  'trailer',
  'upgrade',
  'www-authenticate',
  'cookie',
  'authorization',
  'user-agent',
  'keep-alive',
  'content-type',
  'content-encoding',
  'x-forwarded-for',
  'x-forwarded-proto',
])
  taken.add(more);

const headerName = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/).filter((name) => !taken.has(name));
const headerValue = fc.stringMatching(/^[!-~]([ -~]{0,14}[!-~])?$/);
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const segment = fc.stringMatching(/^[A-Za-z0-9\-._~]{1,8}$/).filter((part) => part !== '.' && part !== '..');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
const map = <T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 4 })
    .map((entries) => Object.fromEntries(entries) as Record<string, T>);
const values = (value: fc.Arbitrary<string>) => fc.array(value, { minLength: 1, maxLength: 3 });
const last = (all: Record<string, string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, list]) => [name, list.at(-1) as string]));
const ip = fc.ipV4();
const orNull = <T extends object>(value: T): T | null => (Object.keys(value).length === 0 ? null : value);
const body = fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: null });
const plain = fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { nil: null });
const scalar = fc.oneof(fc.string({ maxLength: 5 }), fc.integer());

const restEvent: fc.Arbitrary<RestEvent> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'DELETE'),
    path,
    headers: map(headerName, values(headerValue)),
    query: map(text, values(text)),
    params: map(segment, text),
    variables: map(segment, text),
    ip,
    at: fc.integer({ min: 0, max: 4e12 }),
    authorizer: fc.option(map(segment, scalar), { nil: undefined }),
    binary: body,
    text: plain,
  })
  .map((given): RestEvent => {
    const encoded = given.binary !== null;
    return {
      resource: '/{proxy+}',
      path: given.path,
      httpMethod: given.method,
      headers: { ...last(given.headers), 'Content-Type': 'image/png' },
      multiValueHeaders: { ...given.headers, 'Content-Type': ['image/png'] },
      queryStringParameters: orNull(last(given.query)),
      multiValueQueryStringParameters: orNull(given.query),
      pathParameters: orNull(given.params),
      stageVariables: orNull(given.variables),
      requestContext: {
        accountId: '123456789012',
        apiId: 'abc',
        deploymentId: 'd1',
        domainName: 'abc.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'abc',
        extendedRequestId: 'x=',
        httpMethod: given.method,
        identity: {
          accessKey: null,
          accountId: null,
          caller: null,
          cognitoAuthenticationProvider: null,
          cognitoAuthenticationType: null,
          cognitoIdentityId: null,
          cognitoIdentityPoolId: null,
          principalOrgId: null,
          sourceIp: given.ip,
          user: null,
          userAgent: null,
          userArn: null,
          apiKeyId: 'k1',
        },
        path: `/prod${given.path}`,
        protocol: 'HTTP/1.1',
        requestId: 'r',
        requestTime: logTime(given.at),
        requestTimeEpoch: given.at,
        resourceId: 'q',
        resourcePath: '/{proxy+}',
        stage: 'prod',
        ...(given.authorizer === undefined ? {} : { authorizer: given.authorizer }),
      },
      body: given.binary ? base64(given.binary) : given.text,
      isBase64Encoded: encoded,
    };
  });

const httpEvent: fc.Arbitrary<HttpEvent> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PATCH'),
    path,
    headers: map(headerName, headerValue),
    cookies: fc.array(fc.stringMatching(/^[a-z]{1,4}=[a-z0-9]{0,6}$/), { maxLength: 3 }),
    query: fc.array(fc.tuple(text, text), { maxLength: 4 }),
    params: map(segment, text),
    ip,
    at: fc.integer({ min: 0, max: 4e12 }),
    binary: body,
    text: plain,
  })
  .map((given): HttpEvent => {
    const rawQueryString = given.query
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&');
    const joined = new Map<string, string>();
    for (const [name, value] of given.query)
      joined.set(name, joined.has(name) ? `${joined.get(name)},${value}` : value);
    const sent = given.binary ?? given.text;
    return {
      version: '2.0',
      routeKey: 'ANY /{proxy+}',
      rawPath: given.path,
      rawQueryString,
      ...(given.cookies.length === 0 ? {} : { cookies: given.cookies }),
      headers: { ...given.headers, 'content-type': given.binary ? 'application/octet-stream' : 'text/plain' },
      ...(joined.size === 0 ? {} : { queryStringParameters: Object.fromEntries(joined) }),
      requestContext: {
        accountId: '123456789012',
        apiId: 'abc',
        domainName: 'abc.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'abc',
        http: { method: given.method, path: given.path, protocol: 'HTTP/1.1', sourceIp: given.ip, userAgent: '' },
        requestId: 'r',
        routeKey: 'ANY /{proxy+}',
        stage: '$default',
        time: logTime(given.at),
        timeEpoch: given.at,
      },
      ...(sent === null ? {} : { body: given.binary ? base64(given.binary) : (given.text as string) }),
      ...(Object.keys(given.params).length === 0 ? {} : { pathParameters: given.params }),
      isBase64Encoded: given.binary !== null,
    };
  });

const albEvent: fc.Arbitrary<AlbEvent> = fc
  .record({ path, headers: map(headerName, values(headerValue)), query: map(segment, values(segment)), text: plain })
  .map((given): AlbEvent => ({
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/1' } },
    httpMethod: 'POST',
    path: given.path,
    multiValueQueryStringParameters: given.query,
    multiValueHeaders: { ...given.headers, 'content-type': ['text/plain'] },
    body: given.text ?? '',
    isBase64Encoded: false,
  }));

describe('event to request to event is the identity', () => {
  it('REST, payload 1.0', async () => {
    await fc.assert(
      fc.asyncProperty(restEvent, async (event) => {
        const { request, viewer, context } = restShape.fromEvent(event);
        expect(await restShape.toEvent(request, viewer, context)).toEqual(event);
      }),
      { numRuns: 300 },
    );
  });

  it('HTTP API, payload 2.0', async () => {
    await fc.assert(
      fc.asyncProperty(httpEvent, async (event) => {
        const { request, viewer, context } = httpShape.fromEvent(event);
        expect(await httpShape.toEvent(request, viewer, context)).toEqual(event);
      }),
      { numRuns: 300 },
    );
  });

  it('load balancer', async () => {
    await fc.assert(
      fc.asyncProperty(albEvent, async (event) => {
        const { request, viewer, context } = albShape.fromEvent(event);
        expect(await albShape.toEvent(request, viewer, context)).toEqual(event);
      }),
      { numRuns: 200 },
    );
  });

  it('REQUEST authorizers, 1.0 and 2.0', async () => {
    await fc.assert(
      fc.asyncProperty(restEvent, httpEvent, async (rest, http) => {
        const one = restShape.fromEvent({ ...rest, body: null, isBase64Encoded: false });
        const first = authorizerEvent('request-1', one.request, one.viewer, one.context, []);
        const back = requestOfAuthorizer(first);
        expect(back).not.toBeNull();
        if (back) expect(authorizerEvent('request-1', back.request, back.viewer, back.context, [])).toEqual(first);
        const two = httpShape.fromEvent(http);
        const second = authorizerEvent('request-2', two.request, two.viewer, two.context, ['a', 'b']);
        const again = requestOfAuthorizer(second);
        expect(again).not.toBeNull();
        if (again)
          expect(authorizerEvent('request-2', again.request, again.viewer, again.context, ['a', 'b'])).toEqual(second);
      }),
      { numRuns: 100 },
    );
  });

  it('WebSocket connect and message', () => {
    const facts: SocketFacts = {
      connectionId: 'JC1dgf9yoAMCK-g=',
      connectedAt: 1,
      apiId: 'ws',
      stage: 'dev',
      domainName: 'd',
      sourceIp: '192.0.2.1',
      userAgent: 'x',
      authorizer: { principalId: 'me' },
      stageVariables: null,
    };
    fc.assert(
      fc.property(
        map(headerName, values(headerValue)),
        map(segment, values(text)),
        plain,
        (headers, query, message) => {
          const event = connectEvent(
            {
              target: `/dev?${Object.entries(query)
                .flatMap(([name, list]) => list.map((value) => `${name}=${encodeURIComponent(value)}`))
                .join('&')}`,
              headers: fromSocketEvent({
                multiValueHeaders: headers,
                requestContext: messageEvent('', 'x', 'm', facts, 'r', 5).requestContext,
                isBase64Encoded: false,
              }).request.headers,
            },
            facts,
            'r',
            5,
          );
          const back = fromSocketEvent(event);
          expect(back.facts).toEqual(facts);
          expect(connectEvent(back.request, back.facts, 'r', 5)).toEqual(event);
          const sent = messageEvent(message ?? '', 'send', 'm1', facts, 'r', 5);
          const read = fromSocketEvent(sent);
          expect(messageEvent(read.message ?? '', 'send', 'm1', read.facts, 'r', 5)).toEqual(sent);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('a body that is not UTF-8 survives as base64', async () => {
    const bytes = new Uint8Array([0xff, 0x00, 0xfe]);
    const { request, viewer, context } = httpShape.fromEvent({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/',
      rawQueryString: '',
      headers: {},
      requestContext: {
        accountId: '',
        apiId: '',
        domainName: '',
        domainPrefix: '',
        http: { method: 'POST', path: '/', protocol: 'HTTP/1.1', sourceIp: '::1', userAgent: '' },
        requestId: '',
        routeKey: '$default',
        stage: '$default',
        time: logTime(0),
        timeEpoch: 0,
      },
      body: base64(bytes),
      isBase64Encoded: true,
    });
    expect(await request.body?.bytes()).toEqual(bytes);
    expect((await httpShape.toEvent(request, viewer, context)).body).toBe(base64(bytes));
    expect(utf8('é')).toHaveLength(2);
  });
});
