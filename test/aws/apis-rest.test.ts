import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { domains, handler, make, mapOf, rest, toFunction, vpc, type Row } from './lib/api-stack.ts';

const M = 'AWS::ApiGateway::Method';
const S = 'AWS::ApiGateway::Stage';
const integration = (like: object): object => ({ Integration: Match.objectLike(like) });
const setting = (like: object): object => ({ MethodSettings: Match.arrayWith([Match.objectLike(like)]) });

const rows: readonly Row[] = [
  [
    'REST: an origin, path parameters and its fields',
    rest(),
    M,
    integration({
      Type: 'HTTP_PROXY',
      Uri: 'https://origin.example.com/orders/{id}',
      RequestParameters: {
        'integration.request.path.id': 'method.request.path.id',
        'integration.request.header.x-from': "'edge'",
      },
    }),
  ],
  [
    'REST: the rest of a path',
    rest({ routes: { 'ANY /{proxy+}': { to: 'main' } } }),
    M,
    integration({ Uri: 'https://origin.example.com/{proxy}', IntegrationHttpMethod: 'ANY' }),
  ],
  ['REST: a rewrite', rest({}, { rewrite: '/v2/{id}' }), M, integration({ Uri: 'https://origin.example.com/v2/{id}' })],
  [
    'REST: a mapping declares what it reads',
    rest({}, { map: { request: { 'querystring.v': 'method.request.header.X-V' } } }),
    M,
    { RequestParameters: { 'method.request.header.X-V': false, 'method.request.path.id': true } },
  ],
  [
    'REST: templates and answers',
    rest(
      {},
      {
        transform: {
          templates: { 'application/json': '{}' },
          responses: [{ pattern: '5\\d\\d', status: 503, headers: { 'X-Why': "'up'" } }, { status: 200 }],
        },
      },
    ),
    M,
    {
      ...integration({
        Type: 'HTTP',
        PassthroughBehavior: 'WHEN_NO_MATCH',
        IntegrationResponses: Match.arrayWith([Match.objectLike({ StatusCode: '503', SelectionPattern: '5\\d\\d' })]),
      }),
      MethodResponses: Match.arrayWith([
        { StatusCode: '503', ResponseParameters: { 'method.response.header.X-Why': true } },
      ]),
    },
  ],
  [
    'REST: a mock',
    rest({}, { to: { use: 'mock', with: { body: 'a $b', headers: { 'content-type': 'text/plain' } } } }),
    M,
    integration({
      Type: 'MOCK',
      IntegrationResponses: [
        { StatusCode: '200', ResponseTemplates: { 'text/plain': "$util.base64Decode('YSAkYg==')" } },
      ],
    }),
  ],
  ['REST: patience is the shortest', rest({}, { timeout: '2s' }), M, integration({ TimeoutInMillis: 2000 })],
  [
    'REST: a key, and the authorizer as its source',
    rest({ keySource: 'authorizer' }, { key: 'required' }),
    'AWS::ApiGateway::RestApi',
    { ApiKeySourceType: 'AUTHORIZER' },
  ],
  [
    'REST: a plan with a quota',
    rest({}, { key: 'required' }),
    'AWS::ApiGateway::UsagePlan',
    {
      Quota: { Limit: 9, Offset: 0, Period: 'DAY' },
      ApiStages: [Match.objectLike({ Throttle: { '/orders/{id}/GET': { RateLimit: 1, BurstLimit: 2 } } })],
    },
    {
      plans: {
        free: {
          stages: [{ api: 'shop', throttle: { 'GET /orders/{id}': { rate: 1, burst: 2 } } }],
          quota: { limit: 9, period: 'DAY' },
          keys: ['acme'],
        },
      },
    },
  ],
  [
    'REST: a key without its value',
    rest(),
    'AWS::ApiGateway::ApiKey',
    { Enabled: false, Value: Match.absent() },
    { apiKeys: { acme: { value: 'acme-demo-key-000000000001', enabled: false } } },
  ],
  [
    'REST: what a request must have',
    rest({}, { validate: { query: ['q'] } }),
    M,
    { RequestParameters: Match.objectLike({ 'method.request.querystring.q': true }), RequestValidatorId: {} },
  ],
  [
    'REST: a model',
    rest({ models: { Order: { type: 'object' } } }, { validate: { body: { 'application/json': 'Order' } } }),
    'AWS::ApiGateway::Model',
    { Schema: { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' } },
  ],
  [
    'REST: a gateway response',
    rest({ responses: { THROTTLED: { status: 430, headers: { A: "'b'" } } } }),
    'AWS::ApiGateway::GatewayResponse',
    { ResponseType: 'THROTTLED', StatusCode: '430', ResponseParameters: { 'gatewayresponse.header.A': "'b'" } },
  ],
  [
    'REST: a resource policy, without an id',
    rest({
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: 'execute-api:Invoke',
            Resource: 'arn:aws:execute-api:us-east-1:000000000000:shop/prod/GET/*',
          },
        ],
      },
    }),
    'AWS::ApiGateway::RestApi',
    { Policy: Match.objectLike({ Statement: [Match.objectLike({ Resource: 'execute-api:/prod/GET/*' })] }) },
  ],
  [
    'REST: binary types',
    rest({ binaryMediaTypes: ['image/*'] }),
    'AWS::ApiGateway::RestApi',
    { BinaryMediaTypes: ['image/*'] },
  ],
  [
    'REST: throttles of stage',
    rest({ throttle: { rate: 7, burst: 8 } }),
    S,
    setting({ ResourcePath: '/*', ThrottlingRateLimit: 7 }),
  ],
  [
    'REST: throttle of a method',
    rest({}, { throttle: { rate: 3, burst: 4 } }),
    S,
    setting({ ResourcePath: '/~1orders~1{id}', HttpMethod: 'GET', ThrottlingBurstLimit: 4 }),
  ],
  [
    'REST: a stage cache',
    rest({ stageCache: { ttl: '60s', keys: ['method.request.querystring.page'] } }),
    S,
    { CacheClusterEnabled: true, ...setting({ CacheTtlInSeconds: 60, CacheDataEncrypted: true }) },
  ],
  [
    'REST: keys of the cache',
    rest({ stageCache: { keys: ['method.request.querystring.page'] } }),
    M,
    integration({ CacheKeyParameters: ['method.request.querystring.page'] }),
  ],
  [
    'REST: variables and a canary',
    rest({ variables: { a: '1' }, canary: { percent: 5, variables: { a: '2' } } }),
    S,
    {
      Variables: { a: '1' },
      CanarySetting: Match.objectLike({ PercentTraffic: 5, StageVariableOverrides: { a: '2' } }),
    },
  ],
  [
    'REST: an access log',
    rest({ accessLog: 'clf' }),
    S,
    { AccessLogSetting: Match.objectLike({ Format: Match.stringLikeRegexp('^\\$context.identity.sourceIp') }) },
  ],
  [
    'REST: IAM',
    rest({ authorizers: { aws: { use: 'iam', with: { callers: {} } } } }, { authorizer: 'aws' }),
    M,
    { AuthorizationType: 'AWS_IAM' },
  ],
  [
    'REST: user pools',
    rest(
      {
        authorizers: {
          pool: { use: 'cognito', with: { pools: ['arn:aws:cognito-idp:us-east-1:111111111111:userpool/x'] } },
        },
      },
      { authorizer: 'pool', scopes: ['a/b'] },
    ),
    M,
    { AuthorizationType: 'COGNITO_USER_POOLS', AuthorizationScopes: ['a/b'] },
  ],
  [
    'REST: AWS WAF at the stage',
    rest(),
    'AWS::WAFv2::WebACLAssociation',
    { ResourceArn: {} },
    {},
    () => ({ webAcl: true }),
  ],
  [
    'REST: a function',
    rest({}, { to: toFunction }),
    'AWS::Lambda::Function',
    { Architectures: ['arm64'], MemorySize: 256, Timeout: 5, Environment: { Variables: { A: 'b' } } },
  ],
  [
    'REST: a function that streams',
    rest({}, { to: { use: 'function', with: { file: handler, stream: true } } }),
    M,
    integration({ Type: 'AWS_PROXY', ResponseTransferMode: 'STREAM' }),
  ],
  [
    'REST: rules as an authorizer',
    rest(),
    'AWS::ApiGateway::Authorizer',
    { Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0 },
    mapOf('user-agent'),
  ],
  [
    'REST: an own Lambda authorizer',
    rest(
      { authorizers: { me: { use: 'lambda', with: { file: handler, type: 'TOKEN', ttl: '60s' } } } },
      { authorizer: 'me' },
    ),
    'AWS::ApiGateway::Authorizer',
    { Type: 'TOKEN', AuthorizerResultTtlInSeconds: 60, IdentitySource: 'method.request.header.Authorization' },
  ],
  [
    'REST: a private origin',
    rest(),
    'AWS::Lambda::Function',
    { VpcConfig: {} },
    { origins: { main: { url: 'http://10.0.1.10:8080', allow: ['10.0.1.10'] } } },
    vpc,
  ],
];

