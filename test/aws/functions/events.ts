/** One event of each kind, as AWS sends it; `/x` is there, `/secret` is refused. */
const agent = 'curl/8.5';
const http = (path: string) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'a.test', 'user-agent': agent },
  requestContext: {
    http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: agent },
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
});
export const events: Readonly<Record<string, (path: string) => unknown>> = {
  'protect-crs': http,
  'authorizer-crs': authorizer,
  'http-api': http,
  'function-url': http,
  protect: http,
  'rest-api': (path) => ({
    resource: '/{proxy+}',
    path,
    httpMethod: 'GET',
    headers: { Host: 'a.test' },
    multiValueHeaders: { Host: ['a.test'], 'User-Agent': [agent] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: '1',
      apiId: 'a',
      domainName: 'a.test',
      identity: { sourceIp: '192.0.2.1' },
      path,
      requestId: 'r',
      requestTimeEpoch: 0,
      stage: 'prod',
    },
    body: null,
    isBase64Encoded: false,
  }),
  alb: (path) => ({
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1' } },
    httpMethod: 'GET',
    path,
    headers: { host: 'a.test', 'user-agent': agent, 'x-forwarded-for': '192.0.2.1' },
    body: '',
    isBase64Encoded: false,
  }),
  authorizer,
  websocket: (path) => ({
    headers: { Host: 'a.test' },
    multiValueHeaders: { Host: ['a.test'], 'User-Agent': [agent] },
    requestContext: {
      eventType: 'CONNECT',
      routeKey: '$connect',
      connectionId: 'c=',
      stage: path.slice(1),
      apiId: 'a',
      domainName: 'a.test',
      requestId: 'r',
      identity: { sourceIp: '192.0.2.1' },
    },
    isBase64Encoded: false,
  }),
  edge: viewerRequest,
  'edge-moments': viewerRequest,
};

function viewerRequest(path: string): unknown {
  return {
    Records: [
      {
        cf: {
          config: { eventType: 'viewer-request' },
          request: {
            clientIp: '192.0.2.1',
            method: 'GET',
            uri: path,
            querystring: '',
            headers: { host: [{ key: 'Host', value: 'a.test' }], 'user-agent': [{ value: agent }] },
          },
        },
      },
    ],
  };
}

function authorizer(path: string): unknown {
  return {
    ...http(path),
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:eu-west-1:1:a/$default/GET${path}`,
    identitySource: null,
  };
}
