import type { Stage } from '../flow/stage.ts';
import { retarget } from './origin-request.ts';

/** `/`, and only that, means the default object; for every method. */
export function defaultRoot(object: string): Stage {
  return {
    name: 'edge.default-root',
    handle(exchange, next) {
      const { target } = exchange.request;
      if (target === '/' || target.startsWith('/?')) {
        exchange.request = { ...exchange.request, target: `/${object}${target.slice(1)}` };
        retarget(exchange);
      }
      return next(exchange);
    },
  };
}
