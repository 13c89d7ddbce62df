import { Fault } from '../base/fault.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { HttpRequest } from '../http/message.ts';
import { contextOfHttp, httpEventHead, httpShape, type HttpEvent } from './http.ts';
import { executeApiArn, type EventContext } from './parts.ts';
import { restEventHead, restShape, type RestEvent } from './rest.ts';

/** Lambda authorizers: TOKEN and REQUEST of a REST API, REQUEST 1.0 and 2.0 of an HTTP API; policies and simple answers. */

export interface TokenAuthorizerEvent {
  type: 'TOKEN';
  methodArn: string;
  authorizationToken: string;
}

type RestHead = Omit<RestEvent, 'body' | 'isBase64Encoded' | 'version'>;

export interface RequestAuthorizerEvent extends RestHead {
  type: 'REQUEST';
  methodArn: string;
  queryStringParameters: Record<string, string>;
  multiValueQueryStringParameters: Record<string, string[]>;
  pathParameters: Record<string, string>;
  stageVariables: Record<string, string>;
  /** These three only from an HTTP API with payload 1.0. */
  version?: '1.0';
  identitySource?: string;
  authorizationToken?: string;
}

export interface RequestAuthorizerEventV2 extends Omit<HttpEvent, 'body' | 'isBase64Encoded'> {
  type: 'REQUEST';
  routeArn: string;
  identitySource: string[] | null;
}

export type AuthorizerEvent = TokenAuthorizerEvent | RequestAuthorizerEvent | RequestAuthorizerEventV2;
export type AuthorizerForm = 'token' | 'request-1' | 'request-2';

