import { fromBase64, utf8 } from '../base/bytes.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest } from '../http/message.ts';
import { queryPairs } from '../http/query.ts';
import { splitTarget } from './parts-target.ts';
import { encodePairs, headerMaps, logTime, pairMaps } from './parts.ts';

/** WebSocket APIs: connect, messages, disconnect. */

export interface SocketRequestContext {
  routeKey: string;
  eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  extendedRequestId: string;
  requestTime: string;
  messageDirection: 'IN';
  stage: string;
  connectedAt: number;
  requestTimeEpoch: number;
  identity: { sourceIp: string; userAgent?: string };
  requestId: string;
  domainName: string;
  connectionId: string;
  apiId: string;
  authorizer?: Record<string, unknown>;
  messageId?: string;
  disconnectStatusCode?: number;
  disconnectReason?: string;
}

export interface SocketEvent {
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  queryStringParameters?: Record<string, string>;
  multiValueQueryStringParameters?: Record<string, string[]>;
  stageVariables?: Record<string, string>;
  requestContext: SocketRequestContext;
  body?: string;
  isBase64Encoded: boolean;
}

/** What one connection carries into each of its events. */
export interface SocketFacts {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly apiId: string;
  readonly stage: string;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  readonly authorizer: Readonly<Record<string, unknown>> | null;
  readonly stageVariables: Readonly<Record<string, string>> | null;
}

const respelled: ReadonlyMap<string, string> = new Map();
const notForConnect: ReadonlySet<string> = new Set([
  'connection',
  'upgrade',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'te',
  'trailer',
]);

function about(
  facts: SocketFacts,
  eventType: SocketRequestContext['eventType'],
  routeKey: string,
  requestId: string,
  at: number,
): SocketRequestContext {
  return {
    routeKey,
    eventType,
    extendedRequestId: requestId,
    requestTime: logTime(at),
    messageDirection: 'IN',
    stage: facts.stage,
    connectedAt: facts.connectedAt,
    requestTimeEpoch: at,
    identity: { sourceIp: facts.sourceIp, ...(facts.userAgent === undefined ? {} : { userAgent: facts.userAgent }) },
    requestId,
    domainName: facts.domainName,
    connectionId: facts.connectionId,
    apiId: facts.apiId,
    ...(facts.authorizer ? { authorizer: { ...facts.authorizer } } : {}),
  };
}

const variables = (facts: SocketFacts): { stageVariables?: Record<string, string> } =>
  facts.stageVariables ? { stageVariables: { ...facts.stageVariables } } : {};

/** The handshake: headers and query, no body, no path. */
export function connectEvent(
  request: Pick<HttpRequest, 'target' | 'headers'>,
  facts: SocketFacts,
  requestId: string,
  at: number,
): SocketEvent {
  const { headers, multiValueHeaders } = headerMaps(request.headers, notForConnect, respelled);
  const query = pairMaps(queryPairs(splitTarget(request.target).query));
  return {
    headers,
    multiValueHeaders,
    ...(query.last && query.all
      ? { queryStringParameters: query.last, multiValueQueryStringParameters: query.all }
      : {}),
    ...variables(facts),
    requestContext: about(facts, 'CONNECT', '$connect', requestId, at),
    isBase64Encoded: false,
  };
}

/** What the authorizer of `$connect` is asked: the handshake with the fields that a proxy function does not see. */
export function connectAuthorizerEvent(
  request: Pick<HttpRequest, 'target' | 'headers'>,
  facts: SocketFacts,
  requestId: string,
  at: number,
  methodArn: string,
): Record<string, unknown> {
  const { headers, multiValueHeaders } = headerMaps(request.headers, new Set(['content-length']), respelled);
  const query = pairMaps(queryPairs(splitTarget(request.target).query));
  return {
    type: 'REQUEST',
    methodArn,
    headers: { ...headers, 'content-length': '0' },
    multiValueHeaders: { ...multiValueHeaders, 'content-length': ['0'] },
    queryStringParameters: query.last ?? {},
    multiValueQueryStringParameters: query.all ?? {},
    stageVariables: { ...facts.stageVariables },
    requestContext: about(facts, 'CONNECT', '$connect', requestId, at),
  };
}

/** One message. `requestId` and `extendedRequestId` are the same text. */
export function messageEvent(
  body: string,
  routeKey: string,
  messageId: string,
  facts: SocketFacts,
  requestId: string,
  at: number,
): SocketEvent {
  return {
    ...variables(facts),
    requestContext: { ...about(facts, 'MESSAGE', routeKey, requestId, at), messageId },
    body,
    isBase64Encoded: false,
  };
}

/** After the close; its outcome reaches nobody. */
export function disconnectEvent(
  code: number,
  reason: string,
  facts: SocketFacts,
  requestId: string,
  at: number,
): SocketEvent {
  const headers = { Host: facts.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    ...variables(facts),
    requestContext: {
      ...about(facts, 'DISCONNECT', '$disconnect', requestId, at),
      disconnectStatusCode: code,
      disconnectReason: reason,
    },
    isBase64Encoded: false,
  };
}

/** The other side: what an event tells about its connection, and the request or message in it. */
export function fromSocketEvent(event: SocketEvent): {
  readonly facts: SocketFacts;
  readonly request: HttpRequest;
  readonly message: string | null;
} {
  const of = event.requestContext;
  const lines: string[] = [];
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {}))
    for (const value of values) lines.push(name, value);
  const pairs = Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const body =
    event.body === undefined
      ? null
      : event.isBase64Encoded
        ? (fromBase64(event.body) ?? utf8(event.body))
        : utf8(event.body);
  return {
    facts: {
      connectionId: of.connectionId,
      connectedAt: of.connectedAt,
      apiId: of.apiId,
      stage: of.stage,
      domainName: of.domainName,
      sourceIp: of.identity.sourceIp,
      userAgent: of.identity.userAgent,
      authorizer: of.authorizer ?? null,
      stageVariables: event.stageVariables ?? null,
    },
    request: {
      method: 'GET',
      target: pairs.length === 0 ? `/${of.stage}` : `/${of.stage}?${encodePairs(pairs)}`,
      version: '1.1',
      headers: HeaderList.fromFlat(lines),
      body: body === null ? null : Body.of(body),
    },
    message: event.body ?? null,
  };
}

/** A function's answer to a socket event: what the handshake becomes, or what is sent back on a two-way route. */
export interface SocketSaid {
  readonly status: number;
  readonly headers: HeaderList;
  /** Null when there is nothing to send; bytes where the answer says that its text is base64. */
  readonly body: string | Uint8Array | null;
}

/** Null when the answer is none that a WebSocket API can read: the handshake then fails with 502. */
export function readSocketResult(result: unknown): SocketSaid | null {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return null;
  const answer = result as Record<string, unknown>;
  const status = answer['statusCode'];
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) return null;
  const headers: [string, string][] = Object.entries((answer['headers'] ?? {}) as Record<string, unknown>).map(
    ([name, value]) => [name, String(value)],
  );
  const body = answer['body'];
  if (body !== undefined && body !== null && typeof body !== 'string') return null;
  const text = typeof body === 'string' && body !== '' ? body : null;
  const said = text === null || answer['isBase64Encoded'] !== true ? text : fromBase64(text);
  if (said === null && text !== null) return null;
  return { status, headers: HeaderList.of(headers), body: said };
}
