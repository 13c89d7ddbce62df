import { base64, fromBase64, utf8 } from '../base/bytes.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import { queryPairs } from '../http/query.ts';
import type { ClientCert } from './client-cert.ts';
import { splitTarget, targetOf } from './parts-target.ts';
import {
  bodyText,
  encodePairs,
  headerMaps,
  isBinaryType,
  isTextType,
  logTime,
  pairMaps,
  viewerAt,
  type ApiPlace,
  type EventContext,
  type EventShape,
} from './parts.ts';
import { readProxyResult, type ProxyResultRules } from './rest-result.ts';

/** API Gateway REST, payload 1.0: both directions, both sides. */

export interface RestIdentity {
  accessKey: string | null;
  accountId: string | null;
  caller: string | null;
  cognitoAuthenticationProvider: string | null;
  cognitoAuthenticationType: string | null;
  cognitoIdentityId: string | null;
  cognitoIdentityPoolId: string | null;
  principalOrgId: string | null;
  sourceIp: string;
  user: string | null;
  userAgent: string | null;
  userArn: string | null;
  apiKey?: string;
  apiKeyId?: string;
  clientCert?: ClientCert;
}

export interface RestRequestContext {
  accountId: string;
  apiId: string;
  deploymentId: string;
  domainName: string;
  domainPrefix: string;
  extendedRequestId: string;
  httpMethod: string;
  identity: RestIdentity;
  path: string;
  protocol: string;
  requestId: string;
  requestTime: string;
  requestTimeEpoch: number;
  resourceId: string;
  resourcePath: string;
  stage: string;
  authorizer?: Record<string, unknown>;
  operationName?: string;
  isCanaryRequest?: boolean;
}

export interface RestEvent {
  /** `1.0` when an HTTP API sends this shape; a REST API has no such key. */
  version?: string;
  resource: string;
  path: string;
  httpMethod: string;
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  queryStringParameters: Record<string, string> | null;
  multiValueQueryStringParameters: Record<string, string[]> | null;
  pathParameters: Record<string, string> | null;
  stageVariables: Record<string, string> | null;
  requestContext: RestRequestContext;
  body: string | null;
  isBase64Encoded: boolean;
}

export interface RestResult {
  statusCode: number;
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  body: string;
  isBase64Encoded: boolean;
}

/** Fields that end at the gateway and never reach a function. */
export const endsAtGateway: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'www-authenticate',
]);

const respelled: ReadonlyMap<string, string> = new Map([
  ['authorization', 'Authorization'],
  ['user-agent', 'User-Agent'],
]);
const none: ReadonlySet<string> = new Set();
const asIs: ReadonlyMap<string, string> = new Map();

/** Everything of the event but the body; an authorizer's event is made of the same. */
export function restEventHead(
  request: { readonly method: string; readonly target: string; readonly headers: HeaderList },
  viewer: { readonly address: string },
  context: EventContext,
): Omit<RestEvent, 'body' | 'isBase64Encoded'> {
  const { headers, multiValueHeaders } = headerMaps(request.headers, endsAtGateway, respelled);
  const query = pairMaps(queryPairs(splitTarget(request.target).query));
  const { place, identity } = context;
  return {
    ...(place.kind === 'http' ? { version: '1.0' } : {}),
    resource: context.resource,
    path: context.path,
    httpMethod: request.method,
    headers,
    multiValueHeaders,
    queryStringParameters: query.last,
    multiValueQueryStringParameters: query.all,
    pathParameters: context.params && { ...context.params },
    stageVariables: context.stageVariables && { ...context.stageVariables },
    requestContext: {
      accountId: place.account,
      apiId: place.id,
      deploymentId: place.deploymentId,
      domainName: place.domainName,
      domainPrefix: place.domainPrefix,
      extendedRequestId: context.extendedRequestId,
      httpMethod: request.method,
      identity: {
        accessKey: identity.accessKey ?? null,
        accountId: identity.accountId ?? null,
        caller: identity.caller ?? null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: identity.principalOrgId ?? null,
        sourceIp: viewer.address,
        user: identity.user ?? null,
        userAgent: request.headers.get('user-agent') ?? null,
        userArn: identity.userArn ?? null,
        ...(identity.apiKey === undefined ? {} : { apiKey: identity.apiKey }),
        ...(identity.apiKeyId === undefined ? {} : { apiKeyId: identity.apiKeyId }),
        ...(identity.clientCert === undefined ? {} : { clientCert: identity.clientCert }),
      },
      path: context.contextPath,
      protocol: 'HTTP/1.1',
      requestId: context.requestId,
      requestTime: logTime(context.at),
      requestTimeEpoch: context.at,
      resourceId: context.resourceId,
      resourcePath: context.resource,
      stage: place.stage,
      ...(context.authorizer ? { authorizer: { ...context.authorizer } } : {}),
      ...(context.operationName === undefined ? {} : { operationName: context.operationName }),
      ...(context.isCanaryRequest === undefined ? {} : { isCanaryRequest: context.isCanaryRequest }),
    },
  };
}

