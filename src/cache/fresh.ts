import { noDirectives, parseDirectives, type Directives, type Seconds } from '../http/cache-control.ts';
import { parseHttpDate } from '../http/date.ts';
import { listOf, type HeaderList } from '../http/headers.ts';
import { isDictionary } from '../http/structured.ts';
import type { CachePolicy } from './policy.ts';

/** How long a response is good. All times in milliseconds; pure arithmetic, time is an argument. */
export interface Terms {
  /** Its age when it arrived (RFC 9111 section 4.2.3). */
  readonly age: number;
  /** How long it is fresh, counted from its birth. */
  readonly lifetime: number;
  /** Did the response say so itself, as opposed to a guess of ours? */
  readonly explicit: boolean;
  /** After its lifetime: may be served while it is asked for again, and where asking fails. */
  readonly staleWhile: number;
  readonly staleError: number;
  /** Never serve it stale, whatever else is said. */
  readonly mustRevalidate: boolean;
  /** Never serve it without asking. */
  readonly noCache: boolean;
}

/** An age that nobody can read: old enough for every lifetime, and still a number that JSON can hold. */
const UNREADABLE_AGE = 2 ** 31 * 1000;

/** RFC 9111 section 4.2.3, step by step. */
export function initialAge(
  headers: HeaderList,
  unreadable: CachePolicy['unreadableAge'],
  requestTime: number,
  responseTime: number,
): number {
  const date = parseHttpDate(headers.get('date'), responseTime);
  const apparentAge = date === null ? 0 : Math.max(0, responseTime - date);
  const age = ageValue(headers, unreadable);
  const responseDelay = responseTime - requestTime;
  const correctedAge = age === null ? 0 : age + responseDelay;
  return Math.max(apparentAge, correctedAge);
}

/**
 * RFC 9111 section 5.1: of several values the first, and one that is no number counts for nothing. A policy may be
 * stricter than that and take every doubt for old age. Null where there is no age to count.
 */
function ageValue(headers: HeaderList, unreadable: CachePolicy['unreadableAge']): number | null {
  const lines = headers.all('age');
  if (lines.length === 0) return null;
  const [first = '', ...others] = lines.join(',').split(',');
  const readable = /^\d+$/.test(first.trim());
  if (unreadable === 'stale' && (!readable || others.length > 0)) return UNREADABLE_AGE;
  return readable ? Math.min(Number(first) * 1000, UNREADABLE_AGE) : null;
}

/** The directives that hold for this cache: those of the first targeted field that is there, else Cache-Control's. */
export function directivesFor(
  headers: HeaderList,
  policy: Pick<CachePolicy, 'targeted' | 'surrogate'>,
): { readonly directives: Directives; readonly targeted: boolean } {
  for (const name of policy.targeted) {
    // RFC 9213 section 2.1: a field that is empty or cannot be read is as good as absent.
    const lines = headers.all(name);
    if (lines.length > 0 && isDictionary(lines.join(',')))
      return { directives: parseDirectives(lines), targeted: true };
  }
  if (policy.surrogate) {
    const directives = surrogateDirectives(headers.all('surrogate-control'));
    if (directives) return { directives, targeted: true };
  }
  return { directives: parseDirectives(headers.all('cache-control')), targeted: false };
}

/** The name under which we announce ourselves in Surrogate-Capability. */
export const capability = 'sallyport';

/** Surrogate-Control (Edge Architecture Specification): a directive may be followed by `;` and whom it is for. */
function surrogateDirectives(lines: readonly string[]): Directives | null {
  const ours = listOf(lines.join(','))
    .map((member) => member.split(';').map((part) => part.trim()))
    .filter(([, target]) => target === undefined || target === capability)
    // `max-age=60+30`: fresh for 60, stale for 30 more.
    .map(([directive = '']) =>
      directive.replace(/^(max-age=\d+)\+(\d+)$/i, '$1, stale-while-revalidate=$2, stale-if-error=$2'),
    );
  return ours.length === 0 ? null : parseDirectives(ours);
}

const known = (value: Seconds | undefined): number | null =>
  value === undefined ? null : value === 'invalid' ? 0 : value * 1000;

/** RFC 9110 section 15.1: statuses that may be kept without being told how long. */
const heuristicStatuses = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]);

export const isHeuristicStatus = (status: number): boolean => heuristicStatuses.has(status);

/** Terms by RFC 9111, 5861 and 9213. */
export function terms(
  status: number,
  headers: HeaderList,
  policy: CachePolicy,
  requestTime: number,
  responseTime: number,
): Terms {
  const { directives, targeted } = directivesFor(headers, policy);
  const given = explicitLifetime(headers, directives, targeted, responseTime);
  const guessed = given === null ? guessedLifetime(status, headers, directives, policy, responseTime) : 0;
  const lifetime = Math.min(given ?? guessed, policy.ttl.max);
  return {
    age: initialAge(headers, policy.unreadableAge, requestTime, responseTime),
    lifetime,
    explicit: given !== null,
    staleWhile: known(directives.staleWhileRevalidate) ?? policy.staleWhileRevalidate,
    staleError: known(directives.staleIfError) ?? policy.staleIfError,
    // s-maxage carries the meaning of proxy-revalidate for a shared cache (section 5.2.2.10).
    mustRevalidate:
      directives.mustRevalidate === true || directives.proxyRevalidate === true || directives.sMaxAge !== undefined,
    noCache: directives.noCache?.length === 0,
  };
}

/** Section 4.2.1: the first that is there. Null when the response does not say. */
export function explicitLifetime(
  headers: HeaderList,
  directives: Directives,
  targeted: boolean,
  responseTime: number,
): number | null {
  const said = known(directives.sMaxAge) ?? known(directives.maxAge);
  if (said !== null || targeted) return said;
  const expires = headers.all('expires');
  if (expires.length === 0) return null;
  const until = expires.length === 1 ? parseHttpDate(expires[0], responseTime) : null;
  // Section 5.3: an invalid date, "0" above all, means that it is over.
  if (until === null) return 0;
  const date = parseHttpDate(headers.get('date'), responseTime) ?? responseTime;
  return Math.max(0, until - date);
}

/** Section 4.2.2: a share of the time since it last changed. */
function guessedLifetime(
  status: number,
  headers: HeaderList,
  directives: Directives,
  policy: CachePolicy,
  responseTime: number,
): number {
  if (!isHeuristicStatus(status) && !directives.public) return 0;
  const changed = parseHttpDate(headers.get('last-modified'), responseTime);
  if (changed === null) return policy.ttl.default;
  const date = parseHttpDate(headers.get('date'), responseTime) ?? responseTime;
  const guess = Math.max(0, date - changed) * policy.heuristic.share;
  return Math.max(Math.min(guess, policy.heuristic.most), policy.ttl.default);
}

/** Directives of a request; `Pragma: no-cache` counts where there is no Cache-Control (section 5.4). */
export function requestDirectives(headers: HeaderList, honour: boolean): Directives {
  if (!honour) return noDirectives;
  const lines = headers.all('cache-control');
  if (lines.length > 0) return parseDirectives(lines);
  const pragma = headers.joined('pragma');
  return pragma !== undefined && listOf(pragma.toLowerCase()).includes('no-cache') ? { noCache: [] } : noDirectives;
}
