import { Stack } from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { logGroup } from '../log-places.ts';
import { ApiAuthorizers } from './authorizers.ts';
import { httpFindings } from './findings.ts';
import { allowCalls } from './functions.ts';
import { functionWords } from './function-words.ts';
import { patienceOf } from './limits.ts';
import type { DocumentApiProps } from './api-props.ts';
import { accessLogOf, limitsOf } from './rest-stage.ts';
import type { RoutePlan } from './route-plan.ts';

const usual = JSON.stringify({
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  error: '$context.integrationErrorMessage',
  trace: '$context.authorizer.trace',
  code: '$context.authorizer.code',
});

/** An HTTP API of the document as one of API Gateway: its routes, integrations, CORS and stage. */
export class HttpApiOfDocument extends Construct {
  readonly apiId: string;
  readonly stageName: string;
  readonly url: string;
  readonly #props: DocumentApiProps;

  constructor(scope: Construct, id: string, props: DocumentApiProps) {
    super(scope, id);
    this.#props = props;
    const { document, plan, functions } = props;
    const { cors } = plan.api;
    const stack = Stack.of(this);
    const api = new CfnApi(this, 'Api', {
      name: `${document.name} ${plan.name}`,
      description: `${plan.name} of ${document.name}`,
      protocolType: 'HTTP',
      disableExecuteApiEndpoint: props.mapped,
      ...(cors && {
        corsConfiguration: {
          allowOrigins: cors.allowOrigins,
          allowMethods: cors.allowMethods,
          allowCredentials: cors.allowCredentials,
          ...(cors.allowHeaders.length > 0 && { allowHeaders: cors.allowHeaders }),
          ...(cors.exposeHeaders.length > 0 && { exposeHeaders: cors.exposeHeaders }),
          ...(cors.maxAge !== undefined && { maxAge: cors.maxAge }),
        },
      }),
    });
    this.apiId = api.ref;
    const arn = stack.formatArn({ service: 'execute-api', resource: this.apiId, resourceName: '*' });
    const authorizers = new ApiAuthorizers(this, plan, this.apiId, functions, (called) =>
      allowCalls(this, called, arn),
    );
    const routes = plan.routes.map((route, at) => {
      const words = functionWords(route.given);
      const called = route.ends === 'mock' || route.ends === 'origin' ? null : functions.of(route, words).function;
      if (called) allowCalls(this, called, arn);
      const integration = new CfnIntegration(this, `Integration${at}`, {
        apiId: this.apiId,
        timeoutInMillis: patienceOf(document, plan.api, route.given),
        ...(called ? this.#function(route, called) : this.#origin(route)),
      });
      const { authorizationType, authorizerId, authorizationScopes } = authorizers.of(route);
      return new CfnRoute(this, `Route${at}`, {
        apiId: this.apiId,
        routeKey: route.key,
        target: `integrations/${integration.ref}`,
        authorizationType,
        ...(authorizerId !== undefined && { authorizerId }),
        ...(authorizationScopes && { authorizationScopes }),
        ...(route.given.operation !== undefined && { operationName: route.given.operation }),
      });
    });
    const stage = this.#stage();
    // A throttle of a route's own is refused where the route is not there yet.
    for (const route of routes) stage.node.addDependency(route);
    this.stageName = stage.ref;
    const path = plan.stage === '$default' ? '' : `/${plan.stage}`;
    this.url = `https://${this.apiId}.execute-api.${stack.region}.${stack.urlSuffix}${path}`;
    acknowledge(this, httpFindings(plan));
  }

  #function(route: RoutePlan, called: IFunction): Omit<CfnIntegrationWords, 'apiId'> {
    const { to } = route.given;
    const first = route.ends === 'function' && typeof to !== 'string' && to.use === 'function-rest';
    return {
      integrationType: 'AWS_PROXY',
      integrationMethod: 'POST',
      integrationUri: called.functionArn,
      payloadFormatVersion: first ? '1.0' : '2.0',
      ...(route.ends === 'function' ? mapped(route, {}) : {}),
    };
  }

  #origin(route: RoutePlan): Omit<CfnIntegrationWords, 'apiId'> {
    const { key, given } = route;
    const [verb = 'ANY', path = '/'] = key === '$default' ? ['ANY', ''] : key.split(' ', 2);
    const origin = this.#props.document.origins[given.to as string];
    const headers = Object.fromEntries(
      Object.entries(origin?.headers ?? {}).map(([name, value]) => [`overwrite:header.${name}`, value]),
    );
    return {
      integrationType: 'HTTP_PROXY',
      integrationMethod: verb,
      payloadFormatVersion: '1.0',
      integrationUri: `${origin?.url ?? ''}${(given.rewrite ?? path).replaceAll('+}', '}')}`,
      ...mapped(route, {
        // A fixed path takes nothing from the request; everything else is the path as it came.
        ...(key === '$default' && given.rewrite === undefined && { 'overwrite:path': '$request.path' }),
        ...headers,
      }),
    };
  }

  #stage(): CfnStage {
    const { document, plan, throttle } = this.#props;
    const { rate, burst } = limitsOf(document, plan.api, throttle);
    const most = document.account.throttle;
    const own = plan.routes.flatMap(({ key, given }) =>
      given.throttle
        ? [
            [
              key,
              {
                ThrottlingRateLimit: Math.min(given.throttle.rate, most.rate),
                ThrottlingBurstLimit: Math.min(given.throttle.burst, most.burst),
              },
            ] as const,
          ]
        : [],
    );
    return new CfnStage(this, 'Stage', {
      apiId: this.apiId,
      stageName: plan.stage,
      autoDeploy: true,
      accessLogSettings: {
        destinationArn: logGroup(this, 'AccessLogs').logGroupArn,
        format: accessLogOf(plan.api, usual),
      },
      defaultRouteSettings: { throttlingRateLimit: rate, throttlingBurstLimit: burst, detailedMetricsEnabled: true },
      ...(own.length > 0 && { routeSettings: Object.fromEntries(own) }),
      ...(Object.keys(plan.api.variables).length > 0 && { stageVariables: plan.api.variables }),
    });
  }
}

type CfnIntegrationWords = ConstructorParameters<typeof CfnIntegration>[2];

/** The route's mapping as an integration has it, after what its origin wants. */
function mapped({ given }: RoutePlan, more: Readonly<Record<string, string>>): Partial<CfnIntegrationWords> {
  const requestParameters = { ...more, ...given.map?.request };
  const responses = Object.entries(given.map?.responses ?? {}).map(([status, rules]) => [
    status,
    { ResponseParameters: Object.entries(rules).map(([Destination, Source]) => ({ Destination, Source })) },
  ]);
  return {
    ...(Object.keys(requestParameters).length > 0 && { requestParameters }),
    ...(responses.length > 0 && { responseParameters: Object.fromEntries(responses) as object }),
  };
}
