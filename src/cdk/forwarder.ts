import { Duration } from 'aws-cdk-lib';
import { Port, SecurityGroup, type ISecurityGroup, type IVpc, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { checked } from './document.ts';
import { DoorFunction } from './door-function.ts';

export interface PrivateForwarderProps {
  readonly document: DocumentInput;
  readonly vpc: IVpc;
  readonly subnets?: SubnetSelection;
  /** The group of the target, and its port: the only place that the function may speak to. */
  readonly target: { readonly securityGroup: ISecurityGroup; readonly port: number };
  /** Which kind of API calls it. */
  readonly front?: 'http-api' | 'rest-api' | 'load-balancer';
  readonly modules?: readonly string[];
  /** Calls at a time; the target's own limit is a good number. 20 by default. */
  readonly reservedConcurrency?: number;
  /** Below the gateway's 29 s, above the document's total timeout. */
  readonly timeout?: Duration;
}

const doors = { 'http-api': 'httpApi', 'rest-api': 'restApi', 'load-balancer': 'alb' } as const;

/** The whole line inside a VPC, in front of a private host. Its security group lets it out to one group and port, and nothing in. */
export class PrivateForwarder extends Construct {
  readonly door: DoorFunction;

  constructor(scope: Construct, id: string, props: PrivateForwarderProps) {
    super(scope, id);
    const front = props.front ?? 'http-api';
    const { document } = checked(props.document, front === 'load-balancer' ? 'load-balancer' : 'http-api');
    const group = new SecurityGroup(this, 'Egress', {
      vpc: props.vpc,
      allowAllOutbound: false,
      description: `${document.name}: out to the target only`,
    });
    group.addEgressRule(props.target.securityGroup, Port.tcp(props.target.port), 'the target');
    props.target.securityGroup.addIngressRule(group, Port.tcp(props.target.port), document.name, true);
    this.door = new DoorFunction(this, 'Line', {
      door: doors[front],
      kind: 'line',
      description: `${document.name} before a private host`,
      options: {
        document: {
          ...(props.document as object),
          store: (props.document as { store?: unknown }).store ?? { use: 'memory' },
        },
      },
      memoryMb: 512,
      timeout: props.timeout ?? Duration.seconds(28),
      reservedConcurrency: props.reservedConcurrency ?? 20,
      vpc: { vpc: props.vpc, securityGroups: [group], ...(props.subnets && { subnets: props.subnets }) },
      ...(props.modules && { modules: props.modules }),
    });
  }
}
