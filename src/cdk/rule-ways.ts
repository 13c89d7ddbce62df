import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  Peer,
  Port,
  type ISecurityGroup,
  type IVpc,
  type SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { RulePlace, RuleService } from './rule-place.ts';

/** A gateway endpoint, by the service's prefix list in the region. `endpoint: false`: the VPC has one already. */
export interface GatewayWay {
  readonly prefixList: string;
  readonly endpoint?: boolean;
}

/** How a function in a VPC reaches where its rules come from; what the document does not need may be left out. */
export interface RuleWays {
  /** Group of the VPC's interface endpoint for SSM. */
  readonly ssm?: ISecurityGroup;
  readonly s3?: GatewayWay;
  /** Left out where `stores` has it. */
  readonly dynamodb?: GatewayWay;
}

interface InVpc {
  readonly vpc: IVpc;
  readonly subnets?: SubnetSelection;
}

const services = {
  DynamoDb: GatewayVpcEndpointAwsService.DYNAMODB,
  S3: GatewayVpcEndpointAwsService.S3,
} as const;

/** Lets a group out to a service with a gateway endpoint, which is made here. */
export function gatewayOut(
  scope: Construct,
  id: keyof typeof services,
  { vpc, subnets }: InVpc,
  group: SecurityGroup,
  way: GatewayWay,
): void {
  group.addEgressRule(Peer.prefixList(way.prefixList), Port.tcp(443), id);
  if (way.endpoint !== false)
    new GatewayVpcEndpoint(scope, id, { vpc, service: services[id], ...(subnets && { subnets: [subnets] }) });
}

const missing: Readonly<Record<RuleService, string>> = {
  ssm: 'make an interface endpoint for SSM and give its group as `rulesBy.ssm`',
  s3: 'give `rulesBy.s3: { prefixList }`, S3’s in the region (aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.REGION.s3); the gateway endpoint is made here',
  dynamodb:
    'give `rulesBy.dynamodb: { prefixList }`, DynamoDB’s in the region (aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.REGION.dynamodb); the gateway endpoint is made here',
};

/** Lets a function in a VPC out to where its rules come from. Throws with what is missing: without a way there nobody comes in. */
export function letOutToRules(
  scope: Construct,
  props: InVpc & { readonly rulesBy?: RuleWays; readonly stores?: object },
  group: SecurityGroup,
  rules: RulePlace | null,
): void {
  const ways = props.rulesBy ?? {};
  for (const service of rules?.services ?? []) {
    const way = ways[service];
    if (service === 'dynamodb' && props.stores) continue;
    if (!way) throw new Error(`the rule map comes from ${service}, and its function is in a VPC: ${missing[service]}`);
    if ('prefixList' in way) gatewayOut(scope, service === 's3' ? 'S3' : 'DynamoDb', props, group, way);
    else group.addEgressRule(way, Port.tcp(443), 'SSM');
  }
}
