import { pathText, shown, type Issue } from '../config/issues.ts';
import type { Document } from '../config/document.ts';
import { ms } from '../config/words.ts';
import type { Forwarder } from '../integration/forward.ts';
import { pool, type PoolForward } from '../integration/pool.ts';

/** A pool by name; opened per patience, since each route may have its own. */
export type Pools = ReadonlyMap<string, (timeoutMs: number) => PoolForward>;

/** A forwarder that waits no longer than the route does. */
export const patiently = (to: Forwarder, timeoutMs: number): Forwarder => ({
  ...to,
  totalMs: Math.min(to.totalMs, timeoutMs),
  firstByteMs: Math.min(to.firstByteMs, timeoutMs),
});

export function readPools(document: Document, forwarders: ReadonlyMap<string, Forwarder>, issues: Issue[]): Pools {
  const pools = new Map<string, (timeoutMs: number) => PoolForward>();
  for (const [name, given] of Object.entries(document.pools)) {
    if (document.origins[name])
      issues.push({
        path: pathText(['pools', name]),
        wanted: 'a name that no origin has',
        found: shown(name),
        hint: null,
      });
    const targets = given.targets.flatMap(({ origin, weight, group }, at) => {
      const forwarder = forwarders.get(origin);
      if (forwarder) return [{ forwarder, weight, group }];
      issues.push({
        path: pathText(['pools', name, 'targets', at, 'origin']),
        wanted: 'the name of an origin',
        found: shown(origin),
        hint: `known: ${[...forwarders.keys()].join(', ') || 'none'}`,
      });
      return [];
    });
    const { balance, health, breaker } = given;
    const opened = new Map<number, PoolForward>();
    pools.set(name, (timeoutMs) => {
      let send = opened.get(timeoutMs);
      if (!send) {
        send = pool({
          name,
          // The pool goes to the next target by itself; a target that tries again on its own would hide its failures.
          targets: targets.map((each) => ({
            ...each,
            forwarder: { ...patiently(each.forwarder, timeoutMs), retries: 0 },
          })),
          balance,
          health: health
            ? {
                path: health.path,
                intervalMs: ms(health.interval),
                healthy: health.healthy,
                unhealthy: health.unhealthy,
              }
            : null,
          breaker: {
            ratio: breaker.ratio,
            volume: breaker.volume,
            windowMs: ms(breaker.window),
            openMs: ms(breaker.open),
          },
        });
        opened.set(timeoutMs, send);
      }
      return send;
    });
  }
  return pools;
}
