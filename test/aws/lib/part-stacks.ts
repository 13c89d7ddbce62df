import { Stack, Validations, type App } from 'aws-cdk-lib';
import { FlowLogDestination, SecurityGroup, SubnetType, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
  type INetworkListener,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { join } from 'node:path';
import { PrivateLink, ProtectedFunction, Sallyport, type SallyportProps } from '../../../src/cdk/index.ts';

const handler = join(import.meta.dirname, '../functions/own-handler.ts');
const socket = { handler: join(import.meta.dirname, '../../../examples/aws-protected-websocket/handler.ts') };
const rules = { map: { default: [{ name: 'user-agent' }] } };
const routes = { 'ANY /{proxy+}': { to: 'main', throttle: { rate: 5, burst: 10 } } };
const open = { name: 'open', rules, routes, origins: { main: { url: 'https://origin.example.com' } } };
const hidden = { ...open, origins: { main: { url: 'http://10.0.1.10:8080', allow: ['10.0.1.10'] } } };

const stackOf = (app: App, id: string): Stack => new Stack(app, id, { env: { region: 'us-east-1' } });
const own = (stack: Stack): ProtectedFunction =>
  new ProtectedFunction(stack, 'Shop', { document: { name: 'shop', rules }, handler, handlerName: 'shop' });
const sallyport = (app: App, id: string, props: (stack: Stack) => SallyportProps): Stack => {
  const stack = stackOf(app, id);
  new Sallyport(stack, 'All', props(stack));
  return stack;
};

function inside(stack: Stack): { vpc: IVpc; subnets: { subnetType: SubnetType }; securityGroup: SecurityGroup } {
  const subnets = { subnetType: SubnetType.PRIVATE_ISOLATED };
  const vpc = new Vpc(stack, 'Vpc', {
    natGateways: 0,
    maxAzs: 2,
    subnetConfiguration: [{ name: 'private', ...subnets }],
    flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } },
  }) as IVpc;
  const description = 'the private host, or the load balancer before it';
  return {
    vpc,
    subnets,
    securityGroup: new SecurityGroup(stack, 'Target', { vpc, allowAllOutbound: false, description }),
  };
}

/** An API before a network load balancer; `grouped`: does that have a security group? */
export function networkLink(app: App, grouped = true): Stack {
  const stack = stackOf(app, 'NetworkLink');
  const { vpc, subnets, securityGroup } = inside(stack);
  const balancer = new NetworkLoadBalancer(stack, 'Balancer', {
    vpc,
    internetFacing: false,
    vpcSubnets: subnets,
    ...(grouped ? { securityGroups: [securityGroup] } : { disableSecurityGroups: true }),
  });
  Validations.of(balancer).acknowledge({
    id: 'AwsSolutions-ELB2',
    reason: 'Only API Gateway reaches it, and that has a log of every request already.',
  });
  const target = { port: 8080, protocol: Protocol.TCP };
  const network = balancer.addListener('Listener', {
    ...target,
    defaultTargetGroups: [new NetworkTargetGroup(stack, 'Hosts', { vpc, ...target, targetType: TargetType.IP })],
  }) as INetworkListener;
  new PrivateLink(stack, 'Link', {
    vpc,
    subnets,
    target: { listener: { network }, securityGroup, port: 8080 },
    document: { name: 'link', rules },
  });
  return stack;
}

/** Constructs, and what a document may become, that no example shows. */
export const partStacks: Readonly<Record<string, (app: App) => Stack>> = {
  'a network load balancer, no function in the path': (app) => networkLink(app),
  'a handler with the rules before it': (app) => {
    const stack = stackOf(app, 'Protected');
    own(stack);
    return stack;
  },
  'a document, the line behind CloudFront with AWS WAF': (app) =>
    sallyport(app, 'AllWebAcl', () => ({ document: open, webAcl: true })),
  'a document, the rules before a backend': (app) =>
    sallyport(app, 'AllBackend', (stack) => ({ document: { name: 'rules', rules }, backend: own(stack).function })),
  'a document, a backend behind CloudFront with AWS WAF': (app) =>
    sallyport(app, 'AllBackendAcl', (stack) => ({
      document: { name: 'rules', rules },
      backend: own(stack).function,
      webAcl: true,
    })),
  'a document, a socket beside the line': (app) => sallyport(app, 'AllSocket', () => ({ document: open, socket })),
  'a document, a forwarder that counts': (app) =>
    sallyport(app, 'AllForwarder', (stack) => {
      const { vpc, subnets, securityGroup } = inside(stack);
      return {
        document: hidden,
        vpc: { vpc, subnets, target: { securityGroup, port: 8080 }, prefixList: 'pl-02cd2c6b' },
      };
    }),
};
