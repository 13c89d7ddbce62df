import { whenHere as then, type MaybePromise } from '../base/later.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import { cacheResultFact } from '../flow/shared-facts.ts';
import type { Asked } from './asked.ts';
import type { Following } from './coalesce.ts';
import { bytesOf, deliveryOf, shape } from './deliver.ts';
import { entryOf, type Entry } from './entry.ts';
import { ageOf } from './lookup.ts';
import { cacheResult, tell, type Did } from './status.ts';

/** Puts an entry on its way to the viewer. Null when its bytes have gone since it was found. */
export function serve(asked: Asked, entry: Entry, did: Did): MaybePromise<HttpResponse | null> {
  const { exchange, policy, room } = asked;
  const now = exchange.clock.now();
  const delivery = deliveryOf(asked.request, entry, asked.range, now);
  const { status, flat } = shape(delivery, entry);
  const age = Math.max(0, Math.floor(ageOf(entry, now) / 1000));
  flat.push('Age', String(age));
  if (policy.status) tell(flat, did, status, policy.cloudfront);
  exchange.facts.set(cacheResultFact, cacheResult(did, status));
  exchange.trace.note('cache', noteOf(did), { key: asked.key.url, age, delivery: delivery.kind });
  const how = did.what === 'revalidated' ? 'revalidated' : did.what === 'hit' && did.stale ? 'stale' : 'hit';
  const response: HttpResponse = {
    status,
    headers: HeaderList.fromFlat(flat),
    body: null,
    from: { by: 'cache', how, born: entry.head.from },
  };
  const bytes = bytesOf(delivery, entry);
  if (bytes === null || bytes.to === bytes.from) return response;
  return then(room.store.read(entry.object, bytes.from, bytes.to), (body) => body && { ...response, body });
}

const noteOf = (did: Did): string => {
  if (did.what === 'hit') return did.stale ? 'stale hit' : 'hit';
  return did.what === 'revalidated' ? 'revalidated' : 'collapsed';
};

/** A viewer on an answer that is still coming in for somebody else. Null when he wants it in another shape. */
export function follow(asked: Asked, { head, feed, size }: Following): HttpResponse | null {
  const { exchange, policy } = asked;
  const object = {
    meta: { key: '', variant: '', url: '', tags: [], keepUntil: 0, head },
    size,
    id: '',
    memo: undefined,
  };
  const entry = entryOf(object);
  const delivery = deliveryOf(asked.request, entry, asked.range, exchange.clock.now());
  if (delivery.kind === 'part' || delivery.kind === 'unsatisfiable') return null;
  const body = delivery.kind === 'whole' && size > 0 ? feed.reader() : null;
  if (delivery.kind === 'whole' && size > 0 && body === null) return null;
  const { status, flat } = shape(delivery, entry);
  const did: Did = { what: 'forwarded', why: 'nothing', status: head.status, stored: true, collapsed: true };
  if (policy.status) tell(flat, did, status, policy.cloudfront);
  exchange.facts.set(cacheResultFact, cacheResult(did, status));
  exchange.trace.note('cache', 'collapsed', { key: asked.key.url });
  return {
    status,
    headers: HeaderList.fromFlat(flat),
    body,
    from: { by: 'cache', how: 'hit', born: head.from },
  };
}
