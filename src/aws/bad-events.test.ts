import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auth1,
  auth2,
  balancer,
  doors,
  edge,
  http,
  ok,
  rest,
  socket,
  socketContext,
} from '../../test/support/lambda-doors.ts';
import { edgeRequest } from './edge-request.ts';
import type { GuardOptions } from './guard.ts';
import { protect } from './protect.ts';
import { webSocket } from './websocket.ts';

let rows = 0;
beforeAll(async () => void (await import('../pipeline/app.ts')), 60_000);
afterAll(() => console.info(`events that no door takes: ${rows} rows`));

type Name = keyof ReturnType<typeof doors>;
const lines: string[] = [];
const all = doors((line) => lines.push(line));
const names = Object.keys(all) as Name[];
const codeOf = (line: string | undefined): string => (JSON.parse(line ?? '{}') as { code?: string }).code ?? '';

/** Denied, with one line that has a code, and nothing thrown. */
async function denied(name: Name, event: unknown): Promise<string> {
  rows++;
  lines.length = 0;
  const { call, passed } = all[name];
  expect(passed(await call(event))).toBe(false);
  expect(lines).toHaveLength(1);
  return codeOf(lines[0]);
}

function* pathsIn(value: unknown, at: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    yield [...at, key];
    yield* pathsIn(each, [...at, key]);
  }
}

