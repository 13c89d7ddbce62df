import { logTime } from '../events/parts.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Call } from './call.ts';
import { responseKind } from './gateway-responses.ts';

/** What is known only once the answer is there. */
export interface Outcome {
  readonly status: number;
  readonly responseLength: number | null;
  readonly latencyMs: number;
}

const scalar = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : (JSON.stringify(value) ?? null);

/** A `$context` variable by its dotted name, as text; null when it does not apply to this request. */
export function contextValue(call: Call, request: HttpRequest, name: string, outcome?: Outcome): string | null {
  const direct = plain[name];
  if (direct) return scalar(direct(call, request, outcome));
  if (name.startsWith('authorizer.')) return scalar(authorizerValue(call, name.slice(11)));
  if (name.startsWith('identity.')) return scalar((call.identity as Record<string, unknown>)[name.slice(9)]);
  return null;
}

function authorizerValue(call: Call, name: string): unknown {
  const { authorizer } = call;
  if (!authorizer) return undefined;
  if (name.startsWith('claims.')) {
    const claims =
      (authorizer['jwt'] as { claims?: Record<string, unknown> } | undefined)?.claims ??
      (authorizer['claims'] as Record<string, unknown> | undefined);
    return claims?.[name.slice(7)];
  }
  const lambda = authorizer['lambda'] as Record<string, unknown> | undefined;
  return authorizer[name] ?? lambda?.[name];
}

type Read = (call: Call, request: HttpRequest, outcome: Outcome | undefined) => unknown;

const errorMessage: Read = (call) => call.error?.message;

const plain: Readonly<Record<string, Read>> = {
  accountId: (call) => call.place.account,
  apiId: (call) => call.place.id,
  deploymentId: (call) => call.place.deploymentId || null,
  domainName: (call) => call.domainName,
  domainPrefix: (call) => call.place.domainPrefix,
  'customDomain.basePathMatched': (call) => call.basePath,
  'error.message': errorMessage,
  'error.messageString': (call) => (call.error ? JSON.stringify(call.error.message) : null),
  'error.responseType': (call) => call.error?.type,
  'error.validationErrorString': (call) => call.error?.validation,
  extendedRequestId: (call) => call.extendedRequestId,
  requestId: (call) => call.requestId,
  isCanaryRequest: (call) => call.canary,
  httpMethod: (call) => call.method,
  path: (call) => call.contextPath,
  protocol: () => 'HTTP/1.1',
  requestTime: (call) => logTime(call.at),
  requestTimeEpoch: (call) => call.at,
  resourceId: (call) => call.resourceId || null,
  resourcePath: (call) => call.resource || null,
  routeKey: (call) => call.routeKey || null,
  stage: (call) => call.place.stage,
  status: (call, _, outcome) => outcome?.status ?? (call.error?.type ? responseKind(call.error.type).status : null),
  responseLength: (_, __, outcome) => outcome?.responseLength,
  responseLatency: (_, __, outcome) => outcome && Math.round(outcome.latencyMs),
  dataProcessed: (_, request, outcome) => outcome && (outcome.responseLength ?? 0) + (request.body?.length ?? 0),
  'identity.sourceIp': (call) => call.sourceIp,
  'identity.userAgent': (_, request) => request.headers.get('user-agent'),
  integrationErrorMessage: (call) => call.integration?.error,
  integrationLatency: (call) => call.integration?.latency,
  integrationStatus: (call) => (call.integration && call.integration.error === null ? 200 : null),
  'integration.error': (call) => call.integration?.error,
  'integration.latency': (call) => call.integration?.latency,
  'integration.integrationStatus': (call) => (call.integration && call.integration.error === null ? 200 : null),
  'integration.status': (call) => call.integration?.status,
  'authorizer.latency': (call) => call.authorizerLatency,
  'authorizer.integrationLatency': (call) => call.authorizerLatency,
  'authorizer.principalId': (call) => authorizerValue(call, 'principalId'),
  wafResponseCode: (call) => (call.error?.type === 'WAF_FILTERED' ? 'WAF_BLOCK' : 'WAF_ALLOW'),
};

/** Names that `contextValue` knows without looking into a map. */
export const contextNames: readonly string[] = Object.keys(plain);

const reference =
  /\$(?:\{)?(context|stageVariables|method\.request\.(?:header|querystring|path))\.([A-Za-z0-9_.-]*[A-Za-z0-9_-])\}?/g;

/** Plain substitution, no template language: what gateway responses and access logs use. */
export function substitute(
  template: string,
  look: (scope: string, name: string) => string | null,
  missing: string,
): string {
  return template.replaceAll(reference, (_, scope: string, name: string) => look(scope, name) ?? missing);
}
