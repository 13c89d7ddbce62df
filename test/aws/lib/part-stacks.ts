import { Stack, Validations, type App } from 'aws-cdk-lib';
import { FlowLogDestination, SecurityGroup, SubnetType, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
  type INetworkListener,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PrivateLink } from '../../../src/cdk/index.ts';

const rules = { map: { default: [{ name: 'user-agent' }] } };
const stackOf = (app: App, id: string): Stack => new Stack(app, id, { env: { region: 'us-east-1' } });
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
