import { type CfnDeployment, type CfnRestApi, CfnStage } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { milliseconds } from '../../base/duration.ts';
import type { GatewayApiDocument } from '../../config/apis.ts';
import type { Document } from '../../config/document.ts';
import { accessLogFormats } from '../../gateway/access-log.ts';
import { logGroup, type StageLimits } from '../log-places.ts';
import type { DocumentApiProps } from './api-props.ts';

const usual = JSON.stringify({
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  error: '$context.error.message',
  trace: '$context.authorizer.trace',
  code: '$context.authorizer.code',
});

/** What the document says of its access log, or what every stage of ours writes. */
export const accessLogOf = (api: GatewayApiDocument, otherwise: string): string =>
  api.accessLog === undefined
    ? otherwise
    : (accessLogFormats[api.accessLog as keyof typeof accessLogFormats] ?? api.accessLog);

/** A stage's bucket: the document's, or the given one, and never more than the account has. */
export function limitsOf(document: Document, api: GatewayApiDocument, given: StageLimits | undefined): StageLimits {
  const { rate, burst } = api.throttle ?? given ?? { rate: 100, burst: 200 };
  const most = document.account.throttle;
  return { rate: Math.min(rate, most.rate), burst: Math.min(burst, most.burst) };
}

/** The stage of a REST API: log, throttles, variables, canary, and a cache where the document has one. */
export function restStage(
  scope: Construct,
  { document, plan, throttle }: DocumentApiProps,
  api: CfnRestApi,
  deployment: CfnDeployment,
): CfnStage {
  const { canary, stageCache, variables } = plan.api;
  const cached = stageCache !== undefined || plan.routes.some(({ given }) => given.stageCache);
  return new CfnStage(scope, 'Stage', {
    restApiId: api.ref,
    deploymentId: deployment.ref,
    stageName: plan.stage,
    accessLogSetting: {
      destinationArn: logGroup(scope, 'AccessLogs').logGroupArn,
      format: accessLogOf(plan.api, usual),
    },
    methodSettings: methodSettings(document, plan, throttle),
    ...(Object.keys(variables).length > 0 && { variables }),
    ...(cached && { cacheClusterEnabled: true, cacheClusterSize: '0.5' }),
    ...(canary && {
      canarySetting: {
        deploymentId: deployment.ref,
        percentTraffic: canary.percent,
        stageVariableOverrides: canary.variables,
        useStageCache: canary.useStageCache,
      },
    }),
  });
}

/** Those of a method stand for all of the stage's, so each says everything. */
function methodSettings(
  document: Document,
  { api, routes }: DocumentApiProps['plan'],
  throttle: StageLimits | undefined,
): CfnStage.MethodSettingProperty[] {
  const stage = limitsOf(document, api, throttle);
  const setting = (
    place: { readonly resourcePath: string; readonly httpMethod: string },
    limits: StageLimits,
    ttl: string | null,
  ): CfnStage.MethodSettingProperty => {
    const seconds = Math.floor((milliseconds(ttl ?? '0s') ?? 0) / 1000);
    return {
      ...place,
      loggingLevel: 'ERROR',
      metricsEnabled: true,
      dataTraceEnabled: false,
      throttlingRateLimit: limits.rate,
      throttlingBurstLimit: limits.burst,
      cachingEnabled: seconds > 0,
      ...(seconds > 0 && { cacheTtlInSeconds: seconds, cacheDataEncrypted: true }),
    };
  };
  const own = routes.flatMap(({ key, given }) => {
    if (given.throttle === undefined && given.stageCache === undefined) return [];
    const [httpMethod = 'ANY', path = '/'] = key.split(' ', 2);
    const kept = given.stageCache;
    const ttl =
      kept === false ? null : kept ? (kept.ttl ?? api.stageCache?.ttl ?? '300s') : (api.stageCache?.ttl ?? null);
    const most = document.account.throttle;
    const limits = given.throttle
      ? { rate: Math.min(given.throttle.rate, most.rate), burst: Math.min(given.throttle.burst, most.burst) }
      : stage;
    const plain = path.replace(/(.)\/$/, '$1');
    return [
      setting({ resourcePath: plain === '/' ? '/' : `/${plain.replaceAll('/', '~1')}`, httpMethod }, limits, ttl),
    ];
  });
  return [setting({ resourcePath: '/*', httpMethod: '*' }, stage, api.stageCache?.ttl ?? null), ...own];
}
