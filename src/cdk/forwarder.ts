import type { Duration } from 'aws-cdk-lib';
import { Port, SecurityGroup, type ISecurityGroup, type IVpc, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { checked } from './document.ts';
import { DoorFunction } from './door-function.ts';
import { inTime } from './in-time.ts';
import type { OriginSecret } from './origin-secret.ts';
import { rulePlace } from './rule-place.ts';
import { gatewayOut, letOutToRules, type RuleWays } from './rule-ways.ts';
import { secretsFor, type SecretsGiven } from './secrets.ts';
import { storeVariables, type SallyportStores } from './stores.ts';
import { shippedWaf } from './shipped-waf.ts';
import { portErrors } from './target-port.ts';

export interface ForwarderTarget {
  readonly securityGroup: ISecurityGroup;
  readonly port: number;
}

export interface PrivateForwarderProps {
  /** Only who comes by the distribution that sends this secret is let in. */
  readonly originSecret?: OriginSecret;
  /** The secrets that the document names. */
  readonly secrets?: SecretsGiven;
  /** Group of the VPC's interface endpoint for Secrets Manager, which the function asks for either kind of secret. */
  readonly secretsEndpoint?: ISecurityGroup;
  readonly document: DocumentInput;
  readonly vpc: IVpc;
  readonly subnets?: SubnetSelection;
  /** The group of the target, and its port: the only place that the function may speak to. */
  readonly target: ForwarderTarget;
  /** Which kind of API calls it, or a queue. */
  readonly front?: 'http-api' | 'rest-api' | 'load-balancer' | 'queue';
  readonly modules?: readonly string[];
  /** Calls at a time; the target's own limit is a good number. 20 by default. */
  readonly reservedConcurrency?: number;
  /**
   * Reckoned from the longest `timeouts.total` of the document's origins when left out, and below the gateway's 29 s. A
   * written timeout of an origin that does not fit ends the synth.
   */
  readonly timeout?: Duration;
  /**
   * Counters and records in DynamoDB; in memory, each container for itself, when left out. The function reaches it over a
   * gateway endpoint, which is made here; `prefixList` is DynamoDB's in the region:
   * `aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.REGION.dynamodb`.
   */
  readonly stores?: { readonly stores: SallyportStores; readonly prefixList: string; readonly endpoint?: boolean };
  /** Ways out of the VPC to where the rule map comes from, for a document with `rules.from`. */
  readonly rulesBy?: RuleWays;
}

const doors = { 'http-api': 'httpApi', 'rest-api': 'restApi', 'load-balancer': 'alb', queue: 'queue' } as const;
const fronts = {
  'http-api': 'http-api',
  'rest-api': 'http-api',
  'load-balancer': 'load-balancer',
  queue: 'http-api',
} as const;

/**
 * The whole line inside a VPC, in front of a private host. Its security group lets it out to one group and port (and, if it
 * has stores, to DynamoDB), and nothing in.
 */
export class PrivateForwarder extends Construct {
  readonly door: DoorFunction;

  constructor(scope: Construct, id: string, props: PrivateForwarderProps) {
    super(scope, id);
    const front = props.front ?? 'http-api';
    const { document, input } = checked(props.document, fronts[front]);
    const rules = rulePlace(this, document);
    const group = new SecurityGroup(this, 'Egress', {
      vpc: props.vpc,
      allowAllOutbound: false,
      description: `${document.name}: out to the target only`,
    });
    const { target, stores } = props;
    const elsewhere = portErrors(document, target.port);
    if (elsewhere.length > 0) throw new Error(elsewhere.join('\n'));
    group.addEgressRule(target.securityGroup, Port.tcp(target.port), 'the target');
    target.securityGroup.addIngressRule(group, Port.tcp(target.port), document.name, true);
    const secrets = secretsFor(this, document, document, props.secrets, props.modules);
    if (props.originSecret || secrets) {
      if (!props.secretsEndpoint)
        throw new Error(
          `a function in a VPC reads ${secrets ? 'the secrets that the document names' : 'the origin secret'} over an endpoint: make an interface endpoint for Secrets Manager and give its group as \`secretsEndpoint\``,
        );
      group.addEgressRule(props.secretsEndpoint, Port.tcp(443), 'Secrets Manager');
      props.secretsEndpoint.addIngressRule(group, Port.tcp(443), document.name, true);
    }
    if (stores) gatewayOut(this, 'DynamoDb', props, group, stores);
    letOutToRules(this, props, group, rules);
    const { timeout, fitting } = inTime(document, input, front === 'queue', props.timeout);
    this.door = new DoorFunction(this, 'Line', {
      door: doors[front],
      kind: 'line',
      ...shippedWaf(document, 'line'),
      rules,
      secrets,
      description: `${document.name} before a private host`,
      options: { document: { ...fitting, store: { use: 'memory' } } },
      ...(stores && { table: storeVariables.table }),
      environment: { ...stores?.stores.environment, ...props.originSecret?.door.environment },
      ...(props.originSecret && { before: props.originSecret.door.options }),
      memoryMb: 512,
      timeout,
      reservedConcurrency: props.reservedConcurrency ?? 20,
      vpc: { vpc: props.vpc, securityGroups: [group], ...(props.subnets && { subnets: props.subnets }) },
      ...(props.modules && { modules: props.modules }),
    });
    stores?.stores.grantDecide(this.door.function);
    props.originSecret?.grantCheck(this.door);
  }
}
