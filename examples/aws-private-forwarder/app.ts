import { App, Duration, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { SecurityGroup, SubnetType, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { PrivateForwarder } from '../../src/cdk/index.ts';

/** Webhooks from outside to a host inside a VPC: the function may speak to that host's group and port, and to nothing else. */
export function build(app: App): Stack {
  const stack = new Stack(app, 'PrivateForwarder');
  const vpc = new Vpc(stack, 'Vpc', {
    natGateways: 0,
    maxAzs: 2,
    subnetConfiguration: [{ name: 'private', subnetType: SubnetType.PRIVATE_ISOLATED }],
  }) as IVpc;
  const target = new SecurityGroup(stack, 'Target', { vpc, allowAllOutbound: false, description: 'the private host' });
  const forwarder = new PrivateForwarder(stack, 'Forwarder', {
    vpc,
    subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    target: { securityGroup: target, port: 8080 },
    timeout: Duration.seconds(28),
    document: {
      name: 'private-forwarder',
      rules: { map: { default: [{ name: 'method-and-path', params: { methods: ['POST'] } }] } },
      origins: { host: { url: 'http://10.0.1.10:8080', allow: ['10.0.1.10'] } },
      routes: { 'POST /hooks/{proxy+}': { to: 'host' } },
    },
  });
  const api = new HttpApi(stack, 'Api');
  api.addRoutes({
    path: '/{proxy+}',
    methods: [HttpMethod.ANY],
    integration: new HttpLambdaIntegration('Line', forwarder.door.function),
  });
  return stack;
}

if (process.argv[1]?.endsWith('app.ts')) build(new App());
