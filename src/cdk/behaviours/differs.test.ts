import { describe, expect, it } from 'vitest';
import { edge, only, planOf, type Behaviour } from '../../../test/support/edge-plan.ts';
import type { DocumentInput } from '../../config/document.ts';

describe('what CloudFront does otherwise is said, and lets nobody in', () => {
  const at = 'edge.behaviours[0]';
  const cached = (cache: NonNullable<Behaviour['cache']>, more: Behaviour = {}): DocumentInput =>
    edge({ origin: 'main', cache, originRequest: only, ...more });
  const rows: readonly (readonly [says: string, document: DocumentInput, difference: string])[] = [
    ['RFC 9111', cached({}), `${at}.cache.semantics: CloudFront keeps by its own rules`],
    [
      'stale while revalidating',
      cached({ staleWhileRevalidate: '30s' }),
      `${at}.cache.staleWhileRevalidate: CloudFront takes the window from the origin`,
    ],
    ['stale if there is an error', cached({ staleIfError: '10m' }), `${at}.cache.staleIfError: `],
    ['one by one', cached({ collapse: false }), `${at}.cache.collapse: `],
    ['a guess', cached({ heuristic: { share: 0.5 } }), `${at}.cache.heuristic: `],
    ['small objects', cached({ objectBytes: '1mb' }), `${at}.cache.objectBytes: `],
    ['short keys', cached({ keyBytes: '1kb' }), `${at}.cache.keyBytes: `],
    ['old objects', cached({ keepStale: '2d' }), `${at}.cache.keepStale: `],
    ['no X-Cache', cached({ status: false }), `${at}.cache.status: CloudFront always sends X-Cache`],
    [
      'sorted parameters',
      cached({ key: { sortQuery: true } }),
      `${at}.cache.key.sortQuery: CloudFront keys parameters in the order they come in`,
    ],
    [
      'zstd',
      cached({ key: { encodings: ['zstd', 'br'] } }),
      `${at}.cache.key.encodings: CloudFront compresses by br and gzip alone`,
    ],
    [
      'a key beside a managed policy',
      cached({ managed: 'CachingOptimized', key: { query: 'all' } }),
      `${at}.cache.key: the managed policy CachingOptimized has a key of its own`,
    ],
    [
      'cookies in the key',
      cached({ key: { cookies: 'all' } }, { originRequest: { cookies: 'all' } }),
      `${at}.cache.setCookie: CloudFront keeps Set-Cookie`,
    ],
    [
      'credentials outside the key',
      cached({ credentials: ['header:x-key'] }, { originRequest: { headers: { only: ['x-key'] } } }),
      `${at}.cache.credentials: CloudFront keeps a refusal of header:x-key that says max-age`,
    ],
    [
      'compression of what is not kept',
      edge({ origin: 'main', compress: true }),
      `${at}.compress: CloudFront compresses what it keeps`,
    ],
    [
      'a query that functions do not see',
      edge({ origin: 'main', originRequest: only, functions: { originRequest: { use: 'rewrite' } } }),
      `${at}.originRequest.query: Lambda@Edge at origin moments is shown the query only where`,
    ],
    [
      'patience between parts',
      { ...edge({ origin: 'o' }), origins: { o: { url: 'https://o.example.com', timeouts: { idle: '5s' } } } },
      'origins.o.timeouts.idle: ',
    ],
    [
      'patience in all',
      { ...edge({ origin: 'o' }), origins: { o: { url: 'https://o.example.com', timeouts: { total: '5s' } } } },
      'origins.o.timeouts.total: ',
    ],
    [
      'retries',
      { ...edge({ origin: 'o' }), origins: { o: { url: 'https://o.example.com', retries: 3 } } },
      'origins.o.retries: ',
    ],
    [
      'connections',
      { ...edge({ origin: 'o' }), origins: { o: { url: 'https://o.example.com', connections: 3 } } },
      'origins.o.connections: ',
    ],
    [
      'a place for objects',
      edge({}, { objects: { use: 'disk', path: 'c' } }),
      'edge.objects: CloudFront keeps objects where it likes',
    ],
    ['a name for the place', edge({}, { distribution: { location: 'FRA1' } }), 'edge.distribution: '],
    [
      'routes that nobody comes to',
      { ...edge({ origin: 'main' }), routes: { 'GET /a': { to: 'main' } } },
      'routes: no behaviour leaves `origin` out',
    ],
    [
      'ids of keys',
      edge({ signed: { keys: { K1: 'good.pem' } } }),
      `${at}.signed.keys.K1: CloudFront gives keys ids of its own`,
    ],
    [
      'licences in a query',
      edge({ licences: true }, { licences: {} }),
      'edge.licences.in: CloudFront writes queries into its log',
    ],
    [
      'licences in the store',
      edge({ licences: true }, { licences: {} }),
      'edge.licences.from: the check asks a KeyValueStore of CloudFront’s',
    ],
    [
      'licences that the origin knows',
      edge({ licences: true }, { licences: { from: { origin: true } } }),
      'edge.licences.from: CloudFront keeps a refusal of the origin that says max-age',
    ],
    [
      'licences over plain HTTP',
      edge({ licences: true }, { licences: {} }),
      `${at}.viewerProtocol: CloudFront answers at port 80 too, so licences may come over plain HTTP: write \`viewerProtocol: "redirect-to-https"\``,
    ],
    [
      'signatures over plain HTTP, which was asked for',
      edge({ origin: 'main', viewerProtocol: 'allow-all', signed: { keys: { K1: 'good.pem' } } }),
      `${at}.viewerProtocol: CloudFront answers at port 80 too, so signed addresses and cookies may come`,
    ],
    [
      'API keys over plain HTTP',
      { ...edge({}), routes: { 'GET /a': { to: 'main', key: 'required' } } },
      `${at}.viewerProtocol: CloudFront answers at port 80 too, so API keys may come`,
    ],
    [
      'a country before the cache',
      edge({ functions: { viewerRequest: { use: 'rewrite' } } }, { geo: { database: 'd', block: ['XX'] } }),
      `${at}.functions.viewerRequest: CloudFront tells Lambda@Edge no country before the cache`,
    ],
  ];
  it('has rows enough', () => expect(rows.length).toBeGreaterThanOrEqual(31));
  it.each(rows)('%s', (_, document, difference) =>
    expect(planOf(document).differences.join('\n')).toContain(difference),
  );
  it.each<Behaviour['viewerProtocol']>(['redirect-to-https', 'https-only'])(
    'nothing travels over plain HTTP with %s',
    (viewerProtocol) =>
      expect(planOf(edge({ viewerProtocol, licences: true }, { licences: {} })).differences.join('\n')).not.toContain(
        'viewerProtocol',
      ),
  );
  it('a document that says what CloudFront does has none', () =>
    expect(planOf(edge({ origin: 'main', cache: { semantics: 'cloudfront' } })).differences).toEqual([]));
});
