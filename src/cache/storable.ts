import type { HeaderList } from '../http/headers.ts';
import { bearsCredential } from './credential.ts';
import { cloudfrontVerdict } from './cloudfront.ts';
import { directivesFor, isHeuristicStatus, terms, type Terms } from './fresh.ts';
import { varyNames } from './vary.ts';
import { isWorthless, no, partOf, type Told, type Verdict } from './verdict.ts';

/** May this answer be kept, and if not, why not? */
export function mayStore(told: Told): Verdict {
  return always(told) ?? (told.policy.cloudfront ? cloudfrontVerdict(told) : rfcVerdict(told));
}

/** What holds whatever the semantics: nobody may be served what was made for somebody else. */
function always(told: Told): Verdict | null {
  const { policy, request, response } = told;
  const { status, headers, from } = response;
  if (policy.off) return no('off');
  if (from.by === 'refusal' || from.by === 'fault') return no('made-here');
  if (told.identityBound) return no('identity');
  if (told.tenantMoved) return no('tenant');
  if (status < 200 || status === 304 || status === 101) return no('not-final');
  const credential = bearsCredential(told.arrived, policy) || bearsCredential(request, policy);
  if ((status === 401 || status === 403 || status === 407) && credential) return no('credential');
  if (headers.has('set-cookie') && !maySetCookie(told, credential)) return no('set-cookie');
  if (policy.deception && isDeceptive(request.target, headers)) return no('deceptive');
  return null;
}

function maySetCookie(told: Told, credential: boolean): boolean {
  const { policy } = told;
  if (policy.setCookie === 'refuse' || credential) return false;
  if (policy.setCookie === 'keep') return true;
  const { directives } = directivesFor(told.response.headers, policy);
  if (directives.noCache?.includes('set-cookie') || directives.private?.includes('set-cookie')) return true;
  return Boolean(directives.public) || directives.sMaxAge !== undefined;
}

const staticPath =
  /\.(?:css|js|mjs|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|otf|eot|mp4|webm|mp3|pdf|zip|gz|csv|map|wasm)$/i;

/** A page under a path that looks like a file: how a private page is tricked into a shared cache. */
export function isDeceptive(target: string, headers: HeaderList): boolean {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const end = path.split(/;|%3b|%0a|%00|%23|%3f/i);
  const looksStatic = staticPath.test(path) || end.some((part) => staticPath.test(part));
  return looksStatic && /^(?:text\/html|application\/xhtml\+xml)\b/i.test(headers.get('content-type') ?? '');
}

/** RFC 9111 section 3. */
function rfcVerdict(told: Told): Verdict {
  const { policy, request, response, directives: asked } = told;
  const { status, headers } = response;
  const { directives } = directivesFor(headers, policy);
  if (asked.noStore) return no('request-no-store');
  // CloudFront keeps such a body even when it was cut; RFC 9112 section 8 forbids it.
  if (told.unframed) return no('unframed');
  if (directives.mustUnderstand) {
    if (!isUnderstood(status)) return no('not-understood');
  } else if (directives.noStore) return no('no-store');
  if (directives.private?.length === 0) return no('private');
  const shared = directives.public || directives.mustRevalidate || directives.sMaxAge !== undefined;
  if (request.headers.has('authorization') && !policy.key.headers.includes('authorization') && !shared)
    return no('authorization');
  const vary = varyNames(headers);
  if (vary === null) return no('vary-star');
  const part = status === 206 ? partOf(headers, told.range) : null;
  if (status === 206 && part === null) return no('range-wrong');
  if (status === 416 || (status !== 206 && status !== 200 && told.range !== null)) return no('status');
  const good = terms(status, headers, policy, told.requestTime, told.responseTime);
  if (!good.explicit && !directives.public && !isHeuristicStatus(status)) return no('status');
  if (request.method !== 'GET' && !isAnswerToGet(told, good)) return no('method');
  const why = isWorthless(headers, good);
  return why ? no(why) : { keep: true, terms: good, vary, part };
}

/** RFC 9110 section 9.3.3: a POST whose answer says that it is what a GET of the same URL would give. */
function isAnswerToGet(told: Told, good: Terms): boolean {
  const { request, response } = told;
  if (request.method !== 'POST' || response.status !== 200 || !good.explicit) return false;
  const location = response.headers.get('content-location');
  if (location === undefined) return false;
  if (location === request.target) return true;
  const host = (request.headers.get('host') ?? '').toLowerCase();
  const absolute = /^https?:\/\/([^/?#]+)(\/[^#]*)$/i.exec(location);
  return absolute !== null && absolute[1]?.toLowerCase() === host && absolute[2] === request.target;
}

const understood = new Set([
  200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408,
  409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 511,
]);

/** Statuses whose caching requirements we know (RFC 9110 section 15 and 6585). */
export const isUnderstood = (status: number): boolean => understood.has(status);
