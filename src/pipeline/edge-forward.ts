import { Fault } from '../base/fault.ts';
import { behaviourOf } from '../edge/behaviour.ts';
import { reroutedFact } from '../edge/moments.ts';
import { originFact } from '../edge/origins.ts';
import type { EdgeOrigin } from '../events/edge.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Stage } from '../flow/stage.ts';
import { forward, type Forwarder } from '../integration/forward.ts';
import { isHandshake, type PassTo } from './edge-sockets.ts';

/** The end of the edge line for behaviours that name an origin; all others go on to the routes. */
export function edgeForward(
  forwarders: ReadonlyMap<string, Forwarder>,
  open: (origin: EdgeOrigin) => Forwarder,
  /** By behaviour: what goes in front of the path. */
  paths: readonly string[],
  sockets: (origin: string) => PassTo | null,
  bodyBytes: number,
): Stage {
  return {
    name: 'edge.forward',
    handle(exchange, next) {
      const name = exchange.facts.get(originFact);
      if (name === undefined) return next(exchange);
      const elsewhere = exchange.facts.get(reroutedFact);
      if (elsewhere) {
        exchange.trace.note('edge.forward', 'rerouted', { to: `${elsewhere.domainName}:${elsewhere.port}` });
        prefix(exchange, elsewhere.path);
        return forward(open(elsewhere), exchange, undefined, bodyBytes);
      }
      const to = forwarders.get(name);
      if (!to) throw new Fault('edge.origin', 'config', `no origin is called "${name}"`);
      prefix(exchange, paths[behaviourOf(exchange)] ?? '');
      if (exchange.request.headers.has('upgrade')) {
        const pass = isHandshake(exchange.request) ? sockets(name) : null;
        if (pass) return pass(exchange);
        // Half a handshake, because a policy sends the other half nowhere, is a request like any other.
        const { request } = exchange;
        exchange.request = { ...request, headers: request.headers.without('upgrade', 'connection') };
      }
      return forward(to, exchange, undefined, bodyBytes);
    },
  };
}

function prefix(exchange: Exchange, path: string): void {
  const { request } = exchange;
  if (path !== '') exchange.request = { ...request, target: path + request.target };
}
