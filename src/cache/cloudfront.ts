import { directivesFor, explicitLifetime, type Terms } from './fresh.ts';
import { no, partOf, type Told, type Verdict } from './verdict.ts';

/** Kept for the error caching minimum TTL even when the origin says nothing. */
const keptErrors = new Set([404, 414, 500, 501, 502, 503, 504]);
/** Kept only when the origin says how long. */
const keptWhenTold = new Set([400, 403, 405, 412, 415]);

/**
 * Storing by CloudFront's rules: TTLs between a minimum and a maximum, errors by a table, `Vary` without effect because
 * the key alone tells requests apart. Where a rule of CloudFront's would hand one caller's answer to another, the
 * safety rules of `storable.ts` have spoken before.
 */
export function cloudfrontVerdict(told: Told): Verdict {
  const { policy, request, response } = told;
  const { status, headers } = response;
  if (request.method !== 'GET' && !(request.method === 'OPTIONS' && policy.options)) return no('method');
  const { directives } = directivesFor(headers, policy);
  const shared = directives.public || directives.mustRevalidate || directives.sMaxAge !== undefined;
  if (request.headers.has('authorization') && !policy.key.headers.includes('authorization') && !shared)
    return no('authorization');
  const part = status === 206 ? partOf(headers, told.range) : null;
  if (status === 206 && part === null) return no('range-wrong');
  if (status === 416 || (told.range !== null && status !== 200 && status !== 206)) return no('status');
  const said = explicitLifetime(headers, directives, false, told.responseTime);
  if (status >= 400) {
    const lifetime = errorLifetime(
      told,
      status,
      said,
      directives.maxAge !== undefined || directives.sMaxAge !== undefined,
    );
    if (lifetime === null) return no('status');
    return { keep: true, terms: windows(told, lifetime, said !== null, null), vary: [], part: null };
  }
  const { min, max } = policy.ttl;
  if (headers.all('vary').some((line) => line.includes('*')) && min === 0) return no('vary-star');
  const forbidden = directives.noStore ? 'no-store' : directives.private ? 'private' : null;
  if (forbidden && min === 0) return no(forbidden);
  if (directives.noCache && min === 0) {
    if (!headers.has('etag') && !headers.has('last-modified')) return no('stale');
    return { keep: true, terms: { ...windows(told, 0, true, null), noCache: true }, vary: [], part };
  }
  const lifetime =
    forbidden || directives.noCache
      ? min
      : said === null
        ? Math.max(min, policy.ttl.default)
        : Math.min(Math.max(said, min), max);
  const given = directives.staleIfError;
  const good = windows(told, lifetime, said !== null, given === undefined || given === 'invalid' ? null : given * 1000);
  const useless = lifetime === 0 && good.staleWhile === 0 && !headers.has('etag') && !headers.has('last-modified');
  return useless ? no(said === null ? 'no-freshness' : 'stale') : { keep: true, terms: good, vary: [], part };
}

function errorLifetime(told: Told, status: number, said: number | null, byDirective: boolean): number | null {
  const { policy } = told;
  const listed = keptErrors.has(status) || (keptWhenTold.has(status) && byDirective);
  if (!listed) return null;
  const lifetime = Math.max(policy.errorTtl(status), Math.min(said ?? 0, policy.ttl.max));
  return lifetime > 0 ? lifetime : null;
}

/** Stale windows count from the end of the lifetime and never go beyond the maximum TTL, which counts from storing. */
function windows(told: Told, lifetime: number, explicit: boolean, ifError: number | null): Terms {
  const { policy, response } = told;
  const { directives } = directivesFor(response.headers, policy);
  const room = Math.max(0, policy.ttl.max - lifetime);
  const whileValue = directives.staleWhileRevalidate;
  const given = whileValue === undefined || whileValue === 'invalid' ? policy.staleWhileRevalidate : whileValue * 1000;
  return {
    age: 0,
    lifetime,
    explicit,
    staleWhile: Math.min(given, room),
    // Without the directive an expired copy answers for a broken origin as long as it is there at all.
    staleError: response.status >= 400 ? 0 : ifError === null ? policy.keepStale : Math.min(ifError, room),
    mustRevalidate: false,
    noCache: false,
  };
}
