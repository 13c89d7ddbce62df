import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  SecurityGroup,
  SubnetType,
  Vpc,
  type ISecurityGroup,
  type IVpc,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  type IApplicationListener,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PrivateApi, PrivateLink, WebhookForwarder } from '../../src/cdk/index.ts';
import document from './sallyport.config.ts';

/** `rest`: keys, a plan and a list of addresses. `http`: cheaper. `link`: no function in the path. `webhook`: a queue between. */
export type Variant = 'rest' | 'http' | 'link' | 'webhook';

/** From outside to a host inside a VPC: the function may speak to that host's group and port, and to nothing else. */
export function build(app: App, variant: Variant = 'rest'): Stack {
  const stack = new Stack(app, `PrivateForwarder-${variant}`);
  const subnets = { subnetType: SubnetType.PRIVATE_ISOLATED };
  const vpc = new Vpc(stack, 'Vpc', {
    natGateways: 0,
    maxAzs: 2,
    subnetConfiguration: [{ name: 'private', ...subnets }],
    flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } },
  }) as IVpc;
  const securityGroup = new SecurityGroup(stack, 'Target', {
    vpc,
    allowAllOutbound: false,
    description: 'the private host, or the load balancer before it',
  });
  const shared = { document, vpc, subnets, target: { securityGroup, port: 8080 } };
  // GitHub's, as published at https://api.github.com/meta under `hooks`; look there for today's.
  const senders = ['192.30.252.0/22', '185.199.108.0/22', '140.82.112.0/20', '143.55.64.0/20'];
  switch (variant) {
    case 'rest':
      new PrivateApi(stack, 'Api', {
        ...shared,
        kind: 'rest',
        allow: senders,
        throttle: { rate: 20, burst: 50 },
        usagePlan: { name: 'senders', rate: 10, burst: 20, quota: { limit: 100_000, period: 'DAY' } },
        reservedConcurrency: 10,
      });
      break;
    case 'http':
      new PrivateApi(stack, 'Api', { ...shared, kind: 'http', throttle: { rate: 20, burst: 50 } });
      break;
    case 'webhook':
      // GitHub sends no key and does not try again: its signature is the key, and the queue tries for it.
      new WebhookForwarder(stack, 'Hooks', {
        ...shared,
        secrets: { GITHUB_WEBHOOK_SECRET: 'private-forwarder/GITHUB_WEBHOOK_SECRET' },
        secretsEndpoint: secretsEndpoint(stack, vpc, subnets),
        document: {
          ...document,
          rules: {
            ...document.rules,
            map: {
              default: [
                ...document.rules.map.default,
                { name: 'ip-set', params: { allow: senders } },
                { name: 'hmac-signature', params: { secrets: ['GITHUB_WEBHOOK_SECRET'] } },
              ],
            },
          },
        },
        allow: senders,
        tries: 5,
        timeout: Duration.seconds(25),
      });
      break;
    case 'link': {
      const balancer = new ApplicationLoadBalancer(stack, 'Balancer', {
        vpc,
        internetFacing: false,
        vpcSubnets: subnets,
        securityGroup,
      });
      Validations.of(balancer).acknowledge({
        id: 'AwsSolutions-ELB2',
        reason: 'Only API Gateway reaches it, and that has a log of every request already.',
      });
      const listener = balancer.addListener('Listener', {
        port: 8080,
        protocol: ApplicationProtocol.HTTP,
        open: false,
        defaultTargetGroups: [
          new ApplicationTargetGroup(stack, 'Hosts', {
            vpc,
            port: 8080,
            protocol: ApplicationProtocol.HTTP,
            targetType: TargetType.IP,
          }),
        ],
      }) as IApplicationListener;
      new PrivateLink(stack, 'Link', {
        vpc,
        subnets,
        target: { listener: { application: listener }, securityGroup, port: 8080 },
        document: {
          name: document.name,
          rules: { map: { default: [{ name: 'method-and-path', params: { methods: ['POST'] } }] } },
        },
        throttle: { rate: 20, burst: 50 },
      });
    }
  }
  return stack;
}

/** The function has no way out of the VPC, so Secrets Manager comes to it; this endpoint has a price for each hour. */
function secretsEndpoint(stack: Stack, vpc: IVpc, subnets: SubnetSelection): ISecurityGroup {
  const group = new SecurityGroup(stack, 'Secrets', {
    vpc,
    allowAllOutbound: false,
    description: 'the endpoint of Secrets Manager',
  });
  new InterfaceVpcEndpoint(stack, 'SecretsEndpoint', {
    vpc,
    subnets,
    service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    securityGroups: [group],
    open: false,
  });
  return group;
}

if (process.argv[1]?.endsWith('app.ts')) {
  const app = new App();
  build(app, app.node.tryGetContext('variant') as Variant | undefined);
}
