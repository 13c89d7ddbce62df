import { onTheWayOut, type Stage } from '../flow/stage.ts';
import { apiRouteFact, type ApiRoute } from './api.ts';
import { callFact, type Call } from './call.ts';

/** The route's policies: in order on the way in, in reverse on the way out. */
export function applyPolicies(): Stage {
  return {
    name: 'gateway.policies',
    handle(exchange, next) {
      const { policies } = exchange.facts.get(apiRouteFact) as ApiRoute;
      if (policies.length === 0) return next(exchange);
      const about = { exchange, call: exchange.facts.get(callFact) as Call };
      for (const policy of policies) if (policy.request) exchange.request = policy.request(exchange.request, about);
      return onTheWayOut(next(exchange), (response) =>
        policies.reduceRight((at, policy) => policy.response?.(at, about) ?? at, response),
      );
    },
  };
}
