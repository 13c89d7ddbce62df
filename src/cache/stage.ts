import { whenHere as then } from '../base/later.ts';
import type { HttpResponse } from '../http/message.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { cacheResultFact } from '../flow/shared-facts.ts';
import { onTheWayOut, type Answer, type Handle, type Stage } from '../flow/stage.ts';
import { HeaderList } from '../http/headers.ts';
import type { StoredObject } from '../ports/objects.ts';
import { ask, flightKey, mayCollapse, type Asked } from './asked.ts';
import { whileThere, type Flight } from './coalesce.ts';
import { fetchMissing } from './fetch.ts';
import { invalidate, isUnsafe } from './invalidate.ts';
import { choose, type Found } from './lookup.ts';
import type { CachePolicy } from './policy.ts';
import { reasons } from './reasons.ts';
import { receive } from './receive.ts';
import { refresh, renew } from './renew.ts';
import type { CacheRoom } from './room.ts';
import { follow, serve } from './serve.ts';
import { cacheResult, tell, type Did } from './status.ts';
import type { NotServed } from './why.ts';

/** Look, decide, serve or fill. `policyOf` gives the policy of the behaviour; null where nothing is cached. */
export function cache(room: CacheRoom, policyOf: (exchange: Exchange) => CachePolicy | null): Stage {
  return {
    name: 'cache',
    handle(exchange, next) {
      const policy = policyOf(exchange);
      if (!policy) return next(exchange);
      const asked = ask(room, policy, exchange, next);
      if (typeof asked === 'string') return pass(room, policy, exchange, next, asked);
      return look(asked);
    },
  };
}

function look(asked: Asked): Answer {
  let objects;
  try {
    objects = asked.room.store.find(asked.key.text);
  } catch {
    objects = [];
  }
  // A store that cannot answer is a cache that is empty: the request goes on.
  if (objects instanceof Promise)
    return objects.then(
      (list) => answer(asked, list),
      () => answer(asked, []),
    );
  return answer(asked, objects);
}

function answer(asked: Asked, objects: readonly StoredObject[]): Answer {
  const now = asked.exchange.clock.now();
  const wanted = { headers: asked.request.headers, directives: asked.directives, range: asked.range };
  const found = choose(objects, wanted, now);
  if (found.do === 'serve' || found.do === 'serve-and-refresh') return hit(asked, objects, found, now);
  if (asked.directives.onlyIfCached)
    return refuse(asked.exchange, 'cache', reasons['only-if-cached'], { facts: { why: found.why } });
  return forward(asked, objects, found);
}

function hit(
  asked: Asked,
  objects: readonly StoredObject[],
  found: Extract<Found, { do: 'serve' | 'serve-and-refresh' }>,
  now: number,
): Answer {
  const { entry } = found;
  const stale = found.do === 'serve-and-refresh' || found.stale;
  const did: Did = {
    what: 'hit',
    ttl: entry.head.terms.lifetime - found.age,
    stale,
    ...(stale ? { detail: staleBy(found, now) } : {}),
  };
  const served = then(serve(asked, entry, did), (response) => {
    if (response) {
      if (found.do === 'serve-and-refresh') refresh(asked, entry, objects);
      return response;
    }
    return forward(asked, [], { do: 'fetch', why: 'gone', start: null });
  });
  // Bytes that cannot be read are bytes that are not there.
  return served instanceof Promise
    ? served.catch(() => forward(asked, [], { do: 'fetch', why: 'store-broken', start: null }))
    : served;
}

const staleBy = (found: Extract<Found, { do: 'serve' | 'serve-and-refresh' }>, now: number): string =>
  found.do === 'serve-and-refresh'
    ? 'stale-while-revalidate'
    : now < found.entry.head.retryAt
      ? 'origin-failed'
      : 'max-stale';

/** How often a request waits behind others before it goes alone. */
const ROUNDS = 3;

