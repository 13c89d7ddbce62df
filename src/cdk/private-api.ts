import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { type CfnStage, HttpApi, HttpMethod, type HttpRouteIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { PrivateForwarder, type PrivateForwarderProps } from './forwarder.ts';
import { gatewayPatience } from './in-time.ts';
import { describeStage, logGroup, type StageLimits } from './log-places.ts';
import { acknowledgeRest, planWithKey, type UsagePlanProps } from './usage-plan.ts';
import { SallyportWatch } from './watch.ts';

export interface PrivateApiProps extends Omit<PrivateForwarderProps, 'front'> {
  /** `rest`: keys, a usage plan and a policy of addresses are there. `http`: a third of the price, and none of the three. */
  readonly kind: 'rest' | 'http';
  readonly throttle?: StageLimits;
  /** REST only: addresses that may ask; API Gateway turns everybody else away before anything runs. */
  readonly allow?: readonly string[];
  /** REST only: with a plan every request needs a key. */
  readonly usagePlan?: UsagePlanProps;
  readonly alarms?: ITopic;
}

/** Statements that let these addresses in and nobody else. */
export function addressPolicy(allow: readonly string[]): PolicyDocument {
  const statement = (effect: Effect, conditions?: object): PolicyStatement =>
    new PolicyStatement({
      effect,
      principals: [new AnyPrincipal()],
      actions: ['execute-api:Invoke'],
      resources: ['execute-api:/*'],
      ...(conditions && { conditions }),
    });
  return new PolicyDocument({
    statements: [statement(Effect.ALLOW), statement(Effect.DENY, { NotIpAddress: { 'aws:SourceIp': [...allow] } })],
  });
}

/** An API in front of a host inside a VPC: whoever may ask, asks the line, and the line asks the host. */
export class PrivateApi extends Construct {
  readonly url: string;
  readonly forwarder: PrivateForwarder;

  constructor(scope: Construct, id: string, props: PrivateApiProps) {
    super(scope, id);
    if (props.kind === 'http' && (props.allow || props.usagePlan))
      throw new Error(
        `an HTTP API has no ${props.allow ? 'resource policy' : 'usage plan'}: use kind "rest", or ${props.allow ? 'the rule ip-set' : 'keys and throttles'} in the document`,
      );
    this.forwarder = new PrivateForwarder(this, 'Forwarder', {
      ...props,
      front: props.kind === 'rest' ? 'rest-api' : 'http-api',
    });
    const { door } = this.forwarder;
    this.url = props.kind === 'rest' ? this.#rest(props) : this.#http(props);
    new CfnOutput(this, 'Url', { value: this.url });
    new CfnOutput(this, 'Decisions', { value: door.logs.logGroupName, description: 'aws logs tail --follow' });
    new SallyportWatch(this, 'Watch', {
      name: (props.document as { name?: string }).name ?? 'sallyport',
      doors: [door],
      ...(props.alarms && { topic: props.alarms }),
    });
  }

  #rest(props: PrivateApiProps): string {
    const api = new RestApi(this, 'Api', {
      // On the API and not on the proxy alone: `/` is a method of its own, and would be open.
      defaultIntegration: new LambdaIntegration(this.forwarder.door.function, {
        timeout: gatewayPatience(this.forwarder.door.function.timeout),
      }),
      defaultMethodOptions: { apiKeyRequired: props.usagePlan !== undefined },
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      cloudWatchRole: true,
      // The account goes on naming this role when the stack is gone, and without it no API of the region could log.
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      ...(props.allow && { policy: addressPolicy(props.allow) }),
      // A signature covers the bytes as they came, so nothing may be made into text on the way.
      binaryMediaTypes: ['*/*'],
      deployOptions: {
        stageName: 'prod',
        accessLogDestination: new LogGroupLogDestination(logGroup(this, 'AccessLogs')),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        metricsEnabled: true,
        throttlingRateLimit: props.throttle?.rate ?? 100,
        throttlingBurstLimit: props.throttle?.burst ?? 200,
      },
    });
    api.root.addProxy();
    if (props.usagePlan) planWithKey(this, api, props.usagePlan);
    acknowledgeRest(api, {
      'AwsSolutions-APIG4':
        'Who may ask is said by the address policy, by the key of the plan and by the rules of the line, which sees bodies and signatures as an authorizer cannot.',
      'AwsSolutions-COG4': 'Callers are machines; there is no user pool to ask.',
      'AwsSolutions-APIG3':
        'The rules of the document run in the line; a web ACL has a price for each month and can be put in front at any time.',
    });
    return api.url;
  }

  #http(props: PrivateApiProps): string {
    const api = new HttpApi(this, 'Api');
    const integration: HttpRouteIntegration = new HttpLambdaIntegration('Line', this.forwarder.door.function, {
      timeout: gatewayPatience(this.forwarder.door.function.timeout),
    });
    for (const path of ['/{proxy+}', '/'])
      for (const route of api.addRoutes({ path, methods: [HttpMethod.ANY], integration }))
        acknowledge(route, {
          'AwsSolutions-APIG4': 'The rules of the document decide in the line, with the body in sight.',
        });
    describeStage(api.defaultStage?.node.defaultChild as CfnStage, logGroup(this, 'AccessLogs'), props.throttle, {
      error: '$context.integrationErrorMessage',
    });
    return api.apiEndpoint;
  }
}
