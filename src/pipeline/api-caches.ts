import { compilePolicy, type CachePolicy } from '../cache/policy.ts';
import type { CacheRoom } from '../cache/room.ts';
import type { ApiRouteDocument } from '../config/api-routes.ts';
import type { GatewayApiDocument } from '../config/apis.ts';
import type { Document } from '../config/document.ts';
import { ms } from '../config/words.ts';
import { restSource, type MappingSource } from '../gateway/mapping-source.ts';
import type { StageCacheRules } from '../gateway/stage-cache-rules.ts';
import type { StageCacheParts } from '../gateway/stage-cache.ts';
import type { RouteProblem } from './api-mapping.ts';

/** Does any API of the document keep answers? */
export const cachesApis = (document: Document): boolean =>
  Object.values(document.apis).some(
    (api) =>
      api.cache !== undefined ||
      api.stageCache !== undefined ||
      Object.values(api.routes).some((route) => route.stageCache),
  );

/** How the stage cache treats one method; `path` in problems is the route's. */
export function readStageCache(
  api: GatewayApiDocument,
  key: string,
  given: ApiRouteDocument,
  problem: RouteProblem,
): { readonly stageCache: StageCacheRules | null; readonly stageCacheAnyMethod: boolean } {
  const own = given.stageCache;
  const none = { stageCache: null, stageCacheAnyMethod: false };
  if (api.kind === 'http') {
    if (own)
      problem(
        ['stageCache'],
        'nothing: HTTP APIs have no stage cache',
        'a stage cache',
        'use `cache`, or make it a REST API',
      );
    return none;
  }
  if (own === false || (own === undefined && !api.stageCache)) return none;
  if (own === undefined && !/^(?:GET|ANY) /.test(key)) return none;
  const rules = {
    ttl: own?.ttl ?? api.stageCache?.ttl ?? '300s',
    keys: own?.keys ?? api.stageCache?.keys ?? [],
    invalidation: own?.invalidation ?? api.stageCache?.invalidation ?? unauthorised,
  };
  if (own && (given.authorizer !== 'none' || given.key === 'required') && !given.shareable)
    problem(
      ['stageCache'],
      'a method whose answers are the same for everybody',
      'an authorizer or a key',
      'set `shareable: true` if one caller may be given the answer of another, and name what tells them apart among `keys`',
    );
  const sources: { name: string; source: MappingSource }[] = [];
  for (const [at, name] of rules.keys.entries()) {
    const source = name.startsWith('method.request.')
      ? restSource(name)
      : 'wanted method.request.querystring.NAME, …header.NAME or …path.NAME';
    if (typeof source === 'string') problem(['stageCache', 'keys', at], 'a parameter of the method', source);
    else sources.push({ name, source });
  }
  const ttlMs = ms(rules.ttl);
  if (ttlMs === 0) return none;
  return {
    stageCache: {
      ttlMs,
      keys: sources,
      authorization: rules.invalidation.authorization,
      unauthorized: rules.invalidation.unauthorized,
    },
    stageCacheAnyMethod: own !== undefined,
  };
}

const unauthorised = { authorization: true, unauthorized: 'SUCCEED_WITH_RESPONSE_HEADER' } as const;

/** What the lines of APIs with caches are made from. */
export interface ApiCaches {
  readonly stage: StageCacheParts | null;
  readonly edge: { readonly room: CacheRoom; readonly policy: CachePolicy } | null;
}

/** The caches of one API. Without a room nothing is kept; the document's reader has said so. */
export function apiCaches(
  api: GatewayApiDocument,
  keyHeader: string,
  room: CacheRoom | null,
  warn: (says: string) => void,
): ApiCaches {
  if (!room) return { stage: null, edge: null };
  return {
    stage: {
      store: room.store,
      arrive(url) {
        const arrival = room.arrive(url, url, null);
        return { wanted: () => !arrival.doomed, landed: () => room.landed(arrival) };
      },
      warn,
    },
    edge: api.cache
      ? {
          room,
          policy: compilePolicy({ ...api.cache, credentials: [...api.cache.credentials, `header:${keyHeader}`] }),
        }
      : null,
  };
}
