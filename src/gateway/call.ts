import type { ApiPlace, CallerIdentity, EventContext } from '../events/parts.ts';
import type { SocketFacts } from '../events/websocket.ts';
import { defineSlot } from '../flow/facts.ts';
import type { ResponseType } from './gateway-responses.ts';
import type { Decision } from './resource-policy.ts';

/** One request at one API: what the gateway's stages tell each other, and what `$context` speaks of. */
export interface Call {
  readonly place: ApiPlace;
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** Milliseconds since 1970 at arrival. */
  readonly at: number;
  /** After `X-HTTP-Method-Override`, where the API honours it. */
  readonly method: string;
  /** Inside the stage and as it came, percent-encoding kept: what routes and ARNs speak of. */
  readonly path: string;
  /** As the event's `path` has it. */
  readonly eventPath: string;
  /** As `requestContext.path` has it. */
  readonly contextPath: string;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly binaryMediaTypes: readonly string[];
  /** Base path that a custom domain matched. */
  readonly basePath: string | null;
  readonly domainName: string;
  /** Null where the stage has no canary. */
  readonly canary: boolean | null;
  /** The peer as the gateway sees it. */
  readonly sourceIp: string;
  /** Of the connection that a handshake asks for, at a WebSocket API. */
  readonly socket?: SocketFacts;

  /** Below: filled in as the request goes down the line. */
  routeKey: string;
  resource: string;
  resourceId: string;
  params: Readonly<Record<string, string>> | null;
  identity: CallerIdentity;
  authorizer: Readonly<Record<string, unknown>> | null;
  /** What an authorizer gave as the key to meter by. */
  usageKey: string | null;
  /** What the resource policy said, once it was asked. */
  policy: Decision | null;
  /** ARNs by which resource policies may name the caller. */
  principals: readonly string[];
  /** What the caller's own policy says of another action on the same resource; null where the caller has none. */
  may: ((action: string) => Decision) | null;
  callerAccount: 'same' | 'cross';
  plan: string | null;
  error: CallError | null;
  authorizerLatency: number | null;
  integration: { status: number | null; latency: number | null; error: string | null } | null;
  readonly overrides: Overrides;
}

/** Why the gateway itself answers; `answers` writes it down as this kind of API does. */
export interface CallError {
  readonly type: ResponseType | null;
  /** Null renders as the JSON null. */
  readonly message: string | null;
  /** `Message` on policy denials of REST APIs, `message` everywhere else. */
  readonly member: 'message' | 'Message';
  readonly validation?: string;
  /** `x-amzn-ErrorType`, where it is not the usual one of the type. */
  readonly errorType?: string;
}

export interface Overrides {
  status: number | null;
  readonly headers: Map<string, string>;
}

export const callFact = defineSlot<Call>('gateway.call');

/** The event's view of a call. */
export function eventContext(call: Call): EventContext {
  return {
    place: call.place,
    requestId: call.requestId,
    extendedRequestId: call.extendedRequestId,
    at: call.at,
    routeKey: call.routeKey,
    resource: call.resource,
    resourceId: call.resourceId,
    path: call.eventPath,
    contextPath: call.contextPath,
    params: call.params,
    stageVariables: call.stageVariables,
    authorizer: call.authorizer,
    identity: call.identity,
    binaryMediaTypes: call.binaryMediaTypes,
    ...(call.canary === null ? {} : { isCanaryRequest: call.canary }),
  };
}