/** To the origin: alone, first of many, or behind somebody who is there already. */
function forward(
  asked: Asked,
  objects: readonly StoredObject[],
  found: Exclude<Found, { do: 'serve' | 'serve-and-refresh' }>,
  rounds = 0,
): Promise<HttpResponse> {
  if (!mayCollapse(asked)) return go(asked, objects, found, null);
  const key = flightKey(asked, objects);
  const flight = asked.room.flights.find(key);
  if (flight && !flight.outdated && rounds < ROUNDS) return wait(asked, objects, found, flight, rounds);
  return go(asked, objects, found, flight && !flight.outdated ? null : asked.room.flights.start(key));
}

function go(
  asked: Asked,
  objects: readonly StoredObject[],
  found: Exclude<Found, { do: 'serve' | 'serve-and-refresh' }>,
  flight: Flight | null,
): Promise<HttpResponse> {
  if (found.do === 'fetch') return fetchMissing(asked, objects, found.why, flight, true, found.start);
  return renew(asked, { entry: found.entry, why: found.why, objects, flight, viewer: true });
}

/**
 * Waits for another request's answer. It is shared only if the store may have it and it was selected for this request
 * too; any other answer releases those who wait, it never answers them.
 */
async function wait(
  asked: Asked,
  objects: readonly StoredObject[],
  found: Exclude<Found, { do: 'serve' | 'serve-and-refresh' }>,
  flight: Flight,
  rounds: number,
): Promise<HttpResponse> {
  const { exchange, room } = asked;
  flight.waiting++;
  try {
    const following = await whileThere(flight.headed, exchange.departure);
    const wanted = { headers: asked.request.headers, directives: asked.directives, range: asked.range };
    if (following && !flight.outdated) {
      const object = {
        meta: { key: '', variant: '', url: '', tags: [], keepUntil: 0, head: following.head },
        size: following.size,
        id: '',
        memo: undefined,
      };
      const fits = choose([object], wanted, exchange.clock.now());
      const shared = fits.do === 'serve' && !fits.stale ? follow(asked, following) : null;
      if (shared) return shared;
    }
    const landing = await whileThere(flight.landed, exchange.departure);
    if (landing === 'stored') {
      const now = await room.store.find(asked.key.text);
      const again = choose(now, wanted, exchange.clock.now());
      if (again.do === 'serve' && !again.stale) {
        const did: Did = {
          what: 'forwarded',
          why: found.do === 'fetch' ? found.why : 'expired',
          status: again.entry.head.status,
          stored: true,
          collapsed: true,
        };
        const response = await serve(asked, again.entry, did);
        if (response) return response;
      }
    }
  } finally {
    flight.waiting--;
  }
  exchange.trace.note('cache', 'released', { key: asked.key.url });
  // One bad key at the head of the queue is no reason for everybody to rush: the next one leads.
  return forward(asked, objects, found, rounds + 1);
}

/** Not ours to answer. A write that succeeds ends what is stored under its URL, and may bring what takes its place. */
function pass(room: CacheRoom, policy: CachePolicy, exchange: Exchange, next: Handle, why: NotServed): Answer {
  const { request } = exchange;
  const requestTime = exchange.clock.now();
  exchange.trace.note('cache', 'passed', { why });
  return onTheWayOut(next(exchange), (response) => {
    if (why !== 'method' || policy.cloudfront || !isUnsafe(request.method))
      return told(policy, exchange, response, why);
    return invalidate(room, policy, exchange, request, response).then(() => {
      const asked =
        request.method === 'POST'
          ? ask(room, policy, { ...exchange, request: { ...request, method: 'GET', body: null } }, next)
          : why;
      if (typeof asked === 'string' || !response.headers.has('content-location'))
        return told(policy, exchange, response, why);
      const arrival = room.arrive(asked.key.url, asked.key.text, null);
      return receive(asked, {
        why,
        sent: request,
        response,
        requestTime,
        arrival,
        flight: null,
        objects: [],
        viewer: true,
      });
    });
  });
}

function told(policy: CachePolicy, exchange: Exchange, response: HttpResponse, why: NotServed): HttpResponse {
  const did: Did = { what: 'forwarded', why, status: response.status, stored: null, collapsed: false };
  exchange.facts.set(cacheResultFact, cacheResult(did, response.status));
  if (!policy.status) return response;
  const flat = [...response.headers.flat];
  tell(flat, did, response.status, policy.cloudfront);
  return { ...response, headers: HeaderList.fromFlat(flat) };
}
