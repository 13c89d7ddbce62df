import type { Directives } from '../http/cache-control.ts';
import type { HttpRequest } from '../http/message.ts';
import type { RangeSpec } from '../http/range.ts';
import type { Exchange } from '../flow/exchange.ts';
import { tenantFact } from '../flow/shared-facts.ts';
import type { Handle } from '../flow/stage.ts';
import type { StoredObject } from '../ports/objects.ts';
import { wantedRange } from './deliver.ts';
import { entryOf } from './entry.ts';
import { requestDirectives } from './fresh.ts';
import { cacheKey, type CacheKey } from './key.ts';
import type { CachePolicy } from './policy.ts';
import type { CacheRoom } from './room.ts';
import { selectedBy } from './vary.ts';
import type { NotServed } from './why.ts';

/** A request that the cache may answer, and everything it takes to answer it. */
export interface Asked {
  readonly room: CacheRoom;
  readonly policy: CachePolicy;
  readonly exchange: Exchange;
  readonly next: Handle;
  /** As it came to the cache. */
  readonly request: HttpRequest;
  readonly key: CacheKey;
  readonly tenant: string | null;
  readonly directives: Directives;
  /** The one range that is wanted, if one is. */
  readonly range: RangeSpec | null;
  /** Stages entered up to the cache: where a second trip begins. */
  readonly depth: number;
}

/** The request as the cache sees it, or why it stays out of it. */
export function ask(room: CacheRoom, policy: CachePolicy, exchange: Exchange, next: Handle): Asked | NotServed {
  const { request } = exchange;
  const { method, headers } = request;
  if (policy.off) return 'off';
  if (method !== 'GET' && method !== 'HEAD' && !(method === 'OPTIONS' && policy.options)) return 'method';
  // A handshake for another protocol is not a question for a document.
  if (headers.has('upgrade')) return 'upgrade';
  if (request.body !== null && request.body.length !== 0) return 'fat-get';
  if (headers.has('if-match') || headers.has('if-unmodified-since')) return 'precondition';
  const tenant = exchange.facts.get(tenantFact) ?? null;
  const key = cacheKey(request, exchange.viewer, tenant, policy.key);
  if (key.text.length > policy.key.most) return 'key-too-long';
  return {
    room,
    policy,
    exchange,
    next,
    request,
    key,
    tenant,
    directives: requestDirectives(headers, policy.honourRequest),
    range: wantedRange(request),
    depth: exchange.trace.entered.length,
  };
}

/** Requests that one answer can serve, as far as the stored variants tell: the key and the values of all selecting fields. */
export function flightKey(asked: Asked, objects: readonly StoredObject[]): string {
  if (objects.length === 0) return asked.key.text;
  const names = new Set<string>();
  for (const object of objects) for (const [name] of entryOf(object).head.vary) names.add(name);
  if (names.size === 0) return asked.key.text;
  return `${asked.key.text}\nv:${JSON.stringify(selectedBy([...names].sort(), asked.request.headers))}`;
}

/** May others wait for this one's answer, and this one for theirs? */
export function mayCollapse(asked: Asked): boolean {
  const { policy, request, range, directives, room, key } = asked;
  if (!policy.collapse || request.method !== 'GET' || range || directives.noStore) return false;
  // What bears Authorization is seldom shared; waiting for it would put strangers in one queue.
  if (request.headers.has('authorization')) return false;
  return !room.isUncacheable(key.text);
}
