import type { Document } from '../config/document.ts';
import { size } from '../config/words.ts';

/**
 * Most bytes of a request body that a document lets in anywhere. What is said of the whole document counts where a route
 * says nothing, and where something else than its routes answers: a backend, an origin of a behaviour.
 */
export function mostBody({ routes, apis, edge, listen }: Document): number {
  const whole = size(listen.limits.bodyBytes);
  const plain = Object.values(routes).map((route) => size(route.bodyBytes ?? whole));
  const ofApis = Object.values(apis)
    .flatMap((api) => Object.values(api.routes))
    .map((route) => Math.min(size(route.bodyBytes), whole));
  const said = [...plain, ...ofApis];
  return edge || said.length === 0 ? Math.max(whole, ...said) : Math.max(...said);
}
