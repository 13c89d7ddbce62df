import { messageOf } from '../../base/fault.ts';
import { managed } from '../../cache/managed.ts';
import type { CachePolicyDocument, Selection } from '../../config/cache.ts';
import { ms } from '../../config/words.ts';
import { keyPlace } from '../../edge/licence-key.ts';
import { charactersFit, listed, namesFit, plain, takes } from './names.ts';
import { inPage, type Page } from './page.ts';
import type { Said } from './said.ts';

/** What a cache policy of CloudFront holds. Times in seconds. */
export interface CacheShape {
  /** Of a managed policy; null for one of our own. */
  readonly id: string | null;
  readonly ttl: { readonly min: number; readonly default: number; readonly max: number };
  readonly headers: readonly string[];
  readonly query: Selection;
  readonly cookies: Selection;
  readonly gzip: boolean;
  readonly brotli: boolean;
}

/** Fields that CloudFront takes into no key. */
const neverKeyed = new Set([
  'cookie',
  'connection',
  'te',
  'upgrade',
  'proxy-authorization',
  'accept-encoding',
  'cloudfront-viewer-address',
  'cloudfront-viewer-asn',
  'cloudfront-viewer-tls',
  'cloudfront-viewer-ja3-fingerprint',
]);

/** What a behaviour keeps, as a cache policy; null: nothing is kept. */
export function cacheShape(page: Page, said: Said): CacheShape | null {
  const { cache } = page.behaviour;
  if (!cache) return null;
  if (cache.managed !== undefined) return managedShape(page, cache.managed, said);
  const ttl = ttlOf(page, cache, said);
  if (ttl.max === 0) return null;
  const cloudfront = cache.semantics === 'cloudfront';
  const { key } = cache;
  const query = plain(key.query ?? (cloudfront ? 'none' : 'all'));
  const cookies = plain(key.cookies);
  // Each host of a distribution is its own object here, and CloudFront's only where the key says so.
  const headers = [
    ...key.headers,
    ...(page.host === 'viewer' && key.host !== false && !takes({ only: key.headers }, 'host', true) ? ['Host'] : []),
  ];
  for (const name of headers)
    if (neverKeyed.has(name.toLowerCase()))
      said.wrong(
        inPage(page, 'cache', 'key', 'headers'),
        name.toLowerCase() === 'accept-encoding'
          ? 'CloudFront keys codings by `encodings` alone: write `encodings: ["gzip", "br"]` and leave Accept-Encoding out'
          : `CloudFront takes ${name} into no key: leave it out`,
      );
  namesFit(headers, inPage(page, 'cache', 'key', 'headers'), said);
  namesFit(listed(query), inPage(page, 'cache', 'key', 'query'), said);
  namesFit(listed(cookies), inPage(page, 'cache', 'key', 'cookies'), said);
  charactersFit([...headers, ...listed(query), ...listed(cookies)], inPage(page, 'cache', 'key'), said);
  keysApart(page, { headers, query, cookies }, said);
  const coded = (coding: 'gzip' | 'br'): boolean =>
    key.encodings.length > 0 ? key.encodings.includes(coding) : !cloudfront && page.behaviour.compress;
  return { id: null, ttl, headers, query, cookies, gzip: coded('gzip'), brotli: coded('br') };
}

function managedShape(page: Page, name: string, said: Said): CacheShape | null {
  try {
    const { id, ttl, key } = managed(name);
    keysApart(page, key, said);
    if (ttl.max === 0) return null;
    return {
      id,
      ttl: { min: ttl.min / 1000, default: ttl.default / 1000, max: ttl.max / 1000 },
      headers: key.headers,
      query: key.query,
      cookies: key.cookies,
      gzip: key.encodings.includes('gzip'),
      brotli: key.encodings.includes('br'),
    };
  } catch (thrown) {
    said.wrong(inPage(page, 'cache', 'managed'), messageOf(thrown));
    return null;
  }
}

function ttlOf(page: Page, cache: CachePolicyDocument, said: Said): CacheShape['ttl'] {
  const cloudfront = cache.semantics === 'cloudfront';
  const seconds = (name: 'min' | 'default' | 'max', text: string): number => {
    const value = ms(text) / 1000;
    if (!Number.isInteger(value))
      said.wrong(inPage(page, 'cache', 'ttl', name), `CloudFront counts whole seconds, not ${text}: write e.g. "1s"`);
    return Math.round(value);
  };
  const min = cloudfront ? seconds('min', cache.ttl.min) : 0;
  const given = cache.ttl.default ?? (cloudfront ? '1d' : '0s');
  const least = Math.max(seconds('default', given), min);
  return { min, default: least, max: Math.max(seconds('max', cache.ttl.max), least) };
}

/** A licence key that goes on to the origin cannot be taken out of the request, so it must not be in the key. */
function keysApart(
  page: Page,
  key: { readonly headers: readonly string[]; readonly query: Selection; readonly cookies: Selection },
  said: Said,
): void {
  for (const place of page.sentKeys) {
    const kind = place.in === 'query' ? 'query' : place.in === 'header' ? 'headers' : 'cookies';
    const splits =
      place.in === 'header'
        ? takes({ only: key.headers }, place.name, true)
        : takes(plain(key[kind as 'query']), place.name);
    if (splits)
      said.wrong(
        inPage(page, 'cache', 'key', kind),
        `the origin is to see the licence key in ${place.in}:${place.name}, and CloudFront would keep an object for each key: list the names that count, without ${place.name}`,
      );
  }
}

/** Names of `credentials` that reach the origin outside the key, as the document writes them. */
export const credentialsOf = (cache: CachePolicyDocument): ReturnType<typeof keyPlace>[] =>
  cache.credentials.map((text) => keyPlace(text.includes(':') ? text : `header:${text}`));
