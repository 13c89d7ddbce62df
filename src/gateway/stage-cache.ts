import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { cacheResultFact, identityBoundFact, tenantFact } from '../flow/shared-facts.ts';
import { onTheWayOut, type Answer, type Handle, type Stage } from '../flow/stage.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse, Provenance } from '../http/message.ts';
import type { ObjectMeta, ObjectStore, StoredObject } from '../ports/objects.ts';
import { cacheReasons } from './api-reasons.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from './api.ts';
import { callFact, type Call } from './call.ts';
import type { StageCacheRules } from './stage-cache-rules.ts';
import { mayInvalidate } from './policy-stage.ts';

/**
 * The stage cache of a REST API. It knows nothing of `Cache-Control` in answers: what a method answers is kept for the
 * method's time, under its path and the parameters that the document marks.
 */

export interface StageCacheParts {
  readonly store: ObjectStore;
  /** Entered before the integration is asked, so that no purge can fall between. */
  arrive(url: string): { wanted(): boolean; landed(): void };
  readonly warn: (says: string) => void;
}

/** Larger answers are not kept, as at AWS. */
const MOST_ENTRY = 1_048_576;

interface Head {
  readonly status: number;
  readonly flat: readonly string[];
  readonly from: Provenance;
}

export function stageCache(api: GatewayApi, parts: StageCacheParts): Stage {
  return {
    name: 'gateway.stage-cache',
    handle(exchange, next) {
      const route = exchange.facts.get(apiRouteFact) as ApiRoute;
      const rules = route.stageCache;
      if (!rules || (exchange.request.method !== 'GET' && !route.stageCacheAnyMethod)) return next(exchange);
      // AWS would hand one caller's answer to the next; here the document has to say that it may.
      if (exchange.facts.get(identityBoundFact) === true) {
        exchange.trace.note('gateway.stage-cache', 'passed', { why: 'identity' });
        return next(exchange);
      }
      const begun = exchange.facts.get(callFact) as Call;
      if (!rules.keys.some(({ name }) => name.startsWith('method.request.body')))
        return look(api, parts, rules, exchange, begun, null, next);
      const { body } = exchange.request;
      return body
        ? body.text(route.bodyBytes).then((text) => look(api, parts, rules, exchange, begun, text, next))
        : look(api, parts, rules, exchange, begun, null, next);
    },
  };
}

function look(
  api: GatewayApi,
  parts: StageCacheParts,
  rules: StageCacheRules,
  exchange: Exchange,
  begun: Call,
  body: string | null,
  next: Handle,
): Answer {
  const key = keyOf(api, rules, exchange, begun, body);
  const scheme = exchange.viewer.secure ? 'https' : 'http';
  const url = `${scheme}://${(exchange.request.headers.get('host') ?? '').toLowerCase()}${begun.contextPath}`;
  let warning = false;
  if (wantsAnew(exchange)) {
    if (!rules.authorization || mayInvalidate(api.policy, exchange, begun)) {
      exchange.trace.note('gateway.stage-cache', 'made anew');
      return fill(parts, rules, exchange, key, url, next);
    }
    if (rules.unauthorized === 'FAIL_WITH_403') {
      const says = 'User is not authorized to perform: execute-api:InvalidateCache on this resource';
      begun.error = { type: 'ACCESS_DENIED', message: says, member: 'Message' };
      return refuse(exchange, 'gateway.stage-cache', cacheReasons.invalidate);
    }
    warning = rules.unauthorized === 'SUCCEED_WITH_RESPONSE_HEADER';
  }
  const warned = (answer: Answer): Answer => (warning ? onTheWayOut(answer, withWarning) : answer);
  const go = (objects: readonly StoredObject[]): Answer => {
    const object = objects[0];
    if (!object) return fill(parts, rules, exchange, key, url, next);
    const body = parts.store.read(object, 0, object.size);
    const served = (bytes: Body | null): Answer =>
      bytes ? hit(exchange, object, bytes) : fill(parts, rules, exchange, key, url, next);
    return body instanceof Promise ? body.then(served, () => served(null)) : served(body);
  };
  // A store that cannot answer is a cache that is empty.
  let found: ReturnType<ObjectStore['find']>;
  try {
    found = parts.store.find(key);
  } catch {
    found = [];
  }
  return warned(found instanceof Promise ? found.then(go, () => go([])) : go(found));
}

