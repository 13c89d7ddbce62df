import { manualClock } from '../../src/base/clock.ts';
import { alb } from '../../src/aws/alb.ts';
import { authorizer } from '../../src/aws/authorizer.ts';
import { edgeRequest } from '../../src/aws/edge-request.ts';
import { edgeMoments } from '../../src/aws/edge-moments.ts';
import { functionUrl, type ResponseStream, type StreamingRuntime } from '../../src/aws/function-url.ts';
import type { GuardOptions } from '../../src/aws/guard.ts';
import { httpApi } from '../../src/aws/http-api.ts';
import { protect } from '../../src/aws/protect.ts';
import { restApi } from '../../src/aws/rest-api.ts';
import { webSocket } from '../../src/aws/websocket.ts';

/** One good event for each kind of door, and the doors. */
export const map = {
  default: [{ name: 'user-agent', params: { scanners: true, required: false } }],
  '/secret*': [{ name: 'ip-set', params: { allow: ['10.0.0.0/8'] } }],
  'MESSAGE /*': [{ name: 'size-limits', params: { body: 10 } }],
} as unknown as GuardOptions['map'];

export const http = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/x',
  rawQueryString: '',
  headers: { host: 'a.test', 'user-agent': 'curl' },
  requestContext: {
    http: { method: 'GET', path: '/x', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl' },
    accountId: '1',
    apiId: 'a',
    domainName: 'a.test',
    domainPrefix: 'a',
    requestId: 'r',
    routeKey: '$default',
    stage: '$default',
    time: '',
    timeEpoch: 0,
  },
  isBase64Encoded: false,
};
export const rest = {
  resource: '/{proxy+}',
  path: '/x',
  httpMethod: 'GET',
  headers: { Host: 'a.test' },
  multiValueHeaders: { Host: ['a.test'] },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  requestContext: {
    accountId: '1',
    apiId: 'a',
    domainName: 'a.test',
    identity: { sourceIp: '192.0.2.1' },
    path: '/x',
    requestId: 'r',
    requestTimeEpoch: 0,
    stage: 'prod',
  },
  body: null,
  isBase64Encoded: false,
};
export const balancer = {
  requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1' } },
  httpMethod: 'GET',
  path: '/x',
  headers: { host: 'a.test', 'x-forwarded-for': '192.0.2.1' },
  queryStringParameters: {},
  body: '',
  isBase64Encoded: false,
};
export const auth1 = {
  ...rest,
  type: 'REQUEST',
  methodArn: 'arn:aws:execute-api:eu-west-1:1:a/prod/GET/x',
  queryStringParameters: {},
  multiValueQueryStringParameters: {},
  pathParameters: {},
  stageVariables: {},
};
export const auth2 = {
  ...http,
  type: 'REQUEST',
  routeArn: 'arn:aws:execute-api:eu-west-1:1:a/$default/GET/x',
  identitySource: null,
};
export const socketContext = {
  eventType: 'CONNECT',
  routeKey: '$connect',
  connectionId: 'c=',
  stage: 'prod',
  apiId: 'a',
  domainName: 'a.test',
  requestId: 'r',
  identity: { sourceIp: '192.0.2.1' },
};
export const socket = {
  headers: { Host: 'a.test' },
  multiValueHeaders: { Host: ['a.test'] },
  requestContext: socketContext,
  isBase64Encoded: false,
};
export const edge = (request: object = {}, eventType = 'viewer-request') => ({
  Records: [
    {
      cf: {
        config: { eventType },
        request: {
          clientIp: '192.0.2.1',
          method: 'GET',
          uri: '/x',
          querystring: '',
          headers: { host: [{ key: 'Host', value: 'a.test' }], 'user-agent': [{ value: 'curl' }] },
          ...request,
        },
      },
    },
  ],
});

export const ok = async (): Promise<object> => ({ statusCode: 200, body: 'mine' });
const document = {
  origins: {},
  routes: { 'GET /x': { to: { use: 'mock', with: { status: 200, body: 'tea' } } } },
  store: { use: 'memory' },
  rules: { map },
};

/** Lambda's client without Lambda: the head that a stream begins with is kept beside its bytes. */
const runtime: StreamingRuntime = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: {
    from(stream, head) {
      (stream as unknown as { head: unknown }).head = head;
      return stream;
    },
  },
};

/** Calls a streaming handler and gives the head that it wrote. */
const gathered =
  (handler: unknown) =>
  async (event: unknown): Promise<unknown> => {
    const stream: ResponseStream & { head?: unknown } = { write: () => true, end() {}, once() {} };
    await (handler as (event: unknown, stream: ResponseStream) => Promise<void>)(event, stream);
    return stream.head;
  };

/** Every door with a good event of its own, and how its answer says no. */
export function doors(write: (line: string) => void) {
  const guarded = { map, write, clock: manualClock() };
  const status = (result: unknown): unknown => (result as { statusCode?: unknown }).statusCode;
  return {
    'HTTP API': {
      call: httpApi({ document }, { write }),
      good: http,
      passed: (result: unknown) => status(result) === 200,
    },
    'REST API': {
      call: restApi({ document }, { write }),
      good: rest,
      passed: (result: unknown) => status(result) === 200,
    },
    'load balancer': {
      call: alb({ document }, { write }),
      good: balancer,
      passed: (result: unknown) => status(result) === 200,
    },
    'protect, HTTP API': {
      call: protect(ok, guarded),
      good: http,
      passed: (result: unknown) => status(result) === 200,
    },
    'protect, REST API': {
      call: protect(ok, guarded),
      good: rest,
      passed: (result: unknown) => status(result) === 200,
    },
    'protect, load balancer': {
      call: protect(ok, guarded),
      good: balancer,
      passed: (result: unknown) => status(result) === 200,
    },
    'function URL': {
      call: gathered(functionUrl({ document }, { write, runtime })),
      good: http,
      passed: (result: unknown) => status(result) === 200,
    },
    'authorizer 1.0': {
      call: authorizer({ ...guarded, payload: '1.0' }),
      good: auth1,
      passed: (result: unknown) =>
        (result as { policyDocument: { Statement: { Effect: string }[] } }).policyDocument.Statement[0]?.Effect ===
        'Allow',
    },
    'authorizer 2.0': {
      call: authorizer({ ...guarded, payload: '2.0' }),
      good: auth2,
      passed: (result: unknown) => (result as { isAuthorized: boolean }).isAuthorized,
    },
    WebSocket: {
      call: webSocket({ ...guarded, handler: ok }),
      good: socket,
      passed: (result: unknown) => status(result) === 200,
    },
    'Lambda@Edge': {
      call: edgeRequest(guarded),
      good: edge(),
      passed: (result: unknown) => (result as { uri?: string }).uri === '/x',
    },
    'Lambda@Edge, all moments': {
      call: edgeMoments({}, { write }),
      good: edge(),
      passed: (result: unknown) => (result as { uri?: string }).uri === '/x',
    },
  } as const;
}
