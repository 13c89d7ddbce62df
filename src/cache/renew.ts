import { Fault } from '../base/fault.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import type { StoredObject } from '../ports/objects.ts';
import { flightKey, mayCollapse, type Asked } from './asked.ts';
import type { Flight } from './coalesce.ts';
import { dated, entryOf, hasValidator, type Entry } from './entry.ts';
import { fetchMissing } from './fetch.ts';
import { ageOf, mayServeStale } from './lookup.ts';
import { askOrigin, aside, shared } from './origin.ts';
import { judge, receive } from './receive.ts';
import { conditional, confirms, freshened, heldUntil, unconditional, updatedFields } from './revalidate.ts';
import { serve } from './serve.ts';
import type { Arrival } from './room.ts';
import type { NotServed } from './why.ts';

/** An entry that may not be served without the origin's word, and who waits for it. */
export interface Renewal {
  readonly entry: Entry;
  readonly why: NotServed;
  readonly objects: readonly StoredObject[];
  readonly flight: Flight | null;
  readonly viewer: boolean;
}

const failing = new Set([500, 502, 503, 504]);

/** Asks whether a stored entry is still good, and serves it, its successor, or, where that is allowed, its stale self. */
export async function renew(asked: Asked, renewal: Renewal): Promise<HttpResponse> {
  const { room, key, exchange } = asked;
  const { entry, objects, flight, why, viewer } = renewal;
  const arrival = room.arrive(key.url, flightKey(asked, objects), flight);
  const sent = shared(hasValidator(entry) ? conditional(asked.request, entry) : unconditional(asked.request), asked);
  const requestTime = exchange.clock.now();
  let response: HttpResponse;
  try {
    response = await askOrigin(asked, sent, flight);
  } catch (thrown) {
    land(asked, arrival, flight);
    if (viewer && thrown instanceof Fault && thrown.source === 'origin') {
      const stale = await standIn(asked, entry, thrown.status ?? 502);
      if (stale) return stale;
    }
    throw thrown;
  }
  if (response.status === 304) return confirmed(asked, renewal, { sent, response, requestTime, arrival });
  if (failing.has(response.status)) {
    const stale = viewer ? await standIn(asked, entry, response.status) : null;
    if (stale || !viewer) {
      response.body?.cancel();
      land(asked, arrival, flight);
      return stale ?? { ...response, body: null };
    }
  }
  const answer = receive(asked, { why, sent, response, requestTime, arrival, flight, objects, viewer });
  // The origin has spoken: where its new answer is not the old one's successor in the store, the old one is over.
  if (response.status < 500) await retire(asked, entry, arrival);
  return answer;
}

function land(asked: Asked, arrival: Arrival, flight: Flight | null): void {
  asked.room.landed(arrival);
  flight?.land('failed');
}

async function retire(asked: Asked, entry: Entry, arrival: Arrival): Promise<void> {
  if (arrival.tags === null) await asked.room.store.remove(entry.object);
}

/** The stale entry for an origin that fails; it is not asked again for a while where the policy says so. */
async function standIn(asked: Asked, entry: Entry, status: number): Promise<HttpResponse | null> {
  const { exchange, room, policy } = asked;
  const now = exchange.clock.now();
  if (asked.directives.noCache || !mayServeStale(entry, now)) return null;
  if (policy.cloudfront) await room.store.amend(entry.object, heldUntil(entry, now + policy.errorTtl(status)));
  const ttl = entry.head.terms.lifetime - ageOf(entry, now);
  return serve(asked, entry, { what: 'hit', ttl, stale: true, detail: 'stale-if-error' });
}

interface Confirmation {
  readonly sent: Asked['request'];
  readonly response: HttpResponse;
  readonly requestTime: number;
  readonly arrival: Arrival;
}

/** A 304: the entry gets its new fields and a new life, if it is the entry that the origin spoke of. */
async function confirmed(
  asked: Asked,
  renewal: Renewal,
  { sent, response, requestTime, arrival }: Confirmation,
): Promise<HttpResponse> {
  const { room, policy, exchange } = asked;
  const { entry, flight, objects, viewer } = renewal;
  response.body?.cancel();
  room.landed(arrival);
  if (!hasValidator(entry) || !confirms(response, entry)) {
    await room.store.remove(entry.object);
    const again = aside(asked, asked.request);
    exchange.trace.note('cache', 'asked again', {
      why: 'the 304 names another version',
      trace: again.exchange.trace.id,
    });
    return fetchMissing(
      again,
      objects.filter((object) => object !== entry.object),
      'expired',
      flight,
      viewer,
    );
  }
  const at = exchange.clock.now();
  const flat = updatedFields(entry.headers, dated(response.headers, at), policy);
  const ages = response.headers.all('age').flatMap((value) => ['Age', value]);
  const renewed: HttpResponse = {
    status: entry.head.status,
    headers: HeaderList.fromFlat([...flat, ...ages]),
    body: null,
    from: entry.head.from,
  };
  const verdict = judge(
    { ...asked, range: entry.head.part ? asRange(entry) : null },
    { sent, response: renewed, requestTime },
    at,
  );
  if (!verdict.keep || arrival.doomed) {
    // Good for whoever asked, but not to be kept any longer.
    const answer = await serve(asked, entry, { what: 'revalidated', ttl: 0 });
    await room.store.remove(entry.object);
    flight?.land('unshared');
    return answer ?? fetchMissing(aside(asked, asked.request), [], 'gone', null, viewer);
  }
  const { terms } = verdict;
  const amended = await room.store.amend(entry.object, freshened(entry, flat, terms, policy, at));
  flight?.land(amended && terms.lifetime > terms.age && !terms.noCache ? 'stored' : 'unshared');
  const current = entryOf(
    amended ?? { ...entry.object, meta: freshened(entry, flat, terms, policy, at), memo: undefined },
  );
  const answer = await serve(asked, current, { what: 'revalidated', ttl: terms.lifetime - terms.age });
  return answer ?? fetchMissing(aside(asked, asked.request), [], 'gone', null, viewer);
}

/** A stored part was asked for by some range; that it still is that part is what the judge has to see. */
const asRange = (entry: Entry): Asked['range'] => {
  const part = entry.head.part as NonNullable<Entry['head']['part']>;
  return { from: part.from, to: part.to };
};

/** Asks behind the viewer's back, at most once at a time per key. What goes wrong there is noted and nothing else. */
export function refresh(asked: Asked, entry: Entry, objects: readonly StoredObject[]): void {
  const { room, exchange, request } = asked;
  const key = flightKey(asked, objects);
  if (room.flights.find(key)) return;
  const quiet = aside(asked, unconditional({ ...request, method: 'GET' }));
  const flight = mayCollapse(quiet) ? room.flights.start(key) : null;
  const work = renew(quiet, { entry, why: 'expired', objects, flight, viewer: false }).then(
    () => flight?.landed,
    (thrown: unknown) =>
      exchange.trace.note('cache', 'refresh failed', {
        says: thrown instanceof Error ? thrown.message : String(thrown),
      }),
  );
  exchange.later(work);
}
