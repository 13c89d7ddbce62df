import { refuse } from '../flow/refuse.ts';
import { resourceFact, routeFact, targetFact, type RouteMatch } from '../flow/shared-facts.ts';
import type { Stage } from '../flow/stage.ts';
import type { Target } from '../http/target.ts';
import type { Router } from './router.ts';
import { routeReasons } from './reasons.ts';
import { defineSlot } from '../flow/facts.ts';
import type { Route } from '../config/routes.ts';

export interface NamedRoute {
  /** As written in the document. */
  readonly name: string;
  /** The origin's or integration's name. */
  readonly to: string;
  readonly route: Route;
}

/** The whole entry of the document, for the gateway's own later stages. */
export const routeEntryFact = defineSlot<NamedRoute>('route-entry');

/** Finds the route, notes it, or refuses. */
export function route(router: Router<NamedRoute>): Stage {
  return {
    name: 'gateway.route',
    handle(exchange, next) {
      const target = exchange.facts.get(targetFact) as Target;
      const found = router.find(exchange.request.method, target.path);
      if (!found)
        return refuse(exchange, 'gateway.route', routeReasons.none, {
          facts: { resource: exchange.facts.get(resourceFact) ?? null },
        });
      const match: RouteMatch = { name: found.value.name, to: found.value.to, params: found.params };
      exchange.facts.set(routeFact, match);
      exchange.facts.set(routeEntryFact, found.value);
      exchange.trace.note('gateway.route', 'route', { route: match.name, to: match.to });
      return next(exchange);
    },
  };
}
