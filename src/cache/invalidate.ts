import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { Exchange } from '../flow/exchange.ts';
import { cacheKey } from './key.ts';
import type { CachePolicy } from './policy.ts';
import type { CacheRoom } from './room.ts';

const safe = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export const isUnsafe = (method: string): boolean => !safe.has(method);

/**
 * RFC 9111 section 4.4: after a write that did not fail, what is stored under its URL, and under the URLs that its answer
 * names on the same host, is no longer to be trusted.
 */
export async function invalidate(
  room: CacheRoom,
  policy: CachePolicy,
  exchange: Exchange,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  if (response.status < 200 || response.status >= 400) return;
  const targets = new Set([request.target]);
  for (const name of ['location', 'content-location']) {
    const value = response.headers.get(name);
    const target = value === undefined ? null : targetOn(value, request, exchange.viewer.secure);
    if (target !== null) targets.add(target);
  }
  for (const target of targets) {
    const { url } = cacheKey({ ...request, method: 'GET', target }, exchange.viewer, null, policy.key);
    const count = await room.purge({ by: 'url', url });
    exchange.trace.note('cache', 'invalidated', { url, count });
  }
}

/** The request target of a reference on the same host; null for any other, which a write here has no say over. */
function targetOn(reference: string, request: HttpRequest, secure: boolean): string | null {
  const host = request.headers.get('host') ?? 'localhost';
  const base = `${secure ? 'https' : 'http'}://${host}`;
  try {
    const url = new URL(reference, new URL(request.target, base));
    return url.host.toLowerCase() === new URL(base).host.toLowerCase() ? `${url.pathname}${url.search}` : null;
  } catch {
    return null;
  }
}
