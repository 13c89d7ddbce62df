import type { HttpRequest } from '../http/message.ts';
import { codingWeight, parsePreferences } from '../http/negotiate.ts';
import { cookiePairs } from '../http/cookies.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { KeyPolicy } from './policy.ts';

export interface CacheKey {
  /** Host, path and the query that counts: what a purge by URL means. */
  readonly url: string;
  /** The URL and everything else that tells two requests apart; parts are separated by line feeds, which no part can hold. */
  readonly text: string;
}

/**
 * What makes two requests the same. Path and query are taken as they came, never decoded: two spellings that an origin
 * might tell apart must not share an object.
 */
export function cacheKey(request: HttpRequest, viewer: Viewer, tenant: string | null, policy: KeyPolicy): CacheKey {
  const mark = request.target.indexOf('?');
  const path = mark < 0 ? request.target : request.target.slice(0, mark);
  const query = mark < 0 ? null : keyedQuery(request.target.slice(mark + 1), policy);
  const scheme = policy.scheme ? (viewer.secure ? 'https://' : 'http://') : '';
  const host = policy.host ? (request.headers.get('host') ?? '').toLowerCase() : '';
  const url = `${scheme}${host}${path}${query === null ? '' : `?${query}`}`;
  let text = request.method === 'OPTIONS' ? `OPTIONS ${url}` : url;
  if (tenant !== null) text += `\nt:${tenant}`;
  for (const name of policy.headers) {
    const values = request.headers.all(name);
    if (values.length > 0) text += `\nh:${name}:${values.join(', ')}`;
  }
  if (policy.cookies) {
    for (const [name, value] of keyedCookies(request, policy.cookies)) text += `\nc:${name}=${value}`;
  }
  if (policy.encodings.length > 0) {
    const accepted = acceptedEncodings(request, policy.encodings);
    if (accepted) text += `\ne:${accepted}`;
  }
  return { url, text };
}

/** The query's parameters that count, in the order they came; null when none does. `&` is the only separator. */
export function keyedQuery(raw: string, policy: Pick<KeyPolicy, 'query' | 'sortQuery'>): string | null {
  if (policy.query === null && !policy.sortQuery) return raw;
  const parts: (readonly [name: string, text: string])[] = [];
  for (const text of raw.split('&')) {
    if (text === '') continue;
    const mark = text.indexOf('=');
    const name = mark < 0 ? text : text.slice(0, mark);
    if (policy.query === null || policy.query(name)) parts.push([name, text]);
  }
  // Equal names keep their order: the first or the last of two may be the one an origin reads.
  if (policy.sortQuery) parts.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  return parts.length === 0 ? null : parts.map(([, text]) => text).join('&');
}

export function keyedCookies(request: HttpRequest, wanted: (name: string) => boolean): (readonly [string, string])[] {
  return cookiePairs(request.headers.all('cookie'))
    .filter(([name]) => wanted(name))
    .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
}

/** `br,gzip`, `gzip`, …: the enabled codings that the viewer takes, in one order; empty when none. */
export function acceptedEncodings(request: HttpRequest, enabled: readonly string[]): string {
  const field = request.headers.joined('accept-encoding');
  if (field === undefined || request.version === '1.0') return '';
  const wanted = parsePreferences(field);
  return [...enabled]
    .sort()
    .filter((coding) => codingWeight(wanted, coding) > 0)
    .join(',');
}
