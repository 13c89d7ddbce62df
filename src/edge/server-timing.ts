import { chance } from '../base/chance.ts';
import type { Exchange } from '../flow/exchange.ts';
import { defineSlot } from '../flow/facts.ts';
import { cacheResultFact } from '../flow/shared-facts.ts';
import { listOf, type HeaderList } from '../http/headers.ts';

/** Milliseconds from asking the origin to its answer's head; not set where it was not asked. */
export const upstreamFact = defineSlot<number>('upstream');

export interface ServerTiming {
  /** Percent of the answers that bear it. */
  readonly sampling: number;
  readonly location: string;
}

/** `Server-Timing` with CloudFront's metrics: on a miss beside the origin's own, on a hit instead of them. */
export function serverTiming(timing: ServerTiming, exchange: Exchange, headers: HeaderList): HeaderList {
  const result = exchange.facts.get(cacheResultFact);
  const upstream = exchange.facts.get(upstreamFact);
  const own = upstream === undefined ? headers.without('server-timing') : headers;
  if (!asksForIt(exchange) && !drawn(timing.sampling)) return own;
  const word = upstream === undefined && result === 'Hit' ? 'hit' : result === 'RefreshHit' ? 'refresh' : 'miss';
  const metrics = [`cdn-cache-${word}`, `cdn-pop;desc="${timing.location}"`, `cdn-rid;desc="${exchange.trace.id}"`];
  if (upstream === undefined) metrics.push('cdn-hit-layer;desc="EDGE"');
  else metrics.push('cdn-upstream-layer;desc="EDGE"', `cdn-upstream-fbl;dur=${Math.round(upstream)}`);
  metrics.push(`cdn-downstream-fbl;dur=${Math.round(exchange.trace.elapsed())}`);
  return own.append('Server-Timing', metrics.join(', '));
}

const asksForIt = (exchange: Exchange): boolean =>
  listOf((exchange.arrived.headers.joined('pragma') ?? '').toLowerCase()).includes('server-timing');

/** One of a million, as fine as CloudFront's four decimals of a percent. */
function drawn(percent: number): boolean {
  if (percent >= 100) return true;
  if (percent <= 0) return false;
  const [a = 0, b = 0, c = 0, d = 0] = chance(4);
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32 < percent / 100;
}
