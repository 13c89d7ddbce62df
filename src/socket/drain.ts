import type { Registry } from './registry.ts';

/**
 * Closes all connections with 1001, spread evenly over a window, so that clients that come back at once do not come back
 * all at once. Resolves when the last close frame is on its way.
 * @param wait resolves after so many milliseconds
 */
export async function drain(
  registry: Registry,
  windowMs: number,
  wait: (ms: number) => Promise<void>,
): Promise<number> {
  const sessions = [...registry].filter((session) => session.state === 'open');
  const steps = Math.max(1, Math.min(sessions.length, Math.floor(windowMs / 50)));
  let closed = 0;
  for (let step = 0; step < steps; step++) {
    const until = Math.ceil(((step + 1) * sessions.length) / steps);
    for (; closed < until; closed++) sessions[closed]!.connection?.close(1001, 'Going away', 'drain');
    if (step < steps - 1) await wait(windowMs / steps);
  }
  return closed;
}
