import type { Stage } from '../flow/stage.ts';
import { HeaderList } from '../http/headers.ts';
import { httpMatch } from './api-route.ts';
import type { GatewayApi } from './api.ts';
import { callFact, type Call } from './call.ts';
import { isPreflight, preflightFields } from './cors.ts';

/**
 * Preflights of an HTTP API with CORS are answered here, route or no route. One that a `$default` route with an
 * authorizer would take goes on to that authorizer, as on AWS; an open `OPTIONS /{proxy+}` route is the remedy.
 */
export function preflight(api: GatewayApi): Stage {
  const { cors } = api;
  return {
    name: 'gateway.cors',
    handle(exchange, next) {
      const { request } = exchange;
      if (!cors || !isPreflight(request)) return next(exchange);
      const found = httpMatch(api, 'OPTIONS', (exchange.facts.get(callFact) as Call).path);
      if (found && found.route.key === '$default' && found.route.authorizer) return next(exchange);
      exchange.trace.note('gateway.cors', 'preflight');
      return {
        status: 204,
        headers: HeaderList.of(preflightFields(cors, request)),
        body: null,
        from: { by: 'policy', name: 'cors' },
      };
    },
  };
}
