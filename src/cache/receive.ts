import { HeaderList } from '../http/headers.ts';
import { isBodiless, type HttpResponse } from '../http/message.ts';
import { cacheResultFact, identityBoundFact, tenantFact, unframedFact } from '../flow/shared-facts.ts';
import type { ObjectMeta, ObjectWriter, StoredObject } from '../ports/objects.ts';
import type { Asked } from './asked.ts';
import type { Flight } from './coalesce.ts';
import { fieldsOf304, isNotModified } from './deliver.ts';
import { makeMeta, type EntryHead } from './entry.ts';
import { Feed } from './feed.ts';
import { partWriter } from './partial.ts';
import type { Arrival } from './room.ts';
import { cacheResult, tell, type Did } from './status.ts';
import { mayStore } from './storable.ts';
import { selectedBy } from './vary.ts';
import type { Verdict } from './verdict.ts';
import type { NotServed, NotStored } from './why.ts';

/** Bodies up to this may be followed while they come in, and are read to the end when their viewer leaves. */
const FOLLOW_BYTES = 8 * 1_048_576;

/** One trip to the origin and what came back. */
export interface Trip {
  readonly why: NotServed;
  /** The request as it was sent. */
  readonly sent: Asked['request'];
  readonly response: HttpResponse;
  readonly requestTime: number;
  readonly arrival: Arrival;
  readonly flight: Flight | null;
  /** What is stored under the key already. */
  readonly objects: readonly StoredObject[];
  /** Does a viewer want the answer, or only the store? */
  readonly viewer: boolean;
}

export function judge(
  asked: Asked,
  trip: Pick<Trip, 'sent' | 'response' | 'requestTime'>,
  responseTime: number,
): Verdict {
  const { exchange, policy } = asked;
  return mayStore({
    policy,
    request: trip.sent,
    arrived: exchange.arrived,
    directives: asked.directives,
    range: asked.range,
    response: trip.response,
    requestTime: trip.requestTime,
    responseTime,
    identityBound: exchange.facts.get(identityBoundFact) === true,
    unframed: exchange.facts.get(unframedFact) === true,
    tenantMoved: (exchange.facts.get(tenantFact) ?? null) !== asked.tenant,
  });
}

/** Keeps an answer if it may be kept, and gives it to the viewer either way. */
export function receive(asked: Asked, trip: Trip): HttpResponse {
  const { response, arrival } = trip;
  const responseTime = asked.exchange.clock.now();
  const verdict = judge(asked, trip, responseTime);
  if (!verdict.keep) return passOn(asked, trip, verdict.why);
  if (arrival.doomed) return passOn(asked, trip, 'purged');
  const { terms, part } = verdict;
  const vary = selectedBy(verdict.vary, trip.sent.headers);
  const meta = makeMeta({ key: asked.key, response, terms, vary, part, policy: asked.policy, responseTime });
  arrival.tags = meta.tags;
  const declared = declaredLength(response);
  if (declared !== null && declared > asked.policy.objectBytes) return passOn(asked, trip, 'too-large');
  const writer = open(asked, trip, meta, declared);
  if (typeof writer === 'string') return passOn(asked, trip, writer);
  asked.room.forgetUncacheable(asked.key.text);
  return take(asked, trip, meta, writer, declared, terms.lifetime > terms.age && !terms.noCache);
}

function open(asked: Asked, trip: Trip, meta: ObjectMeta, declared: number | null): ObjectWriter | NotStored {
  const { store } = asked.room;
  const { part } = meta.head as EntryHead;
  try {
    if (part) return partWriter(store, meta, part, trip.objects, asked.policy);
    return store.write(meta, declared) ?? 'full';
  } catch {
    return 'store-broken';
  }
}

/** Length that the answer says it has; null when it does not say. */
function declaredLength(response: HttpResponse): number | null {
  if (response.body === null) return 0;
  return response.body.length;
}

