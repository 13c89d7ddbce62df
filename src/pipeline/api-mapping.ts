import type { ApiRouteDocument } from '../config/api-routes.ts';
import type { ApiRoute } from '../gateway/api.ts';
import { requestMapping, responseMapping, type ResponseMapping } from '../gateway/parameter-mapping.ts';
import { restRequestMapping } from '../gateway/rest-mapping.ts';
import { transform } from '../gateway/transform.ts';

export type RouteProblem = (at: readonly PropertyKey[], wanted: string, found: string, hint?: string | null) => void;

/** How a route changes what goes to its integration and what comes back: `map`, `transform` and `rewrite`. */
export function readMappings(
  kind: 'rest' | 'http',
  given: ApiRouteDocument,
  resource: string,
  problem: RouteProblem,
): Pick<ApiRoute, 'mapping' | 'transform' | 'rewrite'> {
  const mapping = kind === 'rest' ? restMapping(given, problem) : httpMapping(given, problem);
  return {
    mapping,
    transform: readTransform(kind, given, problem),
    // A value that is mapped into the path needs a place there: where none is named, it is the resource's own.
    rewrite: given.rewrite ?? (kind === 'rest' && setsPath(given) ? resource : undefined),
  };
}

const setsPath = ({ map, transform: own }: ApiRouteDocument): boolean =>
  Object.keys(map?.request ?? {}).some((key) => /^(?:integration\.request\.)?path\./.test(key)) ||
  Object.values(own?.templates ?? {}).some((text) => text.includes('requestOverride.path'));

function restMapping({ map, to }: ApiRouteDocument, problem: RouteProblem): ApiRoute['mapping'] {
  if (!map) return null;
  if (Object.keys(map.responses).length > 0)
    problem(
      ['map', 'responses'],
      'nothing: answers of REST integrations are mapped by their integration responses',
      'a mapping',
      'use `transform.responses`',
    );
  const isFunction = typeof to !== 'string' && to.use.startsWith('function');
  if (isFunction && (to.with as { proxy?: unknown } | undefined)?.proxy !== false)
    problem(
      ['map', 'request'],
      'nothing: a function in proxy form gets the request as it is',
      'a mapping',
      'set `proxy: false` and use `transform`',
    );
  const request = restRequestMapping(map.request, isFunction);
  if (typeof request !== 'string') return { request, responses: new Map() };
  problem(['map', 'request'], 'request parameters', request);
  return null;
}

function httpMapping({ map }: ApiRouteDocument, problem: RouteProblem): ApiRoute['mapping'] {
  if (!map) return null;
  const request = requestMapping(map.request);
  if (typeof request === 'string') problem(['map', 'request'], 'a parameter mapping', request);
  const responses = new Map<string, ResponseMapping>();
  for (const [status, rules] of Object.entries(map.responses)) {
    const response = responseMapping(rules);
    if (typeof response === 'string') problem(['map', 'responses', status], 'a parameter mapping', response);
    else responses.set(status, response);
  }
  return { request: typeof request === 'string' ? null : request, responses };
}

function readTransform(kind: 'rest' | 'http', given: ApiRouteDocument, problem: RouteProblem): ApiRoute['transform'] {
  if (!given.transform) return null;
  if (kind === 'http')
    problem(
      ['transform'],
      'nothing: HTTP APIs have no mapping templates',
      'a transform',
      'use `map`, or make it a REST API',
    );
  const compiled = transform(given.transform, typeof given.to !== 'string' && given.to.use === 'mock');
  if (!('says' in compiled)) return compiled;
  problem(['transform', compiled.at], 'a transform that compiles', compiled.says);
  return null;
}
