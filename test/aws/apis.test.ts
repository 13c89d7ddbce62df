import { Match } from 'aws-cdk-lib/assertions';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { domains, get, http, make, mapOf, rest, toFunction, type Api, type Row } from './lib/api-stack.ts';

const rows: readonly Row[] = [
  [
    'HTTP: an origin',
    http(),
    'AWS::ApiGatewayV2::Integration',
    {
      IntegrationType: 'HTTP_PROXY',
      IntegrationUri: 'https://origin.example.com/orders/{id}',
      RequestParameters: { 'overwrite:header.x-from': 'edge' },
    },
  ],
  [
    'HTTP: everything else',
    http({ routes: { $default: { to: 'main' } } }),
    'AWS::ApiGatewayV2::Integration',
    { RequestParameters: Match.objectLike({ 'overwrite:path': '$request.path' }) },
  ],
  [
    'HTTP: a mapping of answers',
    http({}, { map: { responses: { '200': { 'overwrite:statuscode': '201' } } } }),
    'AWS::ApiGatewayV2::Integration',
    { ResponseParameters: { '200': { ResponseParameters: [{ Destination: 'overwrite:statuscode', Source: '201' }] } } },
  ],
  [
    'HTTP: CORS',
    http({ cors: { allowOrigins: ['https://a.example'], maxAge: 5 } }),
    'AWS::ApiGatewayV2::Api',
    { CorsConfiguration: Match.objectLike({ AllowOrigins: ['https://a.example'], MaxAge: 5 }) },
  ],
  [
    'HTTP: a JWT and scopes',
    http(
      { authorizers: { jwt: { use: 'jwt', with: { issuer: 'https://i.example', audience: ['a'] } } } },
      { authorizer: 'jwt', scopes: ['r'] },
    ),
    'AWS::ApiGatewayV2::Route',
    { AuthorizationType: 'JWT', AuthorizationScopes: ['r'] },
  ],
  [
    'HTTP: throttles',
    http({}, { throttle: { rate: 3, burst: 4 } }),
    'AWS::ApiGatewayV2::Stage',
    { RouteSettings: { 'GET /orders/{id}': { ThrottlingRateLimit: 3, ThrottlingBurstLimit: 4 } } },
  ],
  [
    'HTTP: a stage and variables',
    http({ stage: 'v2', variables: { a: '1' } }),
    'AWS::ApiGatewayV2::Stage',
    { StageName: 'v2', StageVariables: { a: '1' }, AutoDeploy: true },
  ],
  [
    'a domain with a base path',
    http({ hosts: ['api.example.com'], basePath: 'shop' }),
    'AWS::ApiGatewayV2::ApiMapping',
    { ApiMappingKey: 'shop', DomainName: {} },
    {},
    domains,
  ],
  [
    'mutual TLS at the domain',
    rest({ hosts: ['api.example.com'], mutualTls: true }),
    'AWS::ApiGatewayV2::DomainName',
    { MutualTlsAuthentication: { TruststoreUri: {} } },
    {
      listen: {
        tls: { cert: 'c', key: 'k', clients: { truststore: join(import.meta.dirname, '../../package.json') } },
      },
    },
    domains,
  ],
  [
    'routing rules',
    rest({ hosts: ['api.example.com'] }),
    'AWS::ApiGatewayV2::RoutingRule',
    { Priority: 4, Conditions: [{ MatchHeaders: { AnyOf: [{ Header: 'x-v', ValueGlob: '2*' }] } }] },
    {
      domains: { 'api.example.com': { rules: [{ priority: 4, headers: [{ name: 'x-v', glob: '2*' }], to: 'shop' }] } },
    },
    domains,
  ],
];

describe(`what API Gateway has is handed to it, HTTP and domains: ${rows.length} features`, () => {
  it('are at least 10', () => expect(rows.length).toBeGreaterThanOrEqual(10));
  it.each(rows.map(([name, ...rest]) => [name, rest] as const))('%s', (_, [api, type, like, more, props]) => {
    make(api, more, props).template().hasResourceProperties(type, like);
  });
});

