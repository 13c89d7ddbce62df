import type { Registry } from './registry.ts';

type Wait = (ms: number) => Promise<void>;

/** Closes all connections of an API with 1001, spread over a window. Resolves when the last close frame is on its way. */
export function drain(registry: Registry, windowMs: number, wait: Wait): Promise<number> {
  const open = [...registry].flatMap(({ state, connection }) => (state === 'open' && connection ? [connection] : []));
  return spread(open, windowMs, wait, (connection) => connection.close(1001, 'Going away', 'drain'));
}

/**
 * Says goodbye to each, spread evenly over a window, so that clients that come back at once do not come back all at once.
 * @param wait resolves after so many milliseconds
 */
export async function spread<T>(
  all: readonly T[],
  windowMs: number,
  wait: Wait,
  goodbye: (one: T) => void,
): Promise<number> {
  const steps = Math.max(1, Math.min(all.length, Math.floor(windowMs / 50)));
  let told = 0;
  for (let step = 0; step < steps; step++) {
    const until = Math.ceil(((step + 1) * all.length) / steps);
    for (; told < until; told++) goodbye(all[told]!);
    if (step < steps - 1) await wait(windowMs / steps);
  }
  return told;
}