describe(`what API Gateway has is handed to it, REST: ${rows.length} features`, () => {
  it('are at least 29', () => expect(rows.length).toBeGreaterThanOrEqual(29));
  it.each(rows.map(([name, ...rest]) => [name, rest] as const))('%s', (_, [api, type, like, more, props]) => {
    make(api, more, props).template().hasResourceProperties(type, like);
  });
});

describe('a stage shows what the document says now', () => {
  const deployed = (more: object, props?: (stack: never) => object): string =>
    Object.keys(
      make(rest(), more as never, props as never)
        .template()
        .findResources('AWS::ApiGateway::Deployment'),
    )[0] ?? '';
  const before = deployed({});

  it('the same document: the same deployment', () => expect(deployed({})).toBe(before));
  it.each([
    ['another address', { origins: { main: { url: 'https://other.example.com' } } }],
    ['other patience', { origins: { main: { url: 'https://origin.example.com', timeouts: { total: '3s' } } } }],
  ])('%s of an origin: another deployment', (_, more) => expect(deployed(more)).not.toBe(before));
  it('a domain, and with it no address of AWS: another deployment', () =>
    expect(deployed({}, domains as never)).not.toBe(before));
  it('the account’s role for logs stays when the stack goes', () => {
    const template = make(rest()).template();
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
    template.hasResource('AWS::IAM::Role', {
      DeletionPolicy: 'Retain',
      Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'apigateway.amazonaws.com' } }] } },
    });
  });
});