/** Everything that tells two answers apart. The path is the one that was asked for, so path parameters always count. */
function keyOf(api: GatewayApi, rules: StageCacheRules, exchange: Exchange, begun: Call, body: string | null): string {
  const input = { call: begun, request: exchange.request, body };
  const values = rules.keys.map(({ name, source }) => [name, source(input)]);
  return `stage-cache ${JSON.stringify([
    begun.place.id,
    begun.place.stage,
    api.cacheSpace,
    exchange.request.method,
    api.basePath,
    begun.path,
    exchange.facts.get(tenantFact) ?? null,
    values,
  ])}`;
}

const wantsAnew = (exchange: Exchange): boolean =>
  /(?:^|[\s,])max-age\s*=\s*"?0+"?(?:[\s,]|$)/i.test(exchange.request.headers.joined('cache-control') ?? '');

function hit(exchange: Exchange, object: StoredObject, body: Body): HttpResponse {
  const head = object.meta.head as Head;
  exchange.facts.set(cacheResultFact, 'Hit');
  exchange.trace.note('gateway.stage-cache', 'hit');
  return { status: head.status, headers: HeaderList.fromFlat([...head.flat]), body, from: head.from };
}

function fill(
  parts: StageCacheParts,
  rules: StageCacheRules,
  exchange: Exchange,
  key: string,
  url: string,
  next: Handle,
): Answer {
  exchange.facts.set(cacheResultFact, 'Miss');
  const arrival = parts.arrive(url);
  const keep = async (response: HttpResponse): Promise<HttpResponse> => {
    try {
      if (!mayKeep(response)) return response;
      const bytes = response.body ? await response.body.peek(MOST_ENTRY) : { bytes: new Uint8Array(), whole: true };
      if (!bytes.whole) return response;
      const head: Head = {
        status: response.status,
        flat: response.headers.without('x-amzn-trace-id').flat,
        from: response.from,
      };
      const keepUntil = exchange.clock.now() + rules.ttlMs;
      const meta: ObjectMeta = { key, variant: '', url, tags: [], keepUntil, head };
      const writer = parts.store.write(meta, bytes.bytes.length);
      await writer?.write(bytes.bytes);
      await writer?.commit(() => arrival.wanted());
      return { ...response, body: response.body && Body.of(bytes.bytes) };
    } catch (thrown) {
      parts.warn(`an answer could not be kept in the stage cache: ${String(thrown)}`);
      return response;
    } finally {
      arrival.landed();
    }
  };
  let answer: Answer;
  try {
    answer = next(exchange);
  } catch (thrown) {
    arrival.landed();
    throw thrown;
  }
  return Promise.resolve(answer).then(keep, (thrown: unknown) => {
    arrival.landed();
    throw thrown;
  });
}

/** Errors are not kept, and neither is what sets a cookie for one caller. */
const mayKeep = ({ status, headers, from, body }: HttpResponse): boolean =>
  from.by !== 'refusal' &&
  from.by !== 'fault' &&
  status >= 200 &&
  status < 300 &&
  status !== 206 &&
  !headers.has('set-cookie') &&
  // What a function streams is not held up to be kept.
  !(body?.length === null && from.by === 'integration' && from.name.startsWith('function')) &&
  (body?.length ?? 0) <= MOST_ENTRY;

const withWarning = (response: HttpResponse): HttpResponse => ({
  ...response,
  headers: response.headers.append('Warning', '199 - "Not authorized to invalidate the cache"'),
});
