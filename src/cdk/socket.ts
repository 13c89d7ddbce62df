import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { ApiKey, CfnUsagePlan, CfnUsagePlanKey } from 'aws-cdk-lib/aws-apigateway';
import { CfnRoute, type CfnStage, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { acknowledge } from './acknowledge.ts';
import { checked } from './document.ts';
import { DoorFunction } from './door-function.ts';
import { acknowledgeEdge } from './edge-findings.ts';
import { describeStage, distributionLogs, logGroup, type StageLimits } from './log-places.ts';
import { originHeader, OriginSecret } from './origin-secret.ts';
import { nameOf, ownNames, tellTarget, type OwnNames } from './own-names.ts';
import { guardOptions, rulePlace } from './rule-place.ts';
import { rulesOf, secretsFor, type SecretsGiven } from './secrets.ts';
import { SallyportStores } from './stores.ts';
import { SallyportWatch } from './watch.ts';
import { secretsOf, SallyportWebAcl } from './web-acl.ts';
import { shippedWaf } from './shipped-waf.ts';

/** Who may connect, each with a key of his own (`x-api-key` at the handshake), and how often. */
export interface SocketClients {
  readonly names: readonly string[];
  /** Handshakes of one client. Messages are throttled by the stage. */
  readonly rate: number;
  readonly burst: number;
  readonly quota?: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

export interface ProtectedSocketProps extends OwnNames {
  readonly document: DocumentInput;
  /** File whose export `handler` answers connect, messages and disconnect; its reply goes back to the sender. */
  readonly handler: string;
  readonly modules?: readonly string[];
  /** The secrets that the document's rules name. */
  readonly secrets?: SecretsGiven;
  readonly stageName?: string;
  readonly throttle?: StageLimits;
  /** Everybody may connect when left out. */
  readonly clients?: SocketClients;
  /** Days between rotations of the secret origin header; 30 by default. */
  readonly rotationDays?: number;
  /** Who is told of alarms. */
  readonly alarms?: ITopic;
}

/**
 * A WebSocket API that only CloudFront can reach: the distribution adds a secret header from Secrets Manager, the authorizer
 * refuses a handshake without it, the web ACL sees the handshake and the rules see every message. The handler finds the
 * table of connections in `CONNECTIONS_TABLE`, and may post to every connection.
 */
export class ProtectedSocket extends Construct {
  readonly url: string;
  readonly stores: SallyportStores;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: ProtectedSocketProps) {
    super(scope, id);
    const { document, native } = checked(props.document, 'websocket');
    const secret = new OriginSecret(this, 'OriginSecret', {
      description: `Shared by CloudFront and the authorizer of ${document.name}`,
      ...(props.rotationDays !== undefined && { days: props.rotationDays }),
    });
    const shared = {
      kind: 'authorizer',
      rules: rulePlace(this, document),
      secrets: secretsFor(this, document, rulesOf(document), props.secrets, props.modules),
      ...(props.modules && { modules: props.modules }),
    } as const;
    const rules = guardOptions(document);
    this.stores = new SallyportStores(this, 'Stores', { connections: true });
    const messages = new DoorFunction(this, 'Messages', {
      ...shared,
      ...shippedWaf(document, 'guard'),
      door: 'webSocket',
      handler: props.handler,
      options: { ...rules, behindAuthorizer: true },
      description: `Messages of ${document.name}`,
      environment: this.stores.environment,
    });
    this.stores.grantConnections(messages.function);
    const connect = new DoorFunction(this, 'Connect', {
      ...shared,
      door: 'authorizer',
      description: `Handshakes of ${document.name}`,
      ...shippedWaf(document, 'guard'),
      timeout: Duration.seconds(10),
      options: { ...rules, payload: '1.0', ...secret.door.options },
      environment: secret.door.environment,
    });
    secret.grantCheck(connect);
    const api = this.#api(messages, connect);
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: props.stageName ?? 'prod',
      autoDeploy: true,
    });
    describeStage(stage.node.defaultChild as CfnStage, logGroup(this, 'AccessLogs'), props.throttle, {
      connection: '$context.connectionId',
      viewer: '$context.authorizer.viewer',
      trace: '$context.authorizer.trace',
      code: '$context.authorizer.code',
    });
    api.grantManageConnections(messages.function);
    acknowledge(messages.function.role ?? this, {
      [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:${Stack.of(this).region}:<AWS::AccountId>:<${Stack.of(this).getLogicalId(api.node.defaultChild as never)}>/*/*/@connections/*]`]:
        'Connections have no names before they are made; the right ends at this API.',
    });
    if (props.clients) this.#clients(props.clients, api, stage);
    const acl = new SallyportWebAcl(this, 'WebAcl', { scope: 'CLOUDFRONT', native, secretsIn: secretsOf(document) });
    this.distribution = new Distribution(this, 'Distribution', {
      comment: document.name,
      ...ownNames(props),
      webAclId: acl.arn,
      logBucket: distributionLogs(this),
      defaultBehavior: {
        origin: new HttpOrigin(`${api.apiId}.execute-api.${Stack.of(this).region}.${Stack.of(this).urlSuffix}`, {
          originPath: `/${stage.stageName}`,
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          customHeaders: secret.header,
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      },
    });
    acknowledgeEdge(this.distribution, props.certificate !== undefined);
    const rotation = secret.rotate(this.distribution, acl.arn);
    new SallyportWatch(this, 'Watch', {
      name: document.name,
      doors: [connect, messages, rotation],
      webAcl: { metric: acl.metric, scope: 'CLOUDFRONT' },
      ...(props.alarms && { topic: props.alarms }),
    });
    this.url = `wss://${nameOf(this.distribution, props)}`;
    tellTarget(this, this.distribution, props);
    new CfnOutput(this, 'Url', { value: this.url, description: 'npx wscat -c URL -H "x-api-key: KEY"' });
    new CfnOutput(this, 'Decisions', { value: connect.logs.logGroupName, description: 'aws logs tail --follow' });
  }

  #api(messages: DoorFunction, connect: DoorFunction): WebSocketApi {
    const integration = (name: string): WebSocketLambdaIntegration =>
      new WebSocketLambdaIntegration(name, messages.function);
    const api = new WebSocketApi(this, 'Api', {
      routeSelectionExpression: '$request.body.action',
      connectRouteOptions: {
        integration: integration('OnConnect'),
        authorizer: new WebSocketLambdaAuthorizer('Handshake', connect.function, {
          identitySource: [`route.request.header.${originHeader}`],
        }),
      },
      disconnectRouteOptions: { integration: integration('OnDisconnect') },
      defaultRouteOptions: { integration: integration('OnMessage'), returnResponse: true },
    });
    for (const route of api.node.findAll())
      if (route instanceof CfnRoute && route.routeKey !== '$connect')
        acknowledge(route, {
          'AwsSolutions-APIG4':
            'A WebSocket API authorizes at $connect only; messages belong to a connection that was let in.',
        });
    return api;
  }

  #clients(clients: SocketClients, api: WebSocketApi, stage: WebSocketStage): void {
    for (const route of api.node.findAll())
      if (route instanceof CfnRoute && route.routeKey === '$connect') route.apiKeyRequired = true;
    const plan = new CfnUsagePlan(this, 'Plan', {
      throttle: { rateLimit: clients.rate, burstLimit: clients.burst },
      apiStages: [{ apiId: api.apiId, stage: stage.stageName }],
      ...(clients.quota && { quota: clients.quota }),
    });
    plan.node.addDependency(stage);
    for (const name of clients.names) {
      const key = new ApiKey(this, `Key-${name}`, { description: name });
      new CfnUsagePlanKey(this, `In-${name}`, { keyId: key.keyId, keyType: 'API_KEY', usagePlanId: plan.ref });
      new CfnOutput(this, `KeyOf-${name}`, {
        value: key.keyId,
        description: 'aws apigateway get-api-key --include-value --query value --output text --api-key ID',
      });
    }
  }
}
