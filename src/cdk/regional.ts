import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  ApiKeySourceType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestAuthorizer,
  ResponseType,
  RestApi,
  type IRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import {
  CfnAuthorizer,
  type CfnStage,
  HttpApi,
  HttpMethod,
  type HttpRouteIntegration,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { ofCdk } from './of-cdk.ts';
import { checked } from './document.ts';
import { DoorFunction } from './door-function.ts';
import { SallyportWebAcl } from './web-acl.ts';

export interface UsagePlanProps {
  readonly name: string;
  readonly rate: number;
  readonly burst: number;
  readonly quota?: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

export interface RegionalApiProps {
  readonly document: DocumentInput;
  /** `rest`: API keys, usage plans and AWS WAF are there. `http`: cheaper, and none of the three. */
  readonly kind: 'rest' | 'http';
  /** What answers behind the rules. */
  readonly backend: IFunction;
  /** Files of your own rules. */
  readonly modules?: readonly string[];
  /** REST only: with a plan every request needs a key. */
  readonly usagePlan?: UsagePlanProps;
  /** REST only: AWS WAF before the authorizer. */
  readonly webAcl?: boolean;
  /** Requests a second and at once for the whole stage. */
  readonly throttle?: { readonly rate: number; readonly burst: number };
}

/** A regional API with the document's rules as its authorizer. Nothing of a verdict is kept: each request is judged. */
export class RegionalApi extends Construct {
  readonly url: string;
  readonly authorizer: DoorFunction;

  constructor(scope: Construct, id: string, props: RegionalApiProps) {
    super(scope, id);
    const { document, native } = checked(props.document, 'authorizer');
    const rest = props.kind === 'rest';
    if (!rest && props.usagePlan)
      throw new Error(
        'an HTTP API has no usage plans: use kind "rest", or keys and throttles of the document in the path',
      );
    if (!rest && props.webAcl)
      throw new Error(
        'AWS WAF cannot be attached to an HTTP API: use kind "rest", or put a ProtectedDistribution in front',
      );
    this.authorizer = new DoorFunction(this, 'Authorizer', {
      door: 'authorizer',
      kind: 'authorizer',
      description: `Rules of ${document.name} as an authorizer`,
      options: { map: document.rules.map ?? {}, onFault: document.rules.onFault, payload: rest ? '1.0' : '2.0' },
      timeout: Duration.seconds(5),
      ...(props.modules && { modules: props.modules }),
    });
    this.url = rest ? this.#rest(props, native) : this.#http(props);
    new CfnOutput(this, 'Url', { value: this.url });
  }

  #rest(props: RegionalApiProps, native: ReturnType<typeof checked>['native']): string {
    const logs = this.#logs();
    const api = new RestApi(this, 'Api', {
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      apiKeySourceType: ApiKeySourceType.HEADER,
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.DESTROY,
      deployOptions: {
        stageName: 'prod',
        accessLogDestination: new LogGroupLogDestination(logs),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        throttlingRateLimit: props.throttle?.rate ?? 100,
        throttlingBurstLimit: props.throttle?.burst ?? 200,
      },
    });
    const authorizer = new RequestAuthorizer(this, 'Rules', {
      handler: this.authorizer.function,
      identitySources: [IdentitySource.context('identity.sourceIp')],
      resultsCacheTtl: Duration.seconds(0),
    });
    const method = { authorizer, apiKeyRequired: props.usagePlan !== undefined };
    api.root.addProxy({ defaultIntegration: new LambdaIntegration(props.backend), defaultMethodOptions: method });
    api.addGatewayResponse('Refused', {
      type: ResponseType.ACCESS_DENIED,
      statusCode: '403',
      responseHeaders: { 'x-sallyport-trace': 'context.authorizer.trace' },
      templates: { 'application/json': '{"message":"Forbidden"}' },
    });
    if (props.usagePlan) {
      const { name, rate, burst, quota } = props.usagePlan;
      const plan = api.addUsagePlan('Plan', {
        name,
        throttle: { rateLimit: rate, burstLimit: burst },
        ...(quota && { quota: { limit: quota.limit, period: quota.period as never } }),
        apiStages: [{ api: ofCdk<IRestApi>(api), stage: api.deploymentStage }],
      });
      const key = api.addApiKey('Key');
      plan.addApiKey(key);
      new CfnOutput(this, 'KeyId', {
        value: key.keyId,
        description: 'aws apigateway get-api-key --include-value --api-key ID',
      });
    }
    if (props.webAcl) {
      const acl = new SallyportWebAcl(this, 'WebAcl', { scope: 'REGIONAL', native });
      new CfnWebACLAssociation(this, 'Association', { webAclArn: acl.arn, resourceArn: api.deploymentStage.stageArn });
    }
    return api.url;
  }

  #http(props: RegionalApiProps): string {
    const logs = this.#logs();
    const rules = new HttpLambdaAuthorizer('Rules', this.authorizer.function, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: [],
      resultsCacheTtl: Duration.seconds(0),
    });
    const api = new HttpApi(this, 'Api', { createDefaultStage: true });
    const integration: HttpRouteIntegration = new HttpLambdaIntegration('Backend', props.backend);
    api.addRoutes({ path: '/{proxy+}', methods: [HttpMethod.ANY], integration, authorizer: rules });
    api.addRoutes({ path: '/', methods: [HttpMethod.ANY], integration, authorizer: rules });
    const stage = api.defaultStage?.node.defaultChild as CfnStage;
    stage.defaultRouteSettings = {
      throttlingRateLimit: props.throttle?.rate ?? 100,
      throttlingBurstLimit: props.throttle?.burst ?? 200,
    };
    stage.accessLogSettings = {
      destinationArn: logs.logGroupArn,
      format: JSON.stringify({
        requestId: '$context.requestId',
        ip: '$context.identity.sourceIp',
        route: '$context.routeKey',
        status: '$context.status',
        trace: '$context.authorizer.trace',
        code: '$context.authorizer.code',
      }),
    };
    for (const child of this.node.findAll())
      if (child instanceof CfnAuthorizer) child.authorizerPayloadFormatVersion = '2.0';
    return api.apiEndpoint;
  }

  #logs(): LogGroup {
    return new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
