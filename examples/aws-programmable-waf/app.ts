import { App, Stack, Validations } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { RegionalApi } from '../../src/cdk/index.ts';

/** A REST API whose authorizer is the rule map, with AWS WAF for its native part, keys and a plan. */
export function build(app: App): Stack {
  const stack = new Stack(app, 'ProgrammableWaf');
  const backend = new Function(stack, 'Backend', {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200, body: "hello" })'),
  });
  Validations.of(backend).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    reason: 'It stands for a handler of yours, and has what CDK gives every function: the right to write its log.',
  });
  new RegionalApi(stack, 'Api', {
    kind: 'rest',
    backend,
    webAcl: true,
    alarms: new Topic(stack, 'Alarms', { enforceSSL: true }),
    usagePlan: { name: 'basic', rate: 10, burst: 20, quota: { limit: 10_000, period: 'DAY' } },
    document: {
      name: 'programmable-waf',
      rules: {
        map: {
          default: [{ name: 'user-agent' }, { name: 'size-limits', params: { query: 2048 } }],
          'POST /orders/*': [{ name: 'header-check', params: { required: ['x-client'] } }],
          '/admin/*': [{ name: 'ip-set', params: { allow: ['198.51.100.0/24'] } }],
        },
      },
    },
  });
  return stack;
}

if (process.argv[1]?.endsWith('app.ts')) build(new App());
