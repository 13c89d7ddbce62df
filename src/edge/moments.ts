import type { EdgeOrigin } from '../events/edge.ts';
import type { Exchange } from '../flow/exchange.ts';
import { defineSlot } from '../flow/facts.ts';
import { refuse } from '../flow/refuse.ts';
import type { Handle, Stage } from '../flow/stage.ts';
import type { HttpResponse } from '../http/message.ts';
import { behaviourOf } from './behaviour.ts';
import { isPick } from './chosen-origin.ts';
import type { Guest, Said } from './guest.ts';
import { pickedFact } from './origins.ts';
import { retarget } from './origin-request.ts';
import { reasons } from './reasons.ts';

/** Where a function sent the request instead of the behaviour's origin. */
export const reroutedFact = defineSlot<EdgeOrigin>('rerouted');

/** The guests of one side of the cache; null where there is none. */
export interface Side {
  readonly request: Guest | null;
  readonly response: Guest | null;
}

/** Around the cache: runs on hits and misses, and nothing that it makes is stored. */
export const viewerMoments = (sides: readonly (Side | null)[]): Stage =>
  stage('edge.viewer-functions', sides, (response) => response.status < 400);

/** Behind the cache: runs on misses, and what it makes is stored like an origin's answer. */
export const originMoments = (sides: readonly (Side | null)[]): Stage =>
  stage('edge.origin-functions', sides, () => true);

function stage(name: string, sides: readonly (Side | null)[], sees: (response: HttpResponse) => boolean): Stage {
  return {
    name,
    handle(exchange, next) {
      const side = sides[behaviourOf(exchange)];
      return side ? trip(name, side, exchange, next, sees) : next(exchange);
    },
  };
}

async function trip(
  name: string,
  side: Side,
  exchange: Exchange,
  next: Handle,
  sees: (response: HttpResponse) => boolean,
): Promise<HttpResponse> {
  if (side.request) {
    const said = await side.request(exchange, null);
    if (said.kind === 'response') {
      exchange.trace.note(name, 'generated', { status: said.response.status });
      return said.response;
    }
    if (said.kind !== 'request') return broken(name, exchange, said);
    exchange.request = said.request;
    retarget(exchange);
    if (said.origin && isPick(said.origin)) exchange.facts.set(pickedFact, said.origin);
    else if (said.origin) exchange.facts.set(reroutedFact, said.origin);
  }
  const response = await next(exchange);
  // Refusals and faults of ours are not an origin's answer.
  if (!side.response || !sees(response) || response.from.by === 'refusal' || response.from.by === 'fault')
    return response;
  const said = await side.response(exchange, response);
  if (said.kind === 'response') return said.response;
  response.body?.cancel();
  return broken(name, exchange, said.kind === 'request' ? { kind: 'invalid', says: 'a response was wanted' } : said);
}

function broken(name: string, exchange: Exchange, said: Exclude<Said, { kind: 'request' | 'response' }>): HttpResponse {
  const reason =
    said.kind === 'invalid'
      ? reasons['function-invalid']
      : said.kind === 'limit'
        ? reasons['function-limit']
        : reasons['function-threw'];
  return refuse(exchange, name, reason, { facts: { says: said.says.slice(0, 300) } });
}
