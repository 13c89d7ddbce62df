import type { CachePolicyDocument } from '../../config/cache.ts';
import { cachePolicy } from '../../config/cache.ts';
import { inPage, type Page } from './page.ts';
import type { Said } from './said.ts';

/** What a cache policy has as it is left out; what equals it was not asked for. */
const left = cachePolicy.parse({});

type Word = readonly [
  member: keyof CachePolicyDocument,
  asked: (cache: CachePolicyDocument) => boolean,
  verdict: 'wrong' | 'differs',
  says: string,
];

const other =
  (member: keyof CachePolicyDocument) =>
  (cache: CachePolicyDocument): boolean =>
    JSON.stringify(cache[member]) !== JSON.stringify(left[member]);

/** Everything in a cache policy that CloudFront has no word for. */
const words: readonly Word[] = [
  [
    'semantics',
    (cache) => cache.semantics === 'rfc9111' && cache.managed === undefined,
    'differs',
    'CloudFront keeps by its own rules (semantics "cloudfront"): no lifetime is guessed from Last-Modified, Vary splits nothing (name what answers vary by in `key.headers`), Cache-Control of viewers and CDN-Cache-Control are not read, pages under paths of static files are kept',
  ],
  [
    'requestDirectives',
    (cache) => cache.requestDirectives === 'honour',
    'wrong',
    'CloudFront never obeys the Cache-Control of viewers: leave it out, or write "ignore"',
  ],
  [
    'targeted',
    other('targeted'),
    'wrong',
    'CloudFront reads no field of RFC 9213: leave it out, and let the origin say it with s-maxage',
  ],
  [
    'surrogate',
    (cache) => cache.surrogate,
    'wrong',
    'CloudFront knows no Surrogate-Control: leave it out, and let the origin say it with s-maxage',
  ],
  [
    'unreadableAge',
    other('unreadableAge'),
    'wrong',
    'CloudFront does not look at an Age that it cannot read: leave it out',
  ],
  [
    'staleWhileRevalidate',
    other('staleWhileRevalidate'),
    'differs',
    'CloudFront takes the window from the origin alone: have it send Cache-Control: stale-while-revalidate',
  ],
  [
    'staleIfError',
    other('staleIfError'),
    'differs',
    'CloudFront takes the window from the origin alone (stale-if-error); without one it serves what it still has while the origin answers 5xx',
  ],
  ['collapse', (cache) => !cache.collapse, 'differs', 'CloudFront always makes one request of many for what it keeps'],
  [
    'heuristic',
    other('heuristic'),
    'differs',
    'CloudFront guesses no lifetime; `ttl.default` is what an answer without one gets',
  ],
  ['objectBytes', other('objectBytes'), 'differs', 'CloudFront keeps objects of up to 50 GB'],
  ['keyBytes', other('keyBytes'), 'differs', 'CloudFront bounds URLs to 8,192 bytes and keys not at all'],
  ['keepStale', other('keepStale'), 'differs', 'CloudFront keeps what is expired for as long as it has room'],
  ['status', (cache) => cache.status === false, 'differs', 'CloudFront always sends X-Cache'],
];

/** Says what of a cache policy CloudFront does otherwise, or not at all. `keeps`: is anything kept? */
export function restOfCache(page: Page, keeps: boolean, said: Said): void {
  const { cache, compress } = page.behaviour;
  if (compress && !keeps)
    said.differs(inPage(page, 'compress'), 'CloudFront compresses what it keeps, and here it keeps nothing');
  if (!cache) return;
  for (const [member, asked, verdict, says] of words)
    if (asked(cache)) said[verdict](inPage(page, 'cache', member), says);
  if (cache.key.sortQuery)
    said.differs(
      inPage(page, 'cache', 'key', 'sortQuery'),
      'CloudFront keys parameters in the order they come in, so another order is another object; a `viewerRequest` script can sort them',
    );
  if (cache.key.encodings.includes('zstd'))
    said.differs(inPage(page, 'cache', 'key', 'encodings'), 'CloudFront compresses by br and gzip alone');
  if (
    cache.managed !== undefined &&
    (cache.key.headers.length > 0 || cache.key.query !== undefined || cache.key.cookies !== 'none')
  )
    said.differs(
      inPage(page, 'cache', 'key'),
      `the managed policy ${cache.managed} has a key of its own, which counts`,
    );
}
