import { identityBoundFact, routeFact } from '../flow/shared-facts.ts';
import { refuse } from '../flow/refuse.ts';
import type { Stage } from '../flow/stage.ts';
import { httpRouteReasons, resourceReasons } from './api-reasons.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from './api.ts';
import { callFact, type Call } from './call.ts';
import { responseKind } from './gateway-responses.ts';

/** Finds the resource and method (REST) or the route (HTTP), notes it, or refuses as that kind of API does. */
export function apiRoute(api: GatewayApi): Stage {
  return {
    name: 'gateway.route',
    handle(exchange, next) {
      const begun = exchange.facts.get(callFact) as Call;
      const found =
        api.kind === 'rest' ? restMatch(api, begun.method, begun.path) : httpMatch(api, begun.method, begun.path);
      if (!found) {
        if (api.kind === 'rest') {
          begun.error = {
            type: 'MISSING_AUTHENTICATION_TOKEN',
            message: responseKind('MISSING_AUTHENTICATION_TOKEN').message,
            member: 'message',
          };
          return refuse(exchange, 'gateway.route', resourceReasons.none, {
            facts: { path: begun.path, method: begun.method },
          });
        }
        return refuse(exchange, 'gateway.route', httpRouteReasons.none, {
          facts: { path: begun.path, method: begun.method },
        });
      }
      const { route, params } = found;
      begun.routeKey = route.key;
      begun.resource = route.resource;
      begun.resourceId = route.resourceId;
      begun.params = Object.keys(params).length === 0 ? null : params;
      exchange.facts.set(apiRouteFact, route);
      exchange.facts.set(routeFact, { name: route.key, to: route.to, params });
      if ((route.keyRequired || route.authorizer) && !route.shareable) exchange.facts.set(identityBoundFact, true);
      exchange.trace.note('gateway.route', 'route', { route: route.key, to: route.to });
      return next(exchange);
    },
  };
}

export interface Found {
  readonly route: ApiRoute;
  readonly params: Readonly<Record<string, string>>;
}

const anyMethods = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

/** The resource first, then its method: a resource that lacks the method does not give way to a greedy sibling. */
export function restMatch(api: Pick<GatewayApi, 'resources'>, method: string, path: string): Found | null {
  const wanted = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const found = api.resources.find('', wanted);
  if (!found || Object.values(found.params).includes('')) return null;
  const { methods } = found.value;
  const route = methods.get(method) ?? (anyMethods.has(method) ? methods.get('ANY') : undefined);
  return route ? { route, params: found.params } : null;
}

/** Method and path together, on the decoded path: an encoded slash separates, and so misses. */
export function httpMatch(api: Pick<GatewayApi, 'resources' | 'routes'>, method: string, path: string): Found | null {
  const found = api.resources.find(method, decode(path));
  const route = found?.value.methods.values().next().value;
  if (found && route && !Object.values(found.params).includes('')) return { route, params: found.params };
  // A parameter takes at least one character; what is left then is the default route, if there is one.
  const fallback = api.routes.find((each) => each.key === '$default');
  return fallback ? { route: fallback, params: {} } : null;
}

function decode(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
