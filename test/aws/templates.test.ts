import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import { build as licensed } from '../../examples/aws-licensed-search/app.ts';
import { build as forwarder } from '../../examples/aws-private-forwarder/app.ts';
import { build as programmable } from '../../examples/aws-programmable-waf/app.ts';
import { build as socket } from '../../examples/aws-protected-websocket/app.ts';
import { PrivateApi, PrivateForwarder, RegionalApi, SallyportWebAcl } from '../../src/cdk/index.ts';
import { examples } from './lib/examples.ts';

// The built-in validator is run in validators.test.ts.
process.env['CDK_VALIDATION'] = 'false';

type Statements = readonly { readonly Action: string | string[]; readonly Resource: unknown }[];

/** The statements of the one policy that has this action. */
function policyWith(template: Template, action: string): Statements {
  const found = Object.values(template.findResources('AWS::IAM::Policy')).filter((each) =>
    JSON.stringify(each).includes(`"${action}"`),
  );
  expect(found).toHaveLength(1);
  return (found[0] as { Properties: { PolicyDocument: { Statement: Statements } } }).Properties.PolicyDocument
    .Statement;
}

describe.each(Object.entries(examples))('%s', (_, build) => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(build(new App()));
  });
  it('has functions on arm64 with a log group, and none that may do everything', () => {
    for (const [id, { Properties }] of Object.entries(template.findResources('AWS::Lambda::Function')) as [
      string,
      { Properties: { Architectures?: string[]; Role: { 'Fn::GetAtt': [string, string] } } },
    ][]) {
      // The CDK's own function for single calls at deployment is as the CDK makes it.
      if (id.startsWith('AWS679')) continue;
      // Lambda@Edge has no arm64.
      const edge = Properties.Role['Fn::GetAtt'][0].includes('EdgeRole');
      expect(Properties.Architectures).toEqual(edge ? undefined : ['arm64']);
    }
    for (const resource of Object.values(template.findResources('AWS::IAM::Policy'))) {
      const statements = (
        resource as { Properties: { PolicyDocument: { Statement: { Action: unknown; Effect: string }[] } } }
      ).Properties.PolicyDocument.Statement;
      for (const statement of statements) expect(JSON.stringify(statement.Action)).not.toMatch(/"\*"|:\*"/);
    }
    expect(Object.keys(template.toJSON() as object)).toContain('Resources');
  });
  it('lets no bucket be public and no security group speak to everybody', () => {
    for (const bucket of Object.values(template.findResources('AWS::S3::Bucket'))) {
      expect((bucket as { Properties: object }).Properties).toMatchObject({
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      });
    }
    expect(JSON.stringify(template.findResources('AWS::EC2::SecurityGroup'))).not.toContain('"CidrIp":"0.0.0.0/0"');
  });
});

describe('programmable WAF', () => {
  const template = Template.fromStack(programmable(new App()));
  it('keeps no verdict of the authorizer', () =>
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      AuthorizerResultTtlInSeconds: 0,
      Type: 'REQUEST',
    }));
  it('asks for a key and meters it', () => {
    template.hasResourceProperties('AWS::ApiGateway::Method', { ApiKeyRequired: true, AuthorizationType: 'CUSTOM' });
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 10, BurstLimit: 20 },
      Quota: { Limit: 10_000, Period: 'DAY' },
    });
  });
  it('has the native part of the map and AWS’s groups in a web ACL on the stage', () => {
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Scope: 'REGIONAL',
      Rules: Match.arrayWith([
        Match.objectLike({
          Statement: { ManagedRuleGroupStatement: { Name: 'AWSManagedRulesSQLiRuleSet', VendorName: 'AWS' } },
        }),
      ]),
    });
    template.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
    template.resourceCountIs('AWS::WAFv2::LoggingConfiguration', 1);
  });
});

