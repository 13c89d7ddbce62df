import { ms } from '../config/words.ts';
import type { Origin } from '../config/origins.ts';
import { dialList } from '../integration/private.ts';
import type { Dialer, OpenDialer } from '../ports/dialer.ts';

/** The open connections, kept over a reload for every origin that is still described the same way. */
export interface Dialers {
  open(origin: Origin, ca: string | null): Dialer;
  /** Closes what the newest document does not use any more, once requests in flight had time to end. */
  sweep(): void;
  close(): Promise<void>;
}

export function dialers(openDialer: OpenDialer): Dialers {
  const pools = new Map<string, Dialer>();
  let used = new Set<string>();
  return {
    open(origin, ca) {
      const { url, allow, timeouts, connections, keepAlive, tls } = origin;
      const name = JSON.stringify([url, allow, timeouts, connections, keepAlive, tls, ca]);
      used.add(name);
      let pool = pools.get(name);
      if (!pool) {
        pool = openDialer({
          url,
          timeouts: { connect: ms(timeouts.connect), firstByte: ms(timeouts.firstByte), idle: ms(timeouts.idle) },
          connections,
          keepAliveMs: ms(keepAlive),
          mayDial: dialList(allow),
          tls: { ca, verify: tls.verify, serverName: tls.serverName ?? null },
        });
        pools.set(name, pool);
      }
      return pool;
    },
    sweep() {
      for (const [name, pool] of pools) {
        if (used.has(name)) continue;
        pools.delete(name);
        setTimeout(() => void pool.close(), 60_000).unref();
      }
      used = new Set();
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      pools.clear();
    },
  };
}
