import { CfnOutput, Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { type CfnStage, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DocumentInput } from '../config/document.ts';
import { checked } from './document.ts';
import { DoorFunction } from './door-function.ts';
import { SallyportWebAcl } from './web-acl.ts';

export interface ProtectedSocketProps {
  readonly document: DocumentInput;
  /** File whose export `handler` answers connect, messages and disconnect; its reply goes back to the sender. */
  readonly handler: string;
  readonly modules?: readonly string[];
  readonly stageName?: string;
  readonly throttle?: { readonly rate: number; readonly burst: number };
}

/**
 * A WebSocket API that only CloudFront can reach: the distribution adds a secret header from Secrets Manager, the authorizer
 * refuses a handshake without it, the web ACL sees the handshake and the rules see every message.
 */
export class ProtectedSocket extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: ProtectedSocketProps) {
    super(scope, id);
    const { document, native } = checked(props.document, 'websocket');
    const header = 'x-origin-verify';
    const secret = new Secret(this, 'OriginSecret', {
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
      description: 'Shared by CloudFront and the authorizer',
    });
    const map = { ...document.rules.map };
    const value = `{{resolve:secretsmanager:${secret.secretArn}:SecretString}}`;
    const messages = new DoorFunction(this, 'Messages', {
      door: 'webSocket',
      kind: 'authorizer',
      handler: props.handler,
      options: { map, onFault: document.rules.onFault },
      description: `Messages of ${document.name}`,
      ...(props.modules && { modules: props.modules }),
    });
    const connect = new DoorFunction(this, 'Connect', {
      door: 'authorizer',
      kind: 'authorizer',
      description: `Handshakes of ${document.name}`,
      timeout: Duration.seconds(5),
      options: {
        map,
        onFault: document.rules.onFault,
        payload: '1.0',
        originSecret: { header, secrets: ['ORIGIN_SECRET', 'ORIGIN_SECRET_BEFORE'] },
      },
      environment: { ORIGIN_SECRET: value },
      ...(props.modules && { modules: props.modules }),
    });
    const integration = (name: string): WebSocketLambdaIntegration =>
      new WebSocketLambdaIntegration(name, messages.function);
    const api = new WebSocketApi(this, 'Api', {
      routeSelectionExpression: '$request.body.action',
      connectRouteOptions: {
        integration: integration('OnConnect'),
        authorizer: new WebSocketLambdaAuthorizer('Handshake', connect.function, {
          identitySource: [`route.request.header.${header}`],
        }),
      },
      disconnectRouteOptions: { integration: integration('OnDisconnect') },
      defaultRouteOptions: { integration: integration('OnMessage'), returnResponse: true },
    });
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: props.stageName ?? 'prod',
      autoDeploy: true,
    });
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const raw = stage.node.defaultChild as CfnStage;
    raw.accessLogSettings = {
      destinationArn: logs.logGroupArn,
      format: JSON.stringify({
        requestId: '$context.requestId',
        ip: '$context.identity.sourceIp',
        route: '$context.routeKey',
        status: '$context.status',
        connection: '$context.connectionId',
      }),
    };
    raw.defaultRouteSettings = {
      throttlingRateLimit: props.throttle?.rate ?? 100,
      throttlingBurstLimit: props.throttle?.burst ?? 200,
    };
    const acl = new SallyportWebAcl(this, 'WebAcl', { scope: 'CLOUDFRONT', native });
    const distribution = new Distribution(this, 'Distribution', {
      comment: document.name,
      webAclId: acl.arn,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      defaultBehavior: {
        origin: new HttpOrigin(`${api.apiId}.execute-api.${Stack.of(this).region}.${Stack.of(this).urlSuffix}`, {
          originPath: `/${stage.stageName}`,
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          customHeaders: { [header]: SecretValue.secretsManager(secret.secretArn).unsafeUnwrap() },
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      },
    });
    this.url = `wss://${distribution.distributionDomainName}`;
    new CfnOutput(this, 'Url', { value: this.url, description: 'wscat -c URL' });
  }
}