describe('protected WebSocket', () => {
  const template = Template.fromStack(socket(new App()));
  it('sends a secret header that stands nowhere in the template', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Origins: [
          Match.objectLike({ OriginCustomHeaders: [{ HeaderName: 'x-origin-verify', HeaderValue: Match.anyValue() }] }),
        ],
      },
    });
    expect(JSON.stringify(template.toJSON())).toContain('{{resolve:secretsmanager:');
    template.hasResourceProperties('AWS::SecretsManager::Secret', { GenerateSecretString: { PasswordLength: 64 } });
  });
  it('rotates it by a function that may change this secret and this distribution, and nothing else', () => {
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    const policy = policyWith(template, 'cloudfront:UpdateDistribution');
    const actions = policy.flatMap((statement) => [statement.Action].flat());
    expect(actions.toSorted()).toEqual([
      'cloudfront:GetDistribution',
      'cloudfront:GetDistributionConfig',
      'cloudfront:UpdateDistribution',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
      'wafv2:GetWebACL',
    ]);
    for (const { Resource } of policy) expect(Resource).not.toBe('*');
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'secretsmanager.amazonaws.com',
      SourceArn: Match.anyValue(),
    });
  });
  it('gives the authorizer the right to read the secret, and nobody else', () => {
    const readers = Object.values(template.findResources('AWS::IAM::Policy')).filter((each) =>
      JSON.stringify(each).includes('secretsmanager:GetSecretValue'),
    );
    expect(readers).toHaveLength(2);
  });
  it('asks each client for a key of his own, in one plan', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$connect', ApiKeyRequired: true });
    template.resourceCountIs('AWS::ApiGateway::ApiKey', 2);
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', { Quota: { Limit: 10_000, Period: 'DAY' } });
  });
  it('has the SQL injection and script rules that AWS’s sample promises, logs, alarms that tell somebody, a dashboard', () => {
    for (const Name of ['AWSManagedRulesSQLiRuleSet', 'AWSManagedRulesCommonRuleSet'])
      template.hasResourceProperties('AWS::WAFv2::WebACL', {
        Rules: Match.arrayWith([
          Match.objectLike({ Statement: { ManagedRuleGroupStatement: { Name, VendorName: 'AWS' } } }),
        ]),
      });
    template.resourceCountIs('AWS::WAFv2::LoggingConfiguration', 1);
    for (const group of Object.values(template.findResources('AWS::Logs::LogGroup')))
      expect((group as { Properties: object }).Properties).toMatchObject({ RetentionInDays: 30 });
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.length).toBeGreaterThan(5);
    for (const alarm of alarms)
      expect((alarm as { Properties: { AlarmActions?: [] } }).Properties.AlarmActions).toHaveLength(1);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });
  it('lets the handler post to connections and keep them, and read no other table', () => {
    const policy = policyWith(template, 'execute-api:ManageConnections');
    expect(
      policy.flatMap((statement) => [statement.Action].flat()).filter((action) => action.startsWith('dynamodb:')),
    ).toEqual(['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Scan']);
  });
  it('sends the handler’s replies back', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$connect', AuthorizationType: 'CUSTOM' });
  });
});

describe('private forwarder', () => {
  const of = (variant: 'rest' | 'http' | 'link' | 'webhook'): Template =>
    Template.fromStack(forwarder(new App(), variant));
  it.each(['rest', 'http', 'link', 'webhook'] as const)(
    '%s: out to one group and one port, and nothing in',
    (variant) => {
      const template = of(variant);
      template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
        FromPort: 8080,
        ToPort: 8080,
        IpProtocol: 'tcp',
      });
      template.resourceCountIs('AWS::EC2::NatGateway', 0);
      const egress = Object.values(template.findResources('AWS::EC2::SecurityGroupEgress'));
      // GitHub's signature needs a secret, and Secrets Manager is asked over an endpoint.
      const ports = egress.map((each) => (each as { Properties: { ToPort: number } }).Properties.ToPort);
      expect(ports.toSorted((a, b) => a - b)).toEqual(variant === 'webhook' ? [443, 8080] : [8080]);
    },
  );
  it('rest: keys, a plan, and addresses that may ask', () => {
    const template = of('rest');
    const methods = Object.values(template.findResources('AWS::ApiGateway::Method')) as { Properties: object }[];
    expect(methods).toHaveLength(2);
    for (const { Properties } of methods) expect(Properties).toMatchObject({ ApiKeyRequired: true });
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      Policy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Condition: { NotIpAddress: { 'aws:SourceIp': Match.arrayWith(['140.82.112.0/20']) } },
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 10, Timeout: 21 });
  });
  it('link: no function in the path, the rules as authorizer before it', () => {
    const template = of('link');
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      ConnectionType: 'VPC_LINK',
      IntegrationType: 'HTTP_PROXY',
      RequestParameters: { 'overwrite:path': '$request.path' },
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'CUSTOM' });
  });
  it('http: every path comes to the line, `/` too', () => {
    for (const RouteKey of ['ANY /{proxy+}', 'ANY /'])
      of('http').hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey });
  });
  it('webhook: a queue, dead letters, part of a batch may fail', () => {
    const template = of('webhook');
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 150,
      RedrivePolicy: { maxReceiveCount: 5 },
      SqsManagedSseEnabled: true,
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
    expect(policyWith(template, 'sqs:SendMessage').map((statement) => statement.Action)).toEqual(['sqs:SendMessage']);
    template.hasOutput('*', { Description: 'aws sqs start-message-move-task --source-arn ARN' });
  });
});