export interface PolicyStatement {
  Effect: 'Allow' | 'Deny';
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

export interface PolicyAnswer {
  principalId: string;
  policyDocument: { Version: string; Statement: PolicyStatement[] };
  context?: Record<string, unknown>;
  usageIdentifierKey?: string;
}

export interface SimpleAnswer {
  isAuthorized: boolean;
  context?: Record<string, unknown>;
}

/** What an authorizer said, whichever form it said it in. */
export type AuthorizerSaid =
  | {
      readonly form: 'policy';
      readonly principalId: string;
      readonly policy: unknown;
      readonly context: Record<string, unknown>;
      readonly usageKey: string | null;
    }
  | { readonly form: 'simple'; readonly allowed: boolean; readonly context: Record<string, unknown> };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (says: string): Fault =>
  new Fault('gateway.authorizer.invalid', 'origin', `the authorizer's answer ${says}`, { status: 500 });

/** The event for an authorizer. `identity` are the values of its identity sources, in order. */
export function authorizerEvent(
  form: AuthorizerForm,
  request: Pick<HttpRequest, 'method' | 'target' | 'headers'>,
  viewer: Viewer,
  context: EventContext,
  identity: readonly string[],
): AuthorizerEvent {
  const arn = methodArn(request, context);
  if (form === 'token') return { type: 'TOKEN', methodArn: arn, authorizationToken: identity[0] ?? '' };
  if (form === 'request-2') {
    const { authorizer: _, ...about } = httpEventHead(request, viewer, context).requestContext;
    return {
      ...httpEventHead(request, viewer, context),
      requestContext: about,
      type: 'REQUEST',
      routeArn: arn,
      identitySource: identity.length === 0 ? null : [...identity],
    };
  }
  const head = restEventHead(request, viewer, context);
  const { authorizer: _, ...about } = head.requestContext;
  const { version: __, ...rest } = head;
  return {
    ...(context.place.kind === 'http'
      ? { version: '1.0' as const, identitySource: identity.join(','), authorizationToken: identity[0] ?? '' }
      : {}),
    type: 'REQUEST',
    methodArn: arn,
    ...rest,
    queryStringParameters: head.queryStringParameters ?? {},
    multiValueQueryStringParameters: head.multiValueQueryStringParameters ?? {},
    pathParameters: head.pathParameters ?? {},
    stageVariables: head.stageVariables ?? {},
    requestContext: about,
  };
}

/** The ARN that an authorizer is asked about: the actual path in the form it came, not the template. */
export function methodArn(request: { readonly method: string }, context: EventContext): string {
  return executeApiArn(context.place, request.method, pathOfStage(context));
}

/** The path without the stage's own segment: an HTTP API's raw path carries it where the client sent it. */
function pathOfStage(context: EventContext): string {
  const { path, place } = context;
  const prefix = `/${place.stage}`;
  if (place.kind !== 'http' || place.stage === '$default') return path;
  return path === prefix ? '/' : path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

/** What an authorizer is asked, as a request that rules can look at. There is never a body. */
export function requestOfAuthorizer(
  event: AuthorizerEvent,
): { readonly request: HttpRequest; readonly viewer: Viewer; readonly context: EventContext } | null {
  if ('routeArn' in event) {
    const { request, viewer } = httpShape.fromEvent({ ...event, isBase64Encoded: false });
    return { request, viewer, context: contextOfHttp(event) };
  }
  if (event.type === 'TOKEN') return null;
  const orNull = <T>(map: Record<string, T>): Record<string, T> | null => (Object.keys(map).length === 0 ? null : map);
  const { type: _, methodArn: __, identitySource: ___, authorizationToken: ____, ...head } = event;
  return restShape.fromEvent({
    ...head,
    queryStringParameters: orNull(event.queryStringParameters),
    multiValueQueryStringParameters: orNull(event.multiValueQueryStringParameters),
    pathParameters: orNull(event.pathParameters),
    stageVariables: orNull(event.stageVariables),
    body: null,
    isBase64Encoded: false,
  });
}

/** Reads an answer. `simple` says that the authorizer is configured for simple answers, which then is the only form. */
export function readAuthorizerAnswer(
  answer: unknown,
  options: { readonly simple: boolean; readonly nested: boolean },
): AuthorizerSaid {
  if (!isObject(answer)) throw invalid('is no object');
  const context = readContext(answer['context'], options.nested);
  if (options.simple) {
    if (typeof answer['isAuthorized'] !== 'boolean') throw invalid('has no boolean "isAuthorized"');
    return { form: 'simple', allowed: answer['isAuthorized'], context };
  }
  const principalId = answer['principalId'];
  if (typeof principalId !== 'string' || principalId === '') throw invalid('has no "principalId"');
  if (!isObject(answer['policyDocument'])) throw invalid('has no "policyDocument"');
  const usage = answer['usageIdentifierKey'] ?? null;
  if (usage !== null && typeof usage !== 'string') throw invalid('has a "usageIdentifierKey" that is no string');
  return { form: 'policy', principalId, policy: answer['policyDocument'], context, usageKey: usage };
}

/** Flat contexts become strings; a nested value is an invalid answer unless the payload is 2.0. */
function readContext(given: unknown, nested: boolean): Record<string, unknown> {
  if (given === undefined || given === null) return {};
  if (!isObject(given)) throw invalid('has a "context" that is no object');
  if (nested) return given;
  const flat: [string, string][] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    if (typeof value === 'object' || typeof value === 'function')
      throw invalid(`has a nested value in context["${name}"]`);
    flat.push([name, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
  return Object.fromEntries(flat);
}

/** A verdict as a policy for exactly what was asked. */
export function policyAnswer(
  principalId: string,
  allowed: boolean,
  arn: string,
  context: Record<string, string> = {},
): PolicyAnswer {
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: allowed ? 'Allow' : 'Deny', Resource: arn }],
    },
    ...(Object.keys(context).length === 0 ? {} : { context }),
  };
}

export function simpleAnswer(isAuthorized: boolean, context: Record<string, unknown> = {}): SimpleAnswer {
  return Object.keys(context).length === 0 ? { isAuthorized } : { isAuthorized, context };
}
