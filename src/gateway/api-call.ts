import { clientCert } from '../events/client-cert.ts';
import { base64 } from '../base/bytes.ts';
import { chance } from '../base/chance.ts';
import { executeApiArn } from '../events/parts.ts';
import { splitTarget } from '../events/parts-target.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { eventContextFact, resourceFact } from '../flow/shared-facts.ts';
import type { Stage } from '../flow/stage.ts';
import type { HttpRequest } from '../http/message.ts';
import { certificateReasons, headReasons, httpRouteReasons, queryReasons, resourceReasons } from './api-reasons.ts';
import type { GatewayApi } from './api.ts';
import { callFact, eventContext, type Call } from './call.ts';

/** REST counts all header names and values together, HTTP APIs the request line too. */
const MOST_HEAD = 10_240;

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Begins a call: which stage this path means, who asks, under which id. */
export function call(api: GatewayApi): Stage {
  return {
    name: 'gateway.call',
    handle(exchange, next) {
      const { request } = exchange;
      const inside = insideStage(api, splitTarget(request.target).path);
      const begun = beginCall(
        api,
        exchange,
        inside ?? { path: '/', eventPath: '/', contextPath: splitTarget(request.target).path },
      );
      exchange.facts.set(callFact, begun);
      if (inside === null) {
        begun.error = { type: null, message: api.kind === 'rest' ? 'Forbidden' : 'Not Found', member: 'message' };
        return refuse(exchange, 'gateway.call', api.kind === 'rest' ? resourceReasons.stage : httpRouteReasons.none);
      }
      if (api.mutualTls && !exchange.viewer.tls?.client) {
        begun.error = { type: null, message: 'Forbidden', member: 'message', errorType: 'ForbiddenException' };
        return refuse(exchange, 'gateway.call', certificateReasons.missing);
      }
      const bytes = headBytes(request, api.kind);
      if (bytes > MOST_HEAD) {
        begun.error = { type: null, message: 'HTTP header is larger than 10240 bytes.', member: 'message' };
        return refuse(exchange, 'gateway.call', headReasons.large, { facts: { bytes } });
      }
      if (api.kind === 'rest') {
        const mark = request.target.indexOf('?');
        const query = mark < 0 ? '' : request.target.slice(mark);
        if (/[|{}]/.test(query)) {
          begun.error = { type: null, message: 'Bad Request', member: 'message', errorType: 'BadRequestException' };
          return refuse(exchange, 'gateway.call', queryReasons.raw);
        }
        // A semicolon separates, and so it does for everybody who looks at the request after this.
        if (query.includes(';'))
          exchange.request = { ...request, target: request.target.slice(0, mark) + query.replaceAll(';', '&') };
      }
      if (begun.method !== request.method) {
        exchange.request = {
          ...exchange.request,
          method: begun.method,
          headers: request.headers.without('x-http-method-override'),
        };
      }
      exchange.facts.set(eventContextFact, () => eventContext(begun));
      exchange.facts.set(resourceFact, executeApiArn(begun.place, begun.method, begun.path));
      return next(exchange);
    },
  };
}

function headBytes(request: HttpRequest, kind: 'rest' | 'http'): number {
  let bytes = kind === 'http' ? request.method.length + request.target.length + 11 : 0;
  for (const part of request.headers.flat) bytes += part.length;
  return bytes;
}

export interface StagePath {
  /** As routes and ARNs see it. */
  readonly path: string;
  readonly eventPath: string;
  readonly contextPath: string;
}

/** Takes the stage or base path off; null when the path has another one. */
export function insideStage(
  api: Pick<GatewayApi, 'kind' | 'basePath' | 'customDomain' | 'stripBasePath' | 'place'>,
  raw: string,
): StagePath | null {
  if (api.kind === 'http') {
    if (api.basePath !== null) {
      const rest = after(raw, api.basePath);
      return rest === null ? null : { path: rest, eventPath: raw, contextPath: raw };
    }
    if (api.place.stage === '$default' || api.customDomain) return { path: raw, eventPath: raw, contextPath: raw };
    const rest = after(raw, api.place.stage);
    return rest === null ? null : { path: rest, eventPath: raw, contextPath: raw };
  }
  if (api.basePath !== null) {
    const rest = after(raw, api.basePath);
    return rest === null ? null : { path: rest, eventPath: api.stripBasePath ? rest : raw, contextPath: raw };
  }
  if (api.customDomain) return { path: raw, eventPath: oneSlash(raw), contextPath: raw };
  const rest = after(raw, api.place.stage);
  // Leading double slashes are collapsed in the event's path and kept in the context's.
  return rest === null ? null : { path: oneSlash(rest), eventPath: oneSlash(rest), contextPath: raw };
}

const oneSlash = (path: string): string => path.replace(/^\/{2,}/, '/');

function after(raw: string, first: string): string | null {
  const prefix = `/${first}`;
  if (raw === prefix) return '/';
  return raw.startsWith(`${prefix}/`) ? raw.slice(prefix.length) : null;
}

function beginCall(api: GatewayApi, exchange: Exchange, paths: StagePath): Call {
  const { request, viewer, clock } = exchange;
  const wanted = api.kind === 'rest' ? request.headers.get('x-amzn-requestid') : undefined;
  const override = api.kind === 'rest' ? request.headers.get('x-http-method-override') : undefined;
  return {
    place: api.place,
    requestId:
      wanted !== undefined && uuid.test(wanted)
        ? wanted
        : api.kind === 'rest'
          ? crypto.randomUUID()
          : base64(chance(11)),
    extendedRequestId: base64(chance(11)),
    at: clock.now(),
    method: override !== undefined && /^[A-Z]{3,10}$/.test(override) ? override : request.method,
    path: paths.path,
    eventPath: paths.eventPath,
    contextPath: paths.contextPath,
    stageVariables: api.variables,
    binaryMediaTypes: api.binaryMediaTypes,
    basePath: api.basePath,
    canary: api.canary,
    domainName: request.headers.get('host') ?? api.place.domainName,
    sourceIp: api.behindProxy ? viewer.peer : viewer.address,
    routeKey: '',
    resource: '',
    resourceId: '',
    params: null,
    identity: viewer.tls?.client && api.mutualTls ? { clientCert: clientCert(viewer.tls.client) } : {},
    authorizer: null,
    usageKey: null,
    policy: null,
    principals: [],
    may: null,
    callerAccount: 'same',
    plan: null,
    error: null,
    authorizerLatency: null,
    integration: null,
    overrides: { status: null, headers: new Map() },
  };
}