const noErrorKept = (template: Template): void =>
  template.hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: { CustomErrorResponses: Match.arrayWith([{ ErrorCode: 403, ErrorCachingMinTTL: 0 }]) },
  });

describe('licensed search', () => {
  it('checks before the cache with a function that has its keys', () => {
    const template = Template.fromStack(licensed(new App()));
    template.hasResourceProperties('AWS::CloudFront::Function', {
      FunctionConfig: Match.objectLike({ Runtime: 'cloudfront-js-2.0', KeyValueStoreAssociations: Match.anyValue() }),
    });
    noErrorKept(template);
  });
  it('or has the origin check, which is told the licence; the cache key is not', () => {
    const template = Template.fromStack(licensed(new App(), 'origin'));
    template.resourceCountIs('AWS::CloudFront::Function', 0);
    template.hasResourceProperties('AWS::CloudFront::OriginRequestPolicy', {
      OriginRequestPolicyConfig: { QueryStringsConfig: { QueryStringBehavior: 'all' } },
    });
    template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        ParametersInCacheKeyAndForwardedToOrigin: {
          QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['q', 'page'] },
        },
      },
    });
    noErrorKept(template);
  });
});

describe('what cannot work fails at synth, with what to do', () => {
  const make = (props: object) => () => {
    const stack = new Stack(new App(), 'S');
    const backend = new LambdaFunction(stack, 'B', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({})'),
    });
    new RegionalApi(stack, 'Api', { kind: 'http', backend, document: {}, ...props });
  };
  it.each([
    [
      'a body rule on an authorizer',
      {
        document: {
          rules: { map: { default: [{ name: 'hmac-signature', params: { secrets: ['S'], header: 'x-sig' } }] } },
        },
      },
      /never given the body.*protect\(\)/s,
    ],
    ['a web ACL on an HTTP API', { webAcl: true }, /cannot be attached to an HTTP API/],
    ['a usage plan on an HTTP API', { usagePlan: { name: 'a', rate: 1, burst: 1 } }, /no usage plans/],
    ['a document with a slip', { document: { ruels: {} } }, /the document is not in order[\s\S]*ruels/],
    ['payload 2.0 on a REST API', { kind: 'rest', payload: '2.0' }, /payload 1.0 only.*kind "http"/s],
  ])('%s', (_, props, message) => {
    expect(make(props)).toThrow(message);
  });

  const groups = (managedGroups: readonly string[]) => () =>
    new SallyportWebAcl(new Stack(new App(), 'S'), 'Acl', { scope: 'REGIONAL', managedGroups });
  it('a web ACL that is too heavy, with what weighs most', () => {
    const heavy = Array.from({ length: 8 }, () => 'AWSManagedRulesCommonRuleSet');
    expect(groups(heavy)).toThrow(
      /5602 capacity units, and AWS WAF takes 5000.*AWSManagedRulesCommonRuleSet 700.*managedGroups/s,
    );
  });

  const forward = (props: object) => () => {
    const stack = new Stack(new App(), 'S');
    const vpc = new Vpc(stack, 'Vpc') as IVpc;
    const securityGroup = new SecurityGroup(stack, 'G', { vpc });
    const shared = { vpc, target: { securityGroup, port: 80 }, document: {}, ...props };
    return 'kind' in props ? new PrivateApi(stack, 'F', shared as never) : new PrivateForwarder(stack, 'F', shared);
  };
  it.each([
    [
      'a function that outlives the gateway',
      { timeout: Duration.seconds(40) },
      /API Gateway waits for 29000.*webhook mode/s,
    ],
    ['a function without time', { timeout: Duration.seconds(1) }, /nothing could be forwarded/],
    ['addresses on an HTTP API', { kind: 'http', allow: ['192.0.2.0/24'] }, /no resource policy.*ip-set/s],
    ['a plan on an HTTP API', { kind: 'http', usagePlan: { name: 'a', rate: 1, burst: 1 } }, /no usage plan/],
  ])('%s', (_, props, message) => {
    expect(forward(props)).toThrow(message);
  });
});
