import type { HttpResponse } from '../http/message.ts';
import type { StoredObject } from '../ports/objects.ts';
import { flightKey, type Asked } from './asked.ts';
import type { Flight } from './coalesce.ts';
import { joined, restOf } from './complete.ts';
import { dated, entryOf, type Entry } from './entry.ts';
import { terms } from './fresh.ts';
import { HeaderList } from '../http/headers.ts';
import { askOrigin, aside, shared } from './origin.ts';
import { receive } from './receive.ts';
import { describes, freshened, unconditional, updatedFields } from './revalidate.ts';
import type { NotServed } from './why.ts';

/** The request that fetches what is missing. A viewer's conditions are his own; the cache wants the whole answer. */
function fetching(asked: Asked): Asked['request'] {
  const { request, range, room, key } = asked;
  // Where nothing will be kept anyway, the origin may as well answer the viewer's own conditions.
  if (request.method !== 'GET' || room.isUncacheable(key.text)) return request;
  if (!range) return shared(unconditional(request), asked);
  return shared({ ...request, headers: request.headers.without('if-none-match', 'if-modified-since') }, asked);
}

/** Asks the origin for what the cache does not have, and keeps it if it may. */
export async function fetchMissing(
  asked: Asked,
  objects: readonly StoredObject[],
  why: NotServed,
  flight: Flight | null,
  viewer = true,
  start: Entry | null = null,
): Promise<HttpResponse> {
  const { room, key, exchange } = asked;
  const arrival = room.arrive(key.url, flightKey(asked, objects), flight);
  const sent = fetching(asked);
  const requestTime = exchange.clock.now();
  let response: HttpResponse;
  try {
    const rest = asked.request.method === 'GET' && asked.range === null ? restOf(sent, start) : null;
    response = await askOrigin(asked, rest ?? sent, flight);
    if (rest && start && (response.status === 206 || response.status === 416)) {
      const whole = await joined(asked, start, response);
      exchange.trace.note('cache', whole ? 'completed' : 'not completed', { from: start.object.size });
      if (!whole) {
        await room.store.remove(start.object);
        room.landed(arrival);
        const others = objects.filter((object) => object !== start.object);
        return await fetchMissing(aside(asked, asked.request), others, why, flight, viewer);
      }
      response = whole;
    }
  } catch (thrown) {
    room.landed(arrival);
    flight?.land('failed');
    throw thrown;
  }
  if (asked.request.method === 'HEAD') await updateFromHead(asked, objects, response, requestTime);
  return receive(asked, { why, sent, response, requestTime, arrival, flight, objects, viewer });
}

/** What a HEAD says about a stored GET: fresh fields where it describes the same bytes, otherwise the end of the entry. */
export async function updateFromHead(
  asked: Asked,
  objects: readonly StoredObject[],
  response: HttpResponse,
  requestTime: number,
): Promise<void> {
  if (response.status !== 200) return;
  const { room, policy, exchange } = asked;
  for (const object of objects) {
    const entry: Entry = entryOf(object);
    if (entry.head.status !== 200 || entry.head.part) continue;
    if (!describes(response, entry)) {
      if (contradicts(response, entry)) await room.store.remove(object);
      continue;
    }
    const at = exchange.clock.now();
    const flat = updatedFields(entry.headers, dated(response.headers, at), policy);
    const headers = HeaderList.fromFlat([...flat, ...agesOf(response)]);
    await room.store.amend(object, freshened(entry, flat, terms(200, headers, policy, requestTime, at), policy, at));
  }
}

const agesOf = (response: HttpResponse): string[] => response.headers.all('age').flatMap((value) => ['Age', value]);

function contradicts(response: HttpResponse, entry: Entry): boolean {
  const [tag, length] = [response.headers.get('etag'), response.headers.get('content-length')];
  return (
    (tag !== undefined && entry.etag !== undefined && tag !== entry.etag) ||
    (length !== undefined && Number(length) !== entry.size)
  );
}
