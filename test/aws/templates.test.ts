import { App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import { build as licensed } from '../../examples/aws-licensed-search/app.ts';
import { build as forwarder } from '../../examples/aws-private-forwarder/app.ts';
import { build as programmable } from '../../examples/aws-programmable-waf/app.ts';
import { build as socket } from '../../examples/aws-protected-websocket/app.ts';
import { RegionalApi } from '../../src/cdk/index.ts';

// The built-in validator is run once, in the last test.
process.env['CDK_VALIDATION'] = 'false';

const examples: Readonly<Record<string, (app: App) => Stack>> = {
  programmable,
  socket,
  forwarder,
  licensed,
  'licensed, Lambda@Edge': (app) => licensed(app, 'lambda'),
};

describe.each(Object.entries(examples))('%s', (_, build) => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(build(new App()));
  });
  it('has functions on arm64 with a log group, and none that may do everything', () => {
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
    template.hasResourceProperties('AWS::SecretsManager::Secret', { GenerateSecretString: { PasswordLength: 40 } });
  });
  it('sends the handler’s replies back', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$connect', AuthorizationType: 'CUSTOM' });
  });
});

describe('private forwarder', () => {
  const template = Template.fromStack(forwarder(new App()));
  it('lets the function out to one group and one port', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      FromPort: 8080,
      ToPort: 8080,
      IpProtocol: 'tcp',
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: 20,
      Timeout: 28,
      Architectures: ['arm64'],
    });
  });
});

describe('licensed search', () => {
  it('checks before the cache with a function that has its keys', () => {
    const template = Template.fromStack(licensed(new App()));
    template.hasResourceProperties('AWS::CloudFront::Function', {
      FunctionConfig: Match.objectLike({ Runtime: 'cloudfront-js-2.0', KeyValueStoreAssociations: Match.anyValue() }),
    });
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { CustomErrorResponses: Match.arrayWith([{ ErrorCode: 403, ErrorCachingMinTTL: 0 }]) },
    });
  });
});

describe('what cannot work fails at synth, with what to do', () => {
  const make = (props: object) => () => {
    const stack = new Stack(new App(), 'S');
    const backend = new LambdaFunction(stack, 'B', {
      runtime: Runtime.NODEJS_22_X,
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
  ])('%s', (_, props, message) => {
    expect(make(props)).toThrow(message);
  });
});

describe('the validators of CDK', () => {
  it('find nothing wrong in any example', () => {
    process.env['CDK_VALIDATION'] = 'true';
    const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
    for (const build of Object.values(examples)) build(app);
    try {
      expect(() => app.synth()).not.toThrow();
    } finally {
      process.env['CDK_VALIDATION'] = 'false';
    }
    expect(Validations).toBeDefined();
  });
});