describe('what it has not stays in the line, and Parts says why', () => {
  const line: readonly (readonly [string, Api, RegExp, Api?])[] = [
    [
      'a rule about bodies',
      rest(),
      /1 by the line; rules in the line; .*reads the body/,
      { rules: { map: { default: [{ name: 'hmac-signature', params: { secrets: ['S'], header: 'x-sig' } }] } } },
    ],
    [
      'keys of an HTTP API, counted in DynamoDB',
      http({}, { key: 'required' }),
      /HTTP APIs have no API keys[^]*DynamoDB counts/,
    ],
    [
      'a jwt of a REST API',
      rest(
        { authorizers: { jwt: { use: 'jwt', with: { issuer: 'https://i.example', audience: ['a'] } } } },
        { authorizer: 'jwt' },
      ),
      /REST APIs have no jwt authorizer/,
    ],
  ];
  it.each(line.map(([name, ...rest]) => [name, rest] as const))('%s', (_, [api, why, more]) => {
    const { template, ...made } = make(api, more, () => ({ secrets: { S: 'shop/S' } }));
    expect(made.why).toMatch(why);
    template().hasResourceProperties('AWS::Lambda::Function', { Description: 'shop, shop: the line' });
  });
});

describe('what cannot be carried names its place and what to write', () => {
  const wrong: readonly (readonly [Api, string, Api?])[] = [
    [
      rest({ cors: { allowOrigins: ['*'] } }),
      'apis.shop.cors: a REST API answers no preflight by itself: write OPTIONS methods',
    ],
    [http({ stageCache: {} }), 'apis.shop.stageCache: HTTP APIs have none: make it kind "rest"'],
    [
      rest({ hosts: ['a.example'] }),
      'apis.shop.hosts: a.example: a host of one’s own needs a certificate: give `domains:',
    ],
    [rest({ cache: {} }), 'apis.shop.cache: a cache in a function goes with its container: write `stageCache`'],
    [rest({ strict: false }), 'apis.shop.strict: API Gateway always is'],
    [rest({ canary: { percent: 1, routes: get() } }), 'apis.shop.canary.routes: a template holds one set of methods'],
    [
      rest({}, { timeout: '60s' }),
      'apis.shop.routes["GET /orders/{id}"].timeout: 60000 ms: API Gateway waits 50 to 29000 ms',
    ],
    [
      rest({}, { to: toFunction, policies: [{ use: 'set-header', with: { name: 'a', value: 'b' } }] }),
      'apis.shop.routes["GET /orders/{id}"].policies: API Gateway has none, and the line cannot call the function',
    ],
    [
      rest({}, { to: { use: 'files', with: {} } }),
      'apis.shop.routes["GET /orders/{id}"].to: a function has no files: put them into a bucket',
    ],
    [rest({}, { to: 'nobody' }), 'there is no origin "nobody": known are main'],
    [rest({}, { authorizer: 'nobody' }), 'there is no authorizer "nobody": known are none'],
    [rest({ routes: { 'PURGE /x': { to: 'main' } } }), 'apis.shop.routes["PURGE /x"]: API Gateway knows no PURGE'],
    [
      rest({ models: { A: { $schema: 'https://json-schema.org/draft/2020-12/schema' } } }),
      'apis.shop.models.A.$schema: API Gateway reads draft 4 only',
    ],
    [
      http({}, { scopes: Array.from({ length: 11 }, (_, at) => `s${at}`) }),
      'scopes: 11, and API Gateway takes 10: name fewer',
    ],
    [rest({ accessLog: `$context.requestId ${'x'.repeat(3100)}` }), 'accessLog: 3119, and API Gateway takes 3072'],
    [
      rest({ stageCache: { invalidation: { authorization: false } } }),
      'stageCache.invalidation: CloudFormation has no word for it',
    ],
    [
      rest(),
      'origins.main: http://10.0.0.1 is private: give `vpc:',
      { origins: { main: { url: 'http://10.0.0.1', allow: ['10.0.0.1'] } } },
    ],
    [rest(), 'rules.map.default: there is no rule "nobody-knows"', mapOf('nobody-knows')],
  ];
  it('are at least 18', () => expect(wrong.length).toBeGreaterThanOrEqual(18));
  it.each(wrong.map((row) => [row[1].slice(0, 60), row] as const))('%s', (_, [api, message, more]) => {
    expect(() => make(api, more)).toThrow(message);
  });
});