/** The context that a REST event carries about its API, route and caller. */
export function contextOfRest(event: Omit<RestEvent, 'body' | 'isBase64Encoded'>): EventContext {
  const about = event.requestContext;
  const { identity } = about;
  const kept = (
    name: 'accessKey' | 'accountId' | 'caller' | 'principalOrgId' | 'user' | 'userArn' | 'apiKey' | 'apiKeyId',
  ): object => (typeof identity[name] === 'string' ? { [name]: identity[name] } : {});
  const place: ApiPlace = {
    kind: event.version === '1.0' ? 'http' : 'rest',
    region: /\.execute-api\.([a-z0-9-]+)\./.exec(about.domainName)?.[1] ?? 'us-east-1',
    account: about.accountId,
    id: about.apiId,
    stage: about.stage,
    deploymentId: about.deploymentId,
    domainName: about.domainName,
    domainPrefix: about.domainPrefix,
  };
  return {
    place,
    requestId: about.requestId,
    extendedRequestId: about.extendedRequestId,
    at: about.requestTimeEpoch,
    routeKey: `${event.httpMethod} ${event.resource}`,
    resource: event.resource,
    resourceId: about.resourceId,
    path: event.path,
    contextPath: about.path,
    params: event.pathParameters,
    stageVariables: event.stageVariables,
    authorizer: about.authorizer ?? null,
    identity: {
      ...kept('accessKey'),
      ...kept('accountId'),
      ...kept('caller'),
      ...kept('principalOrgId'),
      ...kept('user'),
      ...kept('userArn'),
      ...kept('apiKey'),
      ...kept('apiKeyId'),
      ...(identity.clientCert === undefined ? {} : { clientCert: identity.clientCert }),
    },
    binaryMediaTypes: [],
    ...(about.operationName === undefined ? {} : { operationName: about.operationName }),
    ...(about.isCanaryRequest === undefined ? {} : { isCanaryRequest: about.isCanaryRequest }),
  };
}

export const restShape: EventShape<RestEvent, RestResult, ProxyResultRules> = {
  fromEvent(event) {
    const lines: string[] = [];
    for (const [name, values] of Object.entries(event.multiValueHeaders ?? {}))
      for (const value of values) lines.push(name, value);
    const headers = HeaderList.fromFlat(lines);
    const pairs: [string, string][] = [];
    for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
      for (const value of values) pairs.push([name, value]);
    }
    const body =
      event.body === null
        ? null
        : Body.of(event.isBase64Encoded ? (fromBase64(event.body) ?? utf8(event.body)) : event.body);
    const contentType = headers.get('content-type');
    const binary = event.isBase64Encoded ? [(contentType ?? 'application/json').split(';', 1)[0]?.trim() ?? '*/*'] : [];
    return {
      request: {
        method: event.httpMethod,
        target: targetOf(event.path, encodePairs(pairs)),
        version: '1.1',
        headers,
        body,
      },
      viewer: viewerAt(event.requestContext.identity.sourceIp, headers.get('x-forwarded-proto') !== 'http'),
      context: { ...contextOfRest(event), binaryMediaTypes: binary },
    };
  },

  async toEvent(request, viewer, context) {
    const bytes = request.body ? await request.body.bytes() : null;
    const contentType = request.headers.get('content-type');
    const asBase64 =
      bytes !== null &&
      bytes.length > 0 &&
      (context.place.kind === 'http'
        ? !isTextType(contentType, request.headers.get('content-encoding'))
        : isBinaryType(contentType, context.binaryMediaTypes));
    return {
      ...restEventHead(request, viewer, context),
      body: bytes === null || bytes.length === 0 ? null : bodyText(bytes, asBase64),
      isBase64Encoded: asBase64,
    };
  },

  fromResult: readProxyResult,

  async toResult(response) {
    // In one map only: of a name in both, API Gateway would send every value of the lists and the single one once more.
    const { multiValueHeaders } = headerMaps(response.headers, none, asIs);
    const bytes = response.body ? await response.body.bytes() : new Uint8Array(0);
    const text =
      bytes.length === 0 || isTextType(response.headers.get('content-type'), response.headers.get('content-encoding'));
    return {
      statusCode: response.status,
      headers: {},
      multiValueHeaders,
      body: text ? bodyText(bytes, false) : base64(bytes),
      isBase64Encoded: !text,
    };
  },
};
