import { base64, fromBase64, utf8 } from '../base/bytes.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import { queryPairs } from '../http/query.ts';
import { readHttpResult, type HttpResultRules } from './http-result.ts';
import type { ClientCert } from './client-cert.ts';
import { splitTarget, targetOf } from './parts-target.ts';
import { bodyText, define, isTextType, logTime, viewerAt, type EventContext, type EventShape } from './parts.ts';

/** API Gateway HTTP API and function URLs, payload 2.0: both directions, both sides. */

export interface HttpRequestContext {
  accountId: string;
  apiId: string;
  authentication?: { clientCert: ClientCert };
  authorizer?: Record<string, unknown>;
  domainName: string;
  domainPrefix: string;
  http: { method: string; path: string; protocol: string; sourceIp: string; userAgent: string };
  requestId: string;
  routeKey: string;
  stage: string;
  time: string;
  timeEpoch: number;
}

export interface HttpEvent {
  version: '2.0';
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  requestContext: HttpRequestContext;
  body?: string;
  pathParameters?: Record<string, string>;
  isBase64Encoded: boolean;
  stageVariables?: Record<string, string>;
}

export interface HttpResult {
  statusCode: number;
  headers: Record<string, string>;
  cookies?: string[];
  body: string;
  isBase64Encoded: boolean;
}

const endsHere: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'expect',
]);

/** Lower-case names, repeated values joined with a comma; cookies stand apart. */
function joinedHeaders(list: HeaderList): { readonly headers: Record<string, string>; readonly cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  const { flat, names } = list;
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const value = flat[at * 2 + 1] as string;
    if (name === 'cookie') {
      for (const cookie of value.split(';')) if (cookie.trim() !== '') cookies.push(cookie.trim());
    } else if (!endsHere.has(name)) {
      define(headers, name, Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value);
    }
  }
  return { headers, cookies };
}

function joinedQuery(query: string | null): Record<string, string> | null {
  const pairs = queryPairs(query);
  if (pairs.length === 0) return null;
  const joined: Record<string, string> = {};
  for (const [name, value] of pairs)
    define(joined, name, Object.hasOwn(joined, name) ? `${joined[name]},${value}` : value);
  return joined;
}

/** Everything of the event but the body; an authorizer's event is made of the same. */
export function httpEventHead(
  request: Pick<HttpRequest, 'method' | 'target' | 'headers'>,
  viewer: { readonly address: string },
  context: EventContext,
): Omit<HttpEvent, 'body' | 'isBase64Encoded'> {
  const { headers, cookies } = joinedHeaders(request.headers);
  const { query } = splitTarget(request.target);
  const parameters = joinedQuery(query);
  const { place } = context;
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath: context.path,
    rawQueryString: query ?? '',
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...(parameters ? { queryStringParameters: parameters } : {}),
    requestContext: {
      accountId: place.account,
      apiId: place.id,
      ...(context.identity.clientCert ? { authentication: { clientCert: context.identity.clientCert } } : {}),
      ...(context.authorizer ? { authorizer: { ...context.authorizer } } : {}),
      domainName: place.domainName,
      domainPrefix: place.domainPrefix,
      http: {
        method: request.method,
        path: context.contextPath,
        protocol: 'HTTP/1.1',
        sourceIp: viewer.address,
        userAgent: request.headers.get('user-agent') ?? '',
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: place.stage,
      time: logTime(context.at),
      timeEpoch: context.at,
    },
    ...(context.params && Object.keys(context.params).length > 0 ? { pathParameters: { ...context.params } } : {}),
    ...(context.stageVariables && Object.keys(context.stageVariables).length > 0
      ? { stageVariables: { ...context.stageVariables } }
      : {}),
  };
}

/** The context that a 2.0 event carries about its API, route and caller. */
export function contextOfHttp(event: Omit<HttpEvent, 'body' | 'isBase64Encoded'>): EventContext {
  const about = event.requestContext;
  const space = event.routeKey.indexOf(' ');
  return {
    place: {
      kind: 'http',
      region: /\.(?:execute-api|lambda-url)\.([a-z0-9-]+)\./.exec(about.domainName)?.[1] ?? 'us-east-1',
      account: about.accountId,
      id: about.apiId,
      stage: about.stage,
      deploymentId: '',
      domainName: about.domainName,
      domainPrefix: about.domainPrefix,
    },
    requestId: about.requestId,
    extendedRequestId: about.requestId,
    at: about.timeEpoch,
    routeKey: event.routeKey,
    resource: space < 0 ? event.routeKey : event.routeKey.slice(space + 1),
    resourceId: '',
    path: event.rawPath,
    contextPath: about.http.path,
    params: event.pathParameters ?? null,
    stageVariables: event.stageVariables ?? null,
    authorizer: about.authorizer ?? null,
    identity: about.authentication?.clientCert ? { clientCert: about.authentication.clientCert } : {},
    binaryMediaTypes: [],
  };
}

export const httpShape: EventShape<HttpEvent, HttpResult, HttpResultRules> = {
  fromEvent(event) {
    const lines: string[] = [];
    for (const [name, value] of Object.entries(event.headers ?? {})) lines.push(name, value);
    if (event.cookies && event.cookies.length > 0) lines.push('cookie', event.cookies.join('; '));
    const headers = HeaderList.fromFlat(lines);
    const raw = event.body;
    const body = raw === undefined ? null : Body.of(event.isBase64Encoded ? (fromBase64(raw) ?? utf8(raw)) : raw);
    return {
      request: {
        method: event.requestContext.http.method,
        target: targetOf(event.rawPath, event.rawQueryString),
        version: '1.1',
        headers,
        body,
      },
      viewer: viewerAt(event.requestContext.http.sourceIp, headers.get('x-forwarded-proto') !== 'http'),
      context: contextOfHttp(event),
    };
  },

  async toEvent(request, viewer, context) {
    const bytes = request.body ? await request.body.bytes() : null;
    const head = httpEventHead(request, viewer, context);
    if (bytes === null || bytes.length === 0) return { ...head, isBase64Encoded: false };
    const asBase64 = !isTextType(request.headers.get('content-type'), request.headers.get('content-encoding'));
    return { ...head, body: bodyText(bytes, asBase64), isBase64Encoded: asBase64 };
  },

  fromResult: readHttpResult,

  async toResult(response) {
    const headers: Record<string, string> = {};
    const cookies: string[] = [];
    for (const [name, value] of response.headers) {
      const lower = name.toLowerCase();
      if (lower === 'set-cookie') cookies.push(value);
      else define(headers, lower, Object.hasOwn(headers, lower) ? `${headers[lower]},${value}` : value);
    }
    const bytes = response.body ? await response.body.bytes() : new Uint8Array(0);
    const text =
      bytes.length === 0 || isTextType(response.headers.get('content-type'), response.headers.get('content-encoding'));
    return {
      statusCode: response.status,
      headers,
      ...(cookies.length === 0 ? {} : { cookies }),
      body: text ? bodyText(bytes, false) : base64(bytes),
      isBase64Encoded: !text,
    };
  },
};
