import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Sallyport } from '../../src/cdk/index.ts';

process.env['CDK_VALIDATION'] = 'false';

const make = (props: (stack: Stack) => object, region = 'us-east-1') => {
  const stack = new Stack(new App(), 'S', { env: { region } });
  const made = new Sallyport(stack, 'All', { document: {}, ...props(stack) });
  return { made, template: () => Template.fromStack(stack), parts: made.parts.map((each) => each.part) };
};
const routes = { 'ANY /{proxy+}': { to: 'main' } };
const open = { origins: { main: { url: 'https://origin.example.com' } }, routes };
const hidden = { origins: { main: { url: 'http://10.0.1.10:8080', allow: ['10.0.1.10'] } }, routes };
const backend = (stack: Stack): LambdaFunction =>
  new LambdaFunction(stack, 'B', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({})'),
  });
const vpcOf = (stack: Stack): object => {
  const vpc = new Vpc(stack, 'V', { natGateways: 0 }) as IVpc;
  return { vpc, target: { securityGroup: new SecurityGroup(stack, 'G', { vpc }), port: 8080 } };
};
const socket = { handler: join(import.meta.dirname, '../../examples/aws-protected-websocket/handler.ts') };

describe('one document becomes the parts that it needs', () => {
  it('routes with public origins: the line behind an HTTP API, and no fixed price', () => {
    const { parts, template } = make(() => ({ document: open }));
    expect(parts).toEqual(['line']);
    template().resourceCountIs('AWS::WAFv2::WebACL', 0);
    template().resourceCountIs('AWS::DynamoDB::Table', 0);
    template().hasOutput('*', { Value: 'line: the document’s routes are answered by the line in a function' });
  });
  it('what is counted: a table, which the function may read and count in, and no more', () => {
    const document = { ...open, routes: { 'ANY /{proxy+}': { to: 'main', throttle: { rate: 5, burst: 10 } } } };
    const { parts, template } = make(() => ({ document }));
    expect(parts).toEqual(['line', 'stores']);
    const policies = JSON.stringify(template().findResources('AWS::IAM::Policy'));
    expect(policies).toContain('["dynamodb:GetItem","dynamodb:UpdateItem"]');
    expect(policies).not.toMatch(/dynamodb:(?:\*|Scan|DeleteTable|PutItem)/);
    template().hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { SALLYPORT_TABLE: {} } } });
  });
  it.each(['overall', 'perKey', 'perAddress'])(
    'throttles.%s: a table too, since containers share no memory',
    (which) => {
      const { parts } = make(() => ({ document: { ...open, throttles: { [which]: { rate: 5, burst: 10 } } } }));
      expect(parts).toEqual(['line', 'stores']);
    },
  );
  it('a VPC before a public name: a forwarder, which counts in the table as well or not at all', () => {
    const document = { ...open, throttles: { overall: { rate: 5, burst: 10 } } };
    expect(() => make((stack) => ({ document, vpc: vpcOf(stack) }))).toThrow('give `vpc.prefixList`');
    const { parts } = make((stack) => ({ document, vpc: { ...vpcOf(stack), prefixList: 'pl-1' } }));
    expect(parts).toEqual(['forwarder', 'stores']);
  });
  it.each(['http://127.0.0.1:9000', 'http://localhost:9000', 'http://[::1]:9000'])('%s is no origin', (url) => {
    const says = `origins.main: ${url} would be the function itself`;
    expect(() => make(() => ({ document: { ...open, origins: { main: { url } } } }))).toThrow(says);
    const apis = { shop: { kind: 'http', routes: { 'GET /': { to: 'main' } } } };
    expect(() => make(() => ({ document: { origins: { main: { url } }, apis } }))).toThrow(says);
  });
  it('AWS WAF’s log is shown no keys, cookies or licences', () => {
    const edge = {
      behaviours: [{ path: '*', licences: true }],
      licences: { in: ['query:licence', 'header:X-Licence'], from: { list: { abc: {} } } },
    };
    const { template } = make(() => ({ document: { ...open, keys: { header: 'x-shop-key' }, edge }, webAcl: true }));
    const fields = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'x-shop-key', 'x-licence'];
    template().hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      RedactedFields: [...fields.map((Name) => ({ SingleHeader: { Name } })), { QueryString: {} }],
    });
  });
  it('AWS WAF asked for: CloudFront in front, which alone can ask the line', () => {
    const { parts, template } = make(() => ({ document: open, webAcl: true }));
    expect(parts).toEqual(['line', 'distribution']);
    template().resourceCountIs('AWS::SecretsManager::RotationSchedule', 1);
    template().hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { Origins: [{ OriginCustomHeaders: [{ HeaderName: 'x-origin-verify' }] }] },
    });
    template().hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { SALLYPORT_ORIGIN_SECRET: {} } },
    });
  });
  it('a behaviour without origin or routes, whose function answers before the origin, leads somewhere', () => {
    const redirect = { viewerRequest: { use: 'redirect', with: { to: 'https://new.example.com{path}' } } };
    const { parts } = make(() => ({ document: { edge: { behaviours: [{ functions: redirect }] } } }));
    expect(parts).toEqual(['line', 'distribution']);
  });
  it('a backend: the rules as its authorizer; a socket handler: a protected WebSocket API', () => {
    const { parts, made } = make((stack) => ({ document: {}, backend: backend(stack), socket }));
    expect(parts).toEqual(['socket', 'authorizer']);
    expect(made.urls).toHaveLength(2);
    expect(made.urls[1]).toMatch(/^wss:/);
  });
  it('a private origin: a forwarder in the VPC', () => {
    const { parts, template } = make((stack) => ({ document: hidden, vpc: vpcOf(stack) }));
    expect(parts).toEqual(['forwarder']);
    template().hasResourceProperties('AWS::EC2::SecurityGroupEgress', { FromPort: 8080, ToPort: 8080 });
  });
  it('calls at a time: as many as the account has in the open, 20 in a VPC, or what is given, with an alarm', () => {
    const most = (props: (stack: Stack) => object): unknown[] => {
      const template = make(props).template();
      template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/Lambda', MetricName: 'Throttles' });
      const functions = Object.values(template.findResources('AWS::Lambda::Function')) as {
        Properties: { Description?: string; ReservedConcurrentExecutions?: number };
      }[];
      return functions.flatMap(({ Properties: made }) =>
        /line|private host/.test(made.Description ?? '') ? [made.ReservedConcurrentExecutions] : [],
      );
    };
    const pooled = {
      origins: open.origins,
      pools: { all: { targets: [{ origin: 'main' }] } },
      apis: { shop: { kind: 'http', routes: { 'GET /': { to: 'all' } } } },
    };
    const reservedConcurrency = 7;
    expect(most(() => ({ document: open }))).toEqual([undefined]);
    expect(most(() => ({ document: open, reservedConcurrency }))).toEqual([7]);
    expect(most((stack) => ({ document: hidden, vpc: vpcOf(stack) }))).toEqual([20]);
    expect(most((stack) => ({ document: hidden, vpc: vpcOf(stack), reservedConcurrency }))).toEqual([7]);
    const origins = { main: { ...hidden.origins.main, timeouts: { firstByte: '5s', total: '9s' } } };
    const both = { origins, apis: { shop: { kind: 'http', routes: { 'GET /': { to: 'main' } } } } };
    expect(most((stack) => ({ document: both, vpc: vpcOf(stack), reservedConcurrency }))).toEqual([7]);
    expect(most(() => ({ document: pooled, reservedConcurrency }))).toEqual([7]);
  });
});

