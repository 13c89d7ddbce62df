import { size } from '../config/words.ts';
import { Fault } from '../base/fault.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Answer, Handle } from '../flow/stage.ts';
import { routeEntryFact } from '../gateway/route.ts';
import { forward, type Forwarder } from '../integration/forward.ts';

/** Where a route ends: at an origin, or in an integration. */
export type Integrate =
  | { readonly kind: 'forward'; readonly to: Forwarder }
  | { readonly kind: 'integration'; readonly answer: (exchange: Exchange) => Answer };

/** The last room: whoever the route names answers. */
export function integrate(ends: ReadonlyMap<string, Integrate>, bodyBytes: number): Handle {
  return (exchange) => {
    const entry = exchange.facts.get(routeEntryFact);
    const end = entry && ends.get(entry.name);
    if (!end) throw new Fault('integration.none', 'config', 'the line came to its end without a route');
    if (end.kind === 'integration') return end.answer(exchange);
    const most = entry.route.bodyBytes === undefined ? bodyBytes : size(entry.route.bodyBytes);
    return forward(end.to, exchange, entry.route.rewrite, most);
  };
}