function take(
  asked: Asked,
  trip: Trip,
  meta: ObjectMeta,
  writer: ObjectWriter,
  declared: number | null,
  shareable: boolean,
): HttpResponse {
  const { room, exchange } = asked;
  const { response, arrival, flight } = trip;
  const settled = (outcome: 'stored' | NotStored): void => {
    room.landed(arrival);
    flight?.land(outcome === 'stored' && shareable ? 'stored' : 'unshared');
    if (outcome === 'stored') return;
    exchange.trace.note('cache', 'not stored', { why: outcome });
    // The record is written with the head; what goes wrong in the body has to be told on its own.
    if (broken.has(outcome)) room.lost(asked.key.url, outcome, exchange.trace.id);
  };
  const followable = declared !== null && declared <= FOLLOW_BYTES;
  if (response.body === null) {
    settle(writer, () => !arrival.doomed, settled);
    return first(asked, trip, null, true);
  }
  const feed = new Feed({
    body: response.body,
    writer,
    declared,
    most: asked.policy.objectBytes,
    joinable: followable && flight !== null,
    finishAlone: () => followable || (flight?.waiting ?? 0) > 0 || !trip.viewer,
    wanted: () => !arrival.doomed,
    settled,
  });
  const answer = first(asked, trip, () => feed.reader(), true);
  if (followable && shareable) flight?.follow({ head: meta.head as EntryHead, feed, size: declared });
  feed.start();
  return answer;
}

/** Whys that somebody should look into. */
const broken = new Set<NotStored>(['cut-short', 'length-wrong', 'store-broken']);

/** An object without a body. */
function settle(writer: ObjectWriter, wanted: () => boolean, settled: (outcome: 'stored' | NotStored) => void): void {
  const done = (kept: boolean): void => settled(kept ? 'stored' : wanted() ? 'full' : 'purged');
  try {
    const kept = writer.commit(wanted);
    if (kept instanceof Promise) kept.then(done, () => settled('store-broken'));
    else done(kept);
  } catch {
    settled('store-broken');
  }
}

/** Whys that lie in the answer, so that the next one to this key will most likely be like it. */
const lasting = new Set<NotStored>([
  'no-store',
  'private',
  'identity',
  'vary-star',
  'set-cookie',
  'no-freshness',
  'stale',
  'too-large',
  'deceptive',
  'tenant',
]);

/** The answer goes through and is not kept; whoever waited for it goes on alone. */
export function passOn(asked: Asked, trip: Trip, why: NotStored): HttpResponse {
  const { room, key, exchange } = asked;
  room.landed(trip.arrival);
  trip.flight?.land('unshared');
  if (lasting.has(why) && trip.sent.method === 'GET') room.rememberUncacheable(key.text);
  exchange.trace.note('cache', 'not stored', { why });
  const { body } = trip.response;
  if (!trip.viewer) body?.cancel();
  return first(asked, trip, body && (() => body), why);
}

/** The answer as the viewer asked for it: his own conditions are judged here, since they were not sent on. */
function first(
  asked: Asked,
  trip: Trip,
  body: (() => HttpResponse['body']) | null,
  stored: true | NotStored,
): HttpResponse {
  const { exchange, policy, request } = asked;
  const { response } = trip;
  const now = exchange.clock.now();
  const did: Did = { what: 'forwarded', why: trip.why, status: response.status, stored, collapsed: false };
  const unchanged =
    trip.viewer && isNotModified(request, { status: response.status, headers: response.headers, born: now }, now);
  const flat = unchanged ? fieldsOf304(response.headers) : [...response.headers.flat];
  const status = unchanged ? 304 : response.status;
  if (policy.status) tell(flat, did, status, policy.cloudfront);
  exchange.facts.set(cacheResultFact, cacheResult(did, status));
  exchange.trace.note('cache', 'miss', { key: asked.key.url, why: trip.why });
  const wanted = trip.viewer && !unchanged && request.method !== 'HEAD' && !isBodiless(status);
  if (!wanted && stored !== true) response.body?.cancel();
  return { ...response, status, headers: HeaderList.fromFlat(flat), body: wanted ? (body?.() ?? null) : null };
}