describe('what cannot become a stack says what to do', () => {
  const counted = { ...hidden, routes: { 'ANY /{proxy+}': { to: 'main', throttle: { rate: 5, burst: 10 } } } };
  const cases: readonly (readonly [string, (stack: Stack) => object, RegExp, string?])[] = [
    ['nothing that answers', () => ({}), /nothing would answer: write `routes`/],
    [
      'a behaviour that goes on to no routes',
      () => ({ document: { origins: open.origins, edge: { behaviours: [{ path: '/a', origin: 'main' }, {}] } } }),
      /edge\.behaviours\[1\]: \* goes on to the routes, and there are none.*: write `origin: "NAME"`/,
    ],
    [
      'a private origin without a VPC',
      () => ({ document: hidden }),
      /origins\.main: http:\/\/10\.0\.1\.10:8080 is private: give `vpc/,
    ],
    [
      'a private origin at another port than the target',
      (stack) => ({
        document: { ...hidden, origins: { main: { url: 'http://10.0.0.9:9999', allow: ['10.0.0.9'] } } },
        vpc: vpcOf(stack),
      }),
      /origins\.main: http:\/\/10\.0\.0\.9:9999 is at port 9999, and the function may speak to port 8080/,
    ],
    [
      'a private origin of a pool, at the port of its scheme',
      (stack) => ({
        document: {
          pools: { all: { targets: [{ origin: 'main' }] } },
          origins: { main: { url: 'https://orders.internal' } },
          apis: { shop: { kind: 'http', routes: { 'GET /': { to: 'all' } } } },
        },
        vpc: vpcOf(stack),
      }),
      /origins\.main: https:\/\/orders\.internal is at port 443.*port 8080/,
    ],
    ['no calls at all', () => ({ document: open, reservedConcurrency: 0 }), /reservedConcurrency: 0 is no number/],
    [
      'calls of a line that is not there',
      (stack) => ({ backend: backend(stack), reservedConcurrency: 5 }),
      /reservedConcurrency: no function of the line stands here/,
    ],
    [
      'calls of a line that an API does without',
      () => ({
        document: { origins: open.origins, apis: { shop: { kind: 'http', routes: { 'GET /': { to: 'main' } } } } },
        reservedConcurrency: 5,
      }),
      /reservedConcurrency: no function of the line stands here/,
    ],
    ['counting in a VPC', (stack) => ({ document: counted, vpc: vpcOf(stack) }), /give `vpc\.prefixList`/],
    ['a web ACL elsewhere', () => ({ document: open, webAcl: true }), /lives in us-east-1/, 'eu-west-1'],
    [
      'a socket without a handler',
      () => ({ document: { routes: { 'GET /ws': { to: { use: 'websocket', with: {} } } } } }),
      /GET \/ws: a WebSocket API on AWS has one handler/,
    ],
    [
      'a rule about bodies on an authorizer',
      (stack) => ({
        backend: backend(stack),
        document: {
          rules: { map: { default: [{ name: 'hmac-signature', params: { secrets: ['S'], header: 'x-sig' } }] } },
        },
      }),
      /never given the body.*protect\(\)/s,
    ],
  ];
  it.each(cases.map(([name, ...rest]) => [name, rest] as const))('%s', (_, [props, message, region]) => {
    expect(() => make(props, region)).toThrow(message);
  });
});
