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
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { checked } from './document.ts';
import { DoorFunction } from './door-function.ts';
import { describeStage, logGroup, type StageLimits } from './log-places.ts';
import type { OriginSecret } from './origin-secret.ts';
import { guardOptions, rulePlace } from './rule-place.ts';
import { rulesOf, secretsFor, type SecretsGiven } from './secrets.ts';
import { shippedWaf } from './shipped-waf.ts';
import { acknowledgeRest, planWithKey, type UsagePlanProps } from './usage-plan.ts';
import { mostBody } from './most-body.ts';
import { SallyportWatch } from './watch.ts';
import { secretsOf, SallyportWebAcl, type SallyportWebAclProps } from './web-acl.ts';

export interface RegionalApiProps {
  readonly document: DocumentInput;
  /** `rest`: API keys, usage plans and AWS WAF are there. `http`: cheaper, and none of the three. */
  readonly kind: 'rest' | 'http';
  /** What answers behind the rules. */
  readonly backend: IFunction;
  /** The secrets that the document names; rules of your own find theirs here as well. */
  readonly secrets?: SecretsGiven;
  /** Files of your own rules. */
  readonly modules?: readonly string[];
  /** REST only: with a plan every request needs a key. */
  readonly usagePlan?: UsagePlanProps;
  /** REST only: AWS WAF before the authorizer. */
  readonly webAcl?: boolean;
  /** Requests a second and at once for the whole stage. */
  readonly throttle?: StageLimits;
  /** What the authorizer is sent. Reckoned from the kind: REST APIs send 1.0 only, and 2.0 is the cheaper to read. */
  readonly payload?: '1.0' | '2.0';
  /** Only who comes by the distribution that sends this secret is let in. */
  readonly originSecret?: OriginSecret;
  /** Who is told of alarms. */
  readonly alarms?: ITopic;
}

/** A regional API with the document's rules as its authorizer. Nothing of a verdict is kept: each request is judged. */
export class RegionalApi extends Construct {
  readonly url: string;
  readonly authorizer: DoorFunction;
  #acl: SallyportWebAcl | null = null;

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
    if (rest && props.payload === '2.0')
      throw new Error(
        'a REST API sends its authorizers payload 1.0 only: leave `payload` out, or use kind "http" for payload 2.0',
      );
    const secret = props.originSecret?.door;
    this.authorizer = new DoorFunction(this, 'Authorizer', {
      door: 'authorizer',
      kind: 'authorizer',
      description: `Rules of ${document.name} as an authorizer`,
      options: {
        ...guardOptions(document),
        payload: props.payload ?? (rest ? '1.0' : '2.0'),
        ...secret?.options,
      },
      ...(secret && { environment: secret.environment }),
      ...shippedWaf(document, 'guard'),
      rules: rulePlace(this, document),
      secrets: secretsFor(this, document, rulesOf(document), props.secrets, props.modules),
      timeout: Duration.seconds(10),
      ...(props.modules && { modules: props.modules }),
    });
    props.originSecret?.grantCheck(this.authorizer);
    this.url = rest
      ? this.#rest(props, { native, secretsIn: secretsOf(document), bodyBytes: mostBody(document) })
      : this.#http(props);
    new CfnOutput(this, 'Url', { value: this.url });
    new CfnOutput(this, 'Decisions', {
      value: this.authorizer.logs.logGroupName,
      description: 'aws logs tail --follow',
    });
    new SallyportWatch(this, 'Watch', {
      name: document.name,
      doors: [this.authorizer],
      ...(this.#acl && { webAcl: { metric: this.#acl.metric, scope: 'REGIONAL' } }),
      ...(props.alarms && { topic: props.alarms }),
    });
  }

  #rest(props: RegionalApiProps, acl: Pick<SallyportWebAclProps, 'native' | 'secretsIn' | 'bodyBytes'>): string {
    const authorizer = new RequestAuthorizer(this, 'Rules', {
      handler: this.authorizer.function,
      identitySources: [IdentitySource.context('identity.sourceIp')],
      resultsCacheTtl: Duration.seconds(0),
    });
    const api = new RestApi(this, 'Api', {
      // On the API and not on the proxy alone: `/` is a method of its own, and would be open.
      defaultIntegration: new LambdaIntegration(props.backend),
      defaultMethodOptions: { authorizer, apiKeyRequired: props.usagePlan !== undefined },
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      apiKeySourceType: ApiKeySourceType.HEADER,
      cloudWatchRole: true,
      // The account goes on naming this role when the stack is gone, and without it no API of the region could log.
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: 'prod',
        accessLogDestination: new LogGroupLogDestination(logGroup(this, 'AccessLogs')),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        throttlingRateLimit: props.throttle?.rate ?? 100,
        throttlingBurstLimit: props.throttle?.burst ?? 200,
      },
    });
    api.root.addProxy();
    api.addGatewayResponse('Refused', {
      type: ResponseType.ACCESS_DENIED,
      statusCode: '403',
      responseHeaders: { 'x-sallyport-trace': 'context.authorizer.trace' },
      templates: { 'application/json': '{"message":"Forbidden"}' },
    });
    if (props.usagePlan) planWithKey(this, api, props.usagePlan);
    if (props.webAcl) {
      this.#acl = new SallyportWebAcl(this, 'WebAcl', { scope: 'REGIONAL', ...acl });
      new CfnWebACLAssociation(this, 'Association', {
        webAclArn: this.#acl.arn,
        resourceArn: api.deploymentStage.stageArn,
      });
    }
    acknowledgeRest(api, {
      'AwsSolutions-COG4': 'The authorizer is the rule map; there is no user pool to ask.',
      ...(props.webAcl ? {} : { 'AwsSolutions-APIG3': 'Asked for without AWS WAF: the authorizer runs the rules.' }),
    });
    return api.url;
  }

  #http(props: RegionalApiProps): string {
    const rules = new HttpLambdaAuthorizer('Rules', this.authorizer.function, {
      responseTypes: [props.payload === '1.0' ? HttpLambdaResponseType.IAM : HttpLambdaResponseType.SIMPLE],
      identitySource: [],
      resultsCacheTtl: Duration.seconds(0),
    });
    const api = new HttpApi(this, 'Api', { createDefaultStage: true });
    const integration: HttpRouteIntegration = new HttpLambdaIntegration('Backend', props.backend);
    api.addRoutes({ path: '/{proxy+}', methods: [HttpMethod.ANY], integration, authorizer: rules });
    api.addRoutes({ path: '/', methods: [HttpMethod.ANY], integration, authorizer: rules });
    const stage = api.defaultStage?.node.defaultChild as CfnStage;
    describeStage(stage, logGroup(this, 'AccessLogs'), props.throttle, {
      trace: '$context.authorizer.trace',
      code: '$context.authorizer.code',
    });
    for (const child of this.node.findAll())
      if (child instanceof CfnAuthorizer) child.authorizerPayloadFormatVersion = props.payload ?? '2.0';
    return api.apiEndpoint;
  }
}
