import type { EventContext } from '../events/parts.ts';
import type { Target } from '../http/target.ts';
import { defineSlot } from './facts.ts';

/** The slots that more than one room reads. This list is the coupling between rooms: keep it short. */

/** Whose request this is, in a document with tenants. */
export const tenantFact = defineSlot<string>('tenant');

/** The split and decoded target; set by `admit`, so every later stage may rely on it. */
export const targetFact = defineSlot<Target>('target');

export interface RouteMatch {
  /** As written in the document: `GET /orders/{id}`. */
  readonly name: string;
  /** Where the route sends requests: the name of an origin or integration. */
  readonly to: string;
  readonly params: Readonly<Record<string, string>>;
}

export const routeFact = defineSlot<RouteMatch>('route');

export interface CallerKey {
  /** Public id of the key; never the key itself. */
  readonly id: string;
  readonly name: string;
}

/** The API key that was accepted. */
export const keyFact = defineSlot<CallerKey>('key');

/** True when the answer depends on who asks: the cache must not keep it unless the route says it is shareable. */
export const identityBoundFact = defineSlot<boolean>('identity-bound');

/** The execute-api ARN of the request as API Gateway would write it; rules and policies may be keyed by it. */
export const resourceFact = defineSlot<string>('resource');

/** What the cache had to do with the answer, in CloudFront's words: they stand in `X-Cache` and in logs. */
export const cacheResultFact = defineSlot<'Hit' | 'RefreshHit' | 'Miss' | 'Error'>('cache-result');

/** What an event for a function says beside the request; made when it is asked for. Not set outside an API. */
export const eventContextFact = defineSlot<() => EventContext>('event-context');

/** What a function that is no proxy said when it failed; its integration response is chosen by it. */
export const functionErrorFact = defineSlot<string>('function-error');

/** True when nothing tells the end of the origin's answer from a broken connection: what came may not be all. */
export const unframedFact = defineSlot<boolean>('unframed');

/** Values of path parameters at the origin that a mapping set, not encoded; they stand above those of the path that was asked for. */
export const originParamsFact = defineSlot<Readonly<Record<string, string>>>('origin-params');
