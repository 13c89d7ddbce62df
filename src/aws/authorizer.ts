import { messageOf } from '../base/fault.ts';
import {
  policyAnswer,
  requestOfAuthorizer,
  simpleAnswer,
  type AuthorizerEvent,
  type PolicyAnswer,
  type SimpleAnswer,
} from '../events/authorizer.ts';
import { flawOf, httpWanted, restWanted, wrongVersion, type BadEvent, type Wanted } from './event.ts';
import { guard, type GuardOptions } from './guard.ts';
import { logRefusal } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { fit } from './fit.ts';

export interface AuthorizerOptions extends GuardOptions {
  /** What API Gateway is configured to send: `1.0` for REST and WebSocket APIs, either for HTTP APIs. */
  readonly payload: '1.0' | '2.0';
  /** What it is configured to read; `simple` goes with payload 2.0 only. */
  readonly answer?: 'policy' | 'simple';
  readonly principalId?: string;
  /**
   * The client's address where an event of payload 2.0 tells none. AWS always tells it; serverless-offline does not. Left
   * out: such an event is denied.
   */
  readonly assumeAddress?: string | undefined;
}

const { isBase64Encoded: _, body: __, ...v2 } = httpWanted;
const v2Wanted: Wanted = { ...v2, type: 'REQUEST', routeArn: 'ARN' };
const { body: ___, isBase64Encoded: ____, ...v1 } = restWanted;
const v1Wanted: Wanted = { ...v1, type: 'REQUEST', methodArn: 'ARN' };

const bodiless =
  'a rule of this map needs the body, and a Lambda authorizer is never given one: wrap the handler with protect(), put the whole line into the path (httpApi, restApi, alb), or take the rule out of the map';

/** Most characters that API Gateway takes for a `Resource`. */
const mostArn = 512;

/**
 * The rules as a Lambda authorizer. It never sees a body, so rules that need one are refused when it is made. Configure it
 * without a cache (TTL 0) and, on HTTP APIs, without identity sources: a kept verdict covers later requests unread, and a
 * missing identity source is answered 401 before any rule has looked.
 */
export function authorizer(options: AuthorizerOptions): (event: unknown) => Promise<PolicyAnswer | SimpleAnswer> {
  const form = options.answer ?? (options.payload === '2.0' ? 'simple' : 'policy');
  if (form === 'simple' && options.payload === '1.0')
    throw new Error('a simple answer goes with payload 2.0 only: set payload: "2.0", or answer: "policy"');
  const firewall = guard({ ...options, bodiless });
  const principal = options.principalId ?? 'sallyport';
  const answer = (allowed: boolean, arn: string, context: Record<string, string>): PolicyAnswer | SimpleAnswer =>
    form === 'simple' ? simpleAnswer(allowed, context) : policyAnswer(principal, allowed, arn, context);
  return async (given) => {
    const event = options.assumeAddress === undefined ? given : withAddress(given, options.assumeAddress);
    const arn = arnOf(event);
    const deny = (bad: BadEvent): PolicyAnswer | SimpleAnswer => {
      logRefusal(firewall.write, 'authorizer', bad, firewall.clock.now());
      return answer(false, arn.length > mostArn ? '*' : arn, { code: bad.reason.code });
    };
    const flaw = flawFor(event, options.payload);
    if (flaw) return deny(flaw);
    if (form === 'policy' && arn.length > mostArn)
      return deny({ reason: lambdaReasons['arn-long'], says: `${arn.length} characters` });
    try {
      const asked = requestOfAuthorizer(filled(event as AuthorizerEvent));
      if (asked === null)
        return deny({
          reason: lambdaReasons['event-shape'],
          says: 'a TOKEN event has no request in it: configure a REQUEST authorizer',
        });
      const rules = await firewall.rules();
      if ('reason' in rules) return deny(rules);
      const { refusal, trace, viewer } = await rules.inspect(fit(asked.request), asked.viewer);
      const code = refusal?.from.by === 'refusal' || refusal?.from.by === 'fault' ? refusal.from.code : null;
      const who = options.originSecret ? { viewer: viewer.address } : {};
      return answer(refusal === null, arn, { trace, ...who, ...(code !== null && { code }) });
    } catch (thrown) {
      return deny({ reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
  };
}

function withAddress(event: unknown, address: string): unknown {
  const { requestContext } = (event ?? {}) as { requestContext?: { http?: { sourceIp?: unknown } | null } | null };
  const http = requestContext?.http;
  if (typeof http !== 'object' || http === null || http.sourceIp !== undefined) return event;
  return { ...(event as object), requestContext: { ...requestContext, http: { ...http, sourceIp: address } } };
}

function arnOf(event: unknown): string {
  const { routeArn, methodArn } = (typeof event === 'object' && event !== null ? event : {}) as {
    routeArn?: unknown;
    methodArn?: unknown;
  };
  return typeof routeArn === 'string' ? routeArn : typeof methodArn === 'string' ? methodArn : '*';
}

function flawFor(event: unknown, payload: '1.0' | '2.0'): BadEvent | null {
  const given = (typeof event === 'object' && event !== null ? event : {}) as {
    version?: unknown;
    type?: unknown;
    routeArn?: unknown;
  };
  if (given.type === 'TOKEN') return null;
  if (payload === '2.0') return given.version === '2.0' ? flawOf(event, v2Wanted) : wrongVersion(given.version, '2.0');
  return given.version === '2.0'
    ? wrongVersion('2.0', '1.0')
    : flawOf(event, isSocket(event) ? socketWanted : v1Wanted);
}

const socketWanted: Wanted = {
  type: 'REQUEST',
  methodArn: 'ARN',
  headers: 'texts|null',
  'requestContext.identity.sourceIp': 'address',
};
const isSocket = (event: unknown): boolean =>
  typeof (event as { requestContext?: { connectionId?: unknown } } | null | undefined)?.requestContext?.connectionId ===
  'string';

/** Maps that some kinds of API leave out; a WebSocket API has neither method nor path. */
function filled(event: AuthorizerEvent): AuthorizerEvent {
  if (!('methodArn' in event) || event.type === 'TOKEN') return event;
  const lists = (single: Record<string, string> | null | undefined): Record<string, string[]> =>
    Object.fromEntries(Object.entries(single ?? {}).map(([name, value]) => [name, [value]]));
  return {
    ...event,
    httpMethod: event.httpMethod ?? 'GET',
    path: event.path ?? `/${event.requestContext.stage ?? ''}`,
    multiValueHeaders: event.multiValueHeaders ?? lists(event.headers),
    queryStringParameters: event.queryStringParameters ?? {},
    multiValueQueryStringParameters: event.multiValueQueryStringParameters ?? lists(event.queryStringParameters),
    pathParameters: event.pathParameters ?? {},
    stageVariables: event.stageVariables ?? {},
  };
}