function changed(event: object, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(event) as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
  const last = path.at(-1) as string;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

/** Nothing is decided by these; whatever stands there, the request is the same. */
const unread =
  /^(?:resource|pathParameters|stageVariables|identitySource|requestContext\.(?:accountId|apiId|domainName|domainPrefix|requestId|routeKey|stage|time|timeEpoch|requestTimeEpoch|http\.(?:protocol|userAgent)|elb\.targetGroupArn))$/;
/** A field that is left out, or that says less and not otherwise. */
const optional =
  /^(?:(?:multiValueH|h)eaders|(?:multiValueQ|q)ueryStringParameters|body|isBase64Encoded|requestContext\.(?:http\.)?path|.*\.user-agent|.*\.key|headers\.Host)$/;
const harmless = (name: Name, path: string, value: unknown): boolean => {
  if (unread.test(path)) return true;
  if (name.startsWith('authorizer') && /^(?:body|isBase64Encoded)$/.test(path)) return true; // never looked at there
  if (path.endsWith('requestContext.path') || path.endsWith('http.path')) return typeof value !== 'string';
  if (optional.test(path) && (value === undefined || value === null || JSON.stringify(value) === '{}')) return true;
  if (name === 'Lambda@Edge, all moments' && /headers(?:\.host)?$/.test(path))
    return value === undefined || JSON.stringify(value) === (path.endsWith('host') ? '[]' : '{}');
  if (path.endsWith('user-agent') && Array.isArray(value) && value.length === 0) return true;
  if (path === 'isBase64Encoded') return value === true; // of no body, or of one that says so
  return (
    typeof value === 'string' &&
    !/(?:path|uri|sourceIp|clientIp|Arn|type|eventType|version|encoding|\.key)$/i.test(path)
  );
};

const values = [undefined, null, 7, '', 'x', [], {}, true, [7], { a: 7 }, '__proto__'] as const;

describe.each(names)('%s: each field in turn', (name) => {
  const { good } = all[name];
  const paths = [...pathsIn(good)];
  it.each(paths.map((path) => [path.join('.'), path] as const))('%s', async (says, path) => {
    for (const value of values) {
      rows++;
      lines.length = 0;
      const { call, passed } = all[name];
      const result = await call(changed(good, path, value));
      if (passed(result)) {
        expect(harmless(name, says, value), `${says} = ${JSON.stringify(value)} went through`).toBe(true);
        continue;
      }
      expect(lines, JSON.stringify(value)).toHaveLength(1);
      expect(codeOf(lines[0]), JSON.stringify(value)).toMatch(
        /^(?:lambda\.(?!broken)|admit\.|rules\.|gateway\.|route\.)/,
      );
    }
  });
});

const large = 'x'.repeat(10_000_000);
const own = (key: string, value: unknown): unknown => JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`);
const nothings: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', 'x'],
  ['a number', 7],
  ['a list', []],
  ['a list of events', [http]],
  ['an empty object', {}],
  ['a test event of the console', { key1: 'value1', key2: 'value2', key3: 'value3' }],
  ['SNS', { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns: { Message: 'm' } }] }],
  ['SQS', { Records: [{ messageId: 'm', body: '{}', eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:::q' }] }],
  ['S3', { Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: 'b' }, object: { key: 'k' } } }] }],
  ['S3 test event', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }],
  ['a schedule', { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {}, resources: [] }],
  ['no records', { Records: [] }],
  ['records that are none', { Records: 'x' }],
  ['an own __proto__', own('__proto__', http)],
  ['an own constructor', own('constructor', { prototype: http })],
];

type Kind = 'http' | 'rest' | 'alb' | 'socket' | 'edge';
/** An authorizer's event has all that the event of its API has, but the body. */
function kindOf(name: Name): Kind {
  const { good } = all[name];
  if (good === http || good === auth2) return 'http';
  if (good === rest || good === auth1) return 'rest';
  return good === balancer ? 'alb' : good === socket ? 'socket' : 'edge';
}
/** protect() tells the kind by the event; an authorizer takes none but its own. */
function takes(name: Name, kind: Kind): boolean {
  if (name.startsWith('protect')) return kind === 'http' || kind === 'rest' || kind === 'alb';
  return !name.startsWith('authorizer') && kind === kindOf(name);
}

describe.each(names)('%s: events of somebody else', (name) => {
  it.each(nothings)('%s', async (_, event) => {
    expect(await denied(name, event)).toMatch(/^lambda\.event-(?:shape|version)$/);
  });
  it.each(
    names.filter((other) => all[other].good !== all[name].good && !takes(name, kindOf(other))).map((other) => [other]),
  )('an event for: %s', async (other) => expect(await denied(name, all[other].good)).toMatch(/^lambda\.event-/));
});

const body = (event: object, data: unknown, isBase64Encoded: unknown): object => ({
  ...event,
  body: data,
  isBase64Encoded,
});
const withHeaders = (event: { headers: object; multiValueHeaders?: object }, name: string, value: string): object => ({
  ...event,
  headers: { ...event.headers, ...(own(name, value) as object), [name]: value },
  ...(event.multiValueHeaders && { multiValueHeaders: { ...event.multiValueHeaders, [name]: [value] } }),
});
const { method: _, ...noMethod } = { ...http.requestContext.http };

const surprising: readonly (readonly [string, Name, unknown, string])[] = [
  ['base64 said by a text', 'REST API', body(rest, 'eA==', 'false'), 'event-shape'],
  ['base64 said by a text', 'load balancer', body(balancer, 'eA==', 'true'), 'event-shape'],
  ['base64 said by a number', 'protect, REST API', body(rest, 'eA==', 1), 'event-shape'],
  ['base64 that is none', 'REST API', body(rest, 'not base64!', true), 'event-base64'],
  ['base64 that is none', 'protect, load balancer', body(balancer, '%%%', true), 'event-base64'],
  ['base64 that is none', 'WebSocket', body(socket, '%%%', true), 'event-base64'],
  [
    'base64 that is none',
    'Lambda@Edge',
    edge({ body: { inputTruncated: false, encoding: 'base64', data: '%' } }),
    'event-base64',
  ],
  [
    'an encoding that nobody knows',
    'Lambda@Edge',
    edge({ body: { inputTruncated: false, encoding: 'gzip', data: '' } }),
    'event-shape',
  ],
  ['a body without data', 'Lambda@Edge', edge({ body: { inputTruncated: false, encoding: 'text' } }), 'event-shape'],
  ['a body that is no object', 'Lambda@Edge', edge({ body: 'x' }), 'event-shape'],
  [
    'truncated said by a text',
    'Lambda@Edge',
    edge({ body: { inputTruncated: 'no', encoding: 'text', data: '' } }),
    'event-shape',
  ],
  ...names
    .filter((name) => !/Edge|authorizer/.test(name))
    .map((name) => ['a body of 10 MB', name, body(all[name].good, large, false), 'event-size'] as const),
  [
    'a body of 10 MB',
    'Lambda@Edge',
    edge({ body: { inputTruncated: false, encoding: 'text', data: large } }),
    'event-size',
  ],
  ...(
    [
      ['HTTP API', http],
      ['REST API', rest],
      ['load balancer', balancer],
      ['protect, HTTP API', http],
      ['authorizer 1.0', auth1],
      ['authorizer 2.0', auth2],
      ['WebSocket', socket],
      ['function URL', http],
    ] as const
  ).map(([name, event]) => ['a header of 10 MB', name, withHeaders(event, 'x-a', large), 'event-size'] as const),
  ['a header of 10 MB', 'Lambda@Edge', edge({ headers: { 'x-a': [{ value: large }] } }), 'event-size'],
  ['a path of 10 MB', 'HTTP API', { ...http, rawPath: `/${large}` }, 'event-size'],
  ['a query of 10 MB', 'function URL', { ...http, rawQueryString: large }, 'event-size'],
  [
    'a field that only one map has',
    'REST API',
    { ...rest, headers: { ...rest.headers, 'User-Agent': 'sqlmap' } },
    'event-shape',
  ],
  ['another value in the other map', 'protect, REST API', { ...rest, headers: { Host: 'b.test' } }, 'event-shape'],
  ['another value in the other map', 'authorizer 1.0', { ...auth1, headers: { Host: 'b.test' } }, 'event-shape'],
  ['another value in the other map', 'WebSocket', { ...socket, headers: { Host: 'b.test' } }, 'event-shape'],
  [
    'another value in the other map',
    'load balancer',
    { ...balancer, multiValueHeaders: { host: ['b.test'] } },
    'event-shape',
  ],
  [
    'a parameter that only one map has',
    'REST API',
    { ...rest, queryStringParameters: { id: '1' }, multiValueQueryStringParameters: {} },
    'event-shape',
  ],
  [
    'a value that is not in its list',
    'protect, REST API',
    { ...rest, queryStringParameters: { id: '1' }, multiValueQueryStringParameters: { id: ['2', '3'] } },
    'event-shape',
  ],
  ['two paths', 'protect, HTTP API', { ...http, rawPath: '/open' }, 'event-shape'],
  [
    'two paths',
    'HTTP API',
    { ...http, requestContext: { ...http.requestContext, http: { ...http.requestContext.http, path: '/secret' } } },
    'event-shape',
  ],
  ['two paths', 'REST API', { ...rest, path: '/open' }, 'event-shape'],
  ['two paths', 'authorizer 2.0', { ...auth2, rawPath: '/open' }, 'event-shape'],
  ['two paths, one encoded', 'HTTP API', { ...http, rawPath: '/%73ecret' }, 'event-shape'],
  [
    'no method',
    'protect, HTTP API',
    { ...http, requestContext: { ...http.requestContext, http: noMethod } },
    'event-shape',
  ],
  [
    'an address that is none',
    'HTTP API',
    { ...http, requestContext: { ...http.requestContext, http: { ...http.requestContext.http, sourceIp: '1.2.3' } } },
    'event-shape',
  ],
  ['an address that is none', 'Lambda@Edge', edge({ clientIp: 'unknown' }), 'event-shape'],
  ['cookies that are no texts', 'HTTP API', { ...http, cookies: [1] }, 'event-shape'],
  ['cookies that are no list', 'function URL', { ...http, cookies: 'a=1' }, 'event-shape'],
  ['a line break in a value', 'HTTP API', withHeaders(http, 'x-a', 'a\r\nx-b: c'), 'event-shape'],
  [
    'a line break in a value',
    'Lambda@Edge',
    edge({ headers: { host: [{ value: 'a.test' }], 'x-a': [{ value: 'a\nb' }] } }),
    'event-shape',
  ],
  ['a name that is none', 'REST API', withHeaders(rest, 'x a', '1'), 'event-shape'],
  [
    'a field under another name',
    'Lambda@Edge',
    edge({ headers: { host: [{ value: 'a.test' }], 'x-a': [{ key: 'User-Agent', value: 'sqlmap' }] } }),
    'event-shape',
  ],
  ['no address from the load balancer', 'load balancer', { ...balancer, headers: { host: 'a.test' } }, 'event-shape'],
  [
    'no address from the load balancer',
    'protect, load balancer',
    { ...balancer, headers: { host: 'a.test', 'x-forwarded-for': 'nobody' } },
    'event-shape',
  ],
  [
    'a health check that has a host',
    'load balancer',
    { ...balancer, headers: { host: 'a.test', 'user-agent': 'ELB-HealthChecker/2.0' } },
    'event-shape',
  ],
  ['more than a load balancer sends', 'load balancer', body(balancer, 'x'.repeat(1_500_000), false), 'event-size'],
  ['no ARN', 'authorizer 1.0', { ...auth1, methodArn: '*' }, 'event-shape'],
  ['another type', 'authorizer 2.0', { ...auth2, type: 'TOKEN ' }, 'event-shape'],
  ['payload 1.0', 'function URL', { ...http, version: '1.0' }, 'event-version'],
  ['a version that is a number', 'HTTP API', { ...http, version: 2 }, 'event-version'],
  ['a body cut at 40 kB', 'Lambda@Edge', edge({}, 'origin-response'), 'event-shape'],
];

describe('what is surprising is denied and named', () => {
  it.each(surprising)('%s: %s', async (_says, name, event, code) => {
    expect(await denied(name, event)).toBe(`lambda.${code}`);
  });
});

describe('what a rule sees is what stands behind the door', () => {
  const sized = { default: [{ name: 'size-limits', params: { body: 3 } }] } as unknown as GuardOptions['map'];
  const secret = { '/a*': [{ name: 'ip-set', params: { allow: ['10.0.0.0/8'] } }] } as unknown as GuardOptions['map'];

  it('a message that says base64 is decoded before it is judged', async () => {
    const call = webSocket({ map: sized, write() {}, handler: ok });
    const message = { ...socket, requestContext: { ...socketContext, eventType: 'MESSAGE', routeKey: '$default' } };
    expect(await call(body(message, 'YWJj', true))).toMatchObject({ statusCode: 200 });
    expect(await call(body(message, 'YWJj', false))).toMatchObject({ statusCode: 413 });
  });
  it('a question mark in a decoded path begins no query', async () => {
    const context = { ...rest.requestContext, path: '/prod/a%3Fb' };
    const call = protect(ok, { map: secret, write() {} });
    expect(await call({ ...rest, path: '/a?b', requestContext: context })).toMatchObject({ statusCode: 403 });
    const exact = { '/a': secret['/a*' as never] } as unknown as GuardOptions['map'];
    const other = protect(ok, { map: exact, write() {} });
    expect(await other({ ...rest, path: '/a?b', requestContext: context })).toMatchObject({ statusCode: 200 });
  });
  it.each([
    ['a stage before it', '/x', '/prod/x'],
    ['a base path before it', '/base/x', '/x'],
    ['encoded', '/a b', '/prod/a%20b'],
    ['encoded twice', '/a%2520b', '/prod/a%20b'],
    ['doubled slashes', '/x', '//x'],
    ['the root', '/', '/prod'],
  ])('one path told in two ways is one: %s', async (_, path, other) => {
    rows++;
    const call = protect(ok, { map: {}, write() {} });
    const event = { ...rest, path, requestContext: { ...rest.requestContext, path: other } };
    expect(await call(event)).toMatchObject({ body: 'mine' });
  });
  it.each([
    ['joined, as payload 1.0 of an HTTP API has it', { a: '1,2' }, { a: ['1', '2'] }],
    ['the last', { A: '2' }, { a: ['1', '2'] }],
    ['more names in the lists', {}, { a: ['1'] }],
  ])('two maps that say the same are taken: %s', async (_, single, lists) => {
    rows++;
    const call = protect(ok, { map: {}, write() {} });
    const event = {
      ...rest,
      headers: { ...rest.headers, ...single },
      multiValueHeaders: { ...rest.multiValueHeaders, ...lists },
    };
    expect(await call(event)).toMatchObject({ body: 'mine' });
  });
  it('the client of a load balancer may have its port', async () => {
    const ours = { default: [{ name: 'ip-set', params: { allow: ['203.0.113.7', '2001:db8::7'] } }] };
    const call = protect(ok, { map: ours as unknown as GuardOptions['map'], write() {} });
    for (const [client, status] of [
      ['203.0.113.7:4242', 200],
      ['[2001:db8::7]:4242', 200],
      ['203.0.113.8:4242', 403],
    ] as const)
      expect(
        await call({ ...balancer, headers: { ...balancer.headers, 'x-forwarded-for': `192.0.2.1, ${client}` } }),
      ).toMatchObject({ statusCode: status });
  });
  it('a health check of the load balancer is answered, and reaches nobody', async () => {
    let reached = false;
    const check = { ...balancer, path: '/', headers: { 'user-agent': 'ELB-HealthChecker/2.0' } };
    expect(await all['load balancer'].call(check)).toMatchObject({ statusCode: 200, body: 'ok\n' });
    const call = protect(() => (reached = true), { map: {}, write() {} });
    expect(await call(check)).toMatchObject({ statusCode: 200, body: 'ok\n' });
    expect(reached).toBe(false);
  });

  const hook = {
    default: [{ name: 'hmac-signature', params: { secrets: ['S'], header: 'x-sig' } }],
  } as unknown as GuardOptions['map'];
  it.each([
    [
      'a body that is not shown',
      edge({ method: 'POST', headers: { host: [{ value: 'a.test' }], 'content-length': [{ value: '5' }] } }),
    ],
    [
      'one of unknown length',
      edge({ method: 'POST', headers: { host: [{ value: 'a.test' }], 'transfer-encoding': [{ value: 'chunked' }] } }),
    ],
    ['one that is cut', edge({ method: 'POST', body: { inputTruncated: true, encoding: 'text', data: 'x' } })],
  ])('Lambda@Edge refuses where a rule has to see the body: %s', async (_, event) => {
    rows++;
    const told: string[] = [];
    const call = edgeRequest({ map: hook, secret: () => 's', write: (line) => told.push(line) });
    expect(await call(event)).toMatchObject({ status: '403' });
    expect(codeOf(told[0])).toBe('lambda.body-cut');
  });
});

describe('the table', () => {
  it('ran enough rows to mean something', () => expect(rows).toBeGreaterThanOrEqual(2000));
});
