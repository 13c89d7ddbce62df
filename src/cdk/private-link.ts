import { CfnOutput, Duration } from 'aws-cdk-lib';
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  type HttpRouteIntegration,
  ParameterMapping,
  MappingValue,
  VpcLink,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpAlbIntegration, HttpNlbIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Port, SecurityGroup, type ISecurityGroup, type IVpc, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  NetworkListener,
  type IApplicationListener,
  type INetworkListener,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { acknowledge } from './acknowledge.ts';
import { checked } from './document.ts';
import { DoorFunction } from './door-function.ts';
import { describeStage, logGroup, type StageLimits } from './log-places.ts';
import { guardOptions, rulePlace } from './rule-place.ts';
import { rulesOf, secretsFor, type SecretsGiven } from './secrets.ts';
import { shippedWaf } from './shipped-waf.ts';

export interface PrivateLinkProps {
  readonly vpc: IVpc;
  readonly subnets?: SubnetSelection;
  /** A listener of a load balancer in the VPC, that balancer's group, and its port. A network load balancer may have no group: it needs one here. */
  readonly target: {
    readonly listener: { readonly application: IApplicationListener } | { readonly network: INetworkListener };
    readonly securityGroup: ISecurityGroup;
    readonly port: number;
  };
  /** The rules run as an authorizer; nothing runs when left out, and the load balancer sees every request. */
  readonly document?: DocumentInput;
  readonly modules?: readonly string[];
  /** The secrets that the document's rules name. */
  readonly secrets?: SecretsGiven;
  readonly throttle?: StageLimits;
}

/**
 * An HTTP API before a load balancer in a VPC, without a function in the path: no cold start, answers up to 10 MB, and
 * nothing between the two that could look at a body.
 */
export class PrivateLink extends Construct {
  readonly url: string;
  readonly authorizer: DoorFunction | null;

  constructor(scope: Construct, id: string, props: PrivateLinkProps) {
    super(scope, id);
    const { target } = props;
    if ('network' in target.listener) grouped(target.listener.network);
    const group = new SecurityGroup(this, 'Egress', {
      vpc: props.vpc,
      allowAllOutbound: false,
      description: 'API Gateway: out to the load balancer only',
    });
    group.addEgressRule(target.securityGroup, Port.tcp(target.port), 'the load balancer');
    target.securityGroup.addIngressRule(group, Port.tcp(target.port), 'API Gateway', true);
    const vpcLink = new VpcLink(this, 'Link', {
      vpc: props.vpc,
      securityGroups: [group],
      ...(props.subnets && { subnets: props.subnets }),
    });
    // Otherwise the path that is sent begins with the stage's name, and a field of the viewer could pass for ours.
    const parameterMapping = new ParameterMapping().overwritePath(MappingValue.requestPath());
    const integration: HttpRouteIntegration =
      'application' in target.listener
        ? new HttpAlbIntegration('Target', target.listener.application, { vpcLink, parameterMapping })
        : new HttpNlbIntegration('Target', target.listener.network, { vpcLink, parameterMapping });
    this.authorizer = props.document ? this.#rules(props.document, props) : null;
    const api = new HttpApi(this, 'Api');
    const authorizer = this.authorizer
      ? new HttpLambdaAuthorizer('Rules', this.authorizer.function, {
          responseTypes: [HttpLambdaResponseType.SIMPLE],
          identitySource: [],
          resultsCacheTtl: Duration.seconds(0),
        })
      : new HttpNoneAuthorizer();
    const routes = ['/{proxy+}', '/'].flatMap((path) =>
      api.addRoutes({ path, methods: [HttpMethod.ANY], integration, authorizer }),
    );
    if (!this.authorizer)
      for (const route of routes)
        acknowledge(route, {
          'AwsSolutions-APIG4': 'Asked for without a document: the target behind the load balancer authorizes.',
        });
    describeStage(api.defaultStage?.node.defaultChild as CfnStage, logGroup(this, 'AccessLogs'), props.throttle, {
      error: '$context.integrationErrorMessage',
      code: '$context.authorizer.code',
    });
    this.url = api.apiEndpoint;
    new CfnOutput(this, 'Url', { value: this.url });
  }

  #rules(input: DocumentInput, { modules, secrets }: Pick<PrivateLinkProps, 'modules' | 'secrets'>): DoorFunction {
    const { document } = checked(input, 'authorizer');
    return new DoorFunction(this, 'Authorizer', {
      door: 'authorizer',
      kind: 'authorizer',
      description: `Rules of ${document.name} as an authorizer`,
      options: { ...guardOptions(document), payload: '2.0' },
      rules: rulePlace(this, document),
      secrets: secretsFor(this, document, rulesOf(document), secrets, modules),
      ...shippedWaf(document, 'guard'),
      timeout: Duration.seconds(5),
      ...(modules && { modules }),
    });
  }
}

/** A group cannot be let out to a balancer that is in none; one from another stack is not seen from here. */
function grouped(listener: INetworkListener): void {
  const groups =
    listener instanceof NetworkListener
      ? (listener.loadBalancer as { readonly securityGroups?: readonly string[] }).securityGroups
      : [''];
  if (groups === undefined || groups.length === 0)
    throw new Error(
      'the network load balancer has no security group, so nothing could be let out to it alone: make it with `securityGroups: [group]`, and give that group as `target.securityGroup`',
    );
}
