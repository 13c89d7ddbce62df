import { describe, expect, it } from 'vitest';
import { edge, list, only, planOf, type Behaviour } from '../../../test/support/edge-plan.ts';
import type { DocumentInput } from '../../config/document.ts';

describe('what CloudFront cannot carry ends the synth, with its place and what to write instead: order, origins, keys, what is kept and sent', () => {
  const at = 'edge.behaviours[0]';
  const cached = (cache: NonNullable<Behaviour['cache']>, more: Behaviour = {}): DocumentInput =>
    edge({ origin: 'main', cache, originRequest: only, ...more });
  const sent = (originRequest: NonNullable<Behaviour['originRequest']>, more: Behaviour = {}): DocumentInput =>
    edge({ origin: 'main', originRequest, ...more });
  const origin = (more: object): DocumentInput => ({
    ...edge({ origin: 'o' }),
    origins: { o: { url: 'https://o.example.com', ...more } },
  });
  const rows: readonly (readonly [says: string, document: DocumentInput, error: string])[] = [
    [
      'a behaviour behind `*`',
      { edge: { behaviours: [{}, { path: '/a' }] } },
      'edge.behaviours[1]: nothing comes here: edge.behaviours[0] takes every path',
    ],
    [
      'a path twice',
      { edge: { behaviours: [{ path: '/a' }, { path: 'a' }, {}] } },
      'edge.behaviours[1].path: edge.behaviours[0] has this path',
    ],
    [
      '75 and no `*`',
      { edge: { behaviours: list(75).map((path) => ({ path })) } },
      'edge.behaviours: 76 behaviours, the refusal of all other paths among them, and a distribution has 75',
    ],
    [
      'an unknown origin',
      edge({ origin: 'nobody' }),
      `${at}.origin: no origin or origin group is called "nobody"; there are main, spare`,
    ],
    [
      'a private origin',
      edge({ origin: 'hidden' }),
      `${at}.origin: CloudFront reaches public names, not http://10.0.0.7 (origins.hidden): leave \`origin\` out`,
    ],
    [
      'a loopback origin',
      { ...edge({ origin: 'o' }), origins: { o: { url: 'http://127.0.0.1:9000' } } },
      `${at}.origin: CloudFront reaches public names`,
    ],
    [
      'an origin on a low port',
      { ...edge({ origin: 'o' }), origins: { o: { url: 'https://o.example.com:81' } } },
      'origins.o.url: CloudFront dials ports 80, 443 and 1024',
    ],
    [
      'patience under a second',
      origin({ timeouts: { connect: '250ms' } }),
      'origins.o.timeouts.connect: CloudFront waits whole seconds, 1 to 10, not 250ms',
    ],
    [
      'patience of minutes',
      origin({ timeouts: { firstByte: '5m' } }),
      'origins.o.timeouts.firstByte: CloudFront waits whole seconds, 1 to 120',
    ],
    [
      'a connection kept too long',
      origin({ keepAlive: '10m' }),
      'origins.o.keepAlive: CloudFront waits whole seconds, 1 to 120',
    ],
    [
      'a certificate that is not checked',
      origin({ tls: { verify: false } }),
      'origins.o.tls.verify: CloudFront always checks',
    ],
    [
      'an authority of one’s own',
      origin({ tls: { ca: 'ca.pem' } }),
      'origins.o.tls.ca: CloudFront trusts public authorities alone',
    ],
    [
      'another server name',
      origin({ tls: { serverName: 'x' } }),
      'origins.o.tls.serverName: CloudFront asks for the name in `url`',
    ],
    ['a bound on answers', origin({ responseBytes: '1mb' }), 'origins.o.responseBytes: CloudFront bounds no answer'],
    [
      'a field that CloudFront sets',
      origin({ headers: { Via: '1' } }),
      'origins.o.headers.Via: CloudFront sets this field itself',
    ],
    [
      'writes to a group',
      edge({ origin: 'g' }, { originGroups: { g: { origins: ['main', 'spare'] } } }),
      `${at}.methods: CloudFront lets no writes go to an origin group`,
    ],
    [
      'failover on 418',
      edge({ origin: 'g', methods: 'read' }, { originGroups: { g: { origins: ['main', 'spare'], failover: [418] } } }),
      'edge.originGroups.g.failover: CloudFront fails over on 400, 403',
    ],
    [
      'failover on nothing',
      edge({ origin: 'g', methods: 'read' }, { originGroups: { g: { origins: ['main', 'spare'], failover: [] } } }),
      'edge.originGroups.g.failover: CloudFront wants one status at least',
    ],
    [
      'an unknown managed cache policy',
      cached({ managed: 'Nope' }),
      `${at}.cache.managed: no managed cache policy is called "Nope"`,
    ],
    [
      'parts of a second',
      cached({ ttl: { default: '1500ms' } }),
      `${at}.cache.ttl.default: CloudFront counts whole seconds`,
    ],
    [
      'eleven fields in the key',
      cached({ key: { headers: list(11) } }),
      `${at}.cache.key.headers: 11 names, and a policy of CloudFront holds 10`,
    ],
    [
      'a wildcard in the key',
      cached({ key: { query: { only: ['utm_*'] } } }),
      `${at}.cache.key.query: a policy of CloudFront takes no wildcard: write the names that "utm_*" stands for`,
    ],
    [
      'names too long together',
      cached({ key: { query: { only: ['q'.repeat(1025)] } } }),
      `${at}.cache.key: its names have 1025 characters together, and a policy of CloudFront holds 1024`,
    ],
    [
      'Cookie in the key',
      cached({ key: { headers: ['Cookie'] } }),
      `${at}.cache.key.headers: CloudFront takes Cookie into no key`,
    ],
    [
      'an address in the key',
      cached({ key: { headers: ['CloudFront-Viewer-Address'] } }),
      `${at}.cache.key.headers: CloudFront takes CloudFront-Viewer-Address into no key`,
    ],
    [
      'Accept-Encoding in the key',
      cached({ key: { headers: ['Accept-Encoding'] } }),
      'CloudFront keys codings by `encodings` alone',
    ],
    [
      'viewers’ directives',
      cached({ requestDirectives: 'honour' }),
      `${at}.cache.requestDirectives: CloudFront never obeys`,
    ],
    [
      'targeted fields',
      cached({ targeted: ['My-Cache-Control'] }),
      `${at}.cache.targeted: CloudFront reads no field of RFC 9213`,
    ],
    ['surrogates', cached({ surrogate: true }), `${at}.cache.surrogate: CloudFront knows no Surrogate-Control`],
    ['an Age that is none', cached({ unreadableAge: 'stale' }), `${at}.cache.unreadableAge: CloudFront does not look`],
    [
      'error times under RFC 9111',
      cached({ errors: { 404: '5s' } }),
      `${at}.cache.errors["404"]: counts under \`semantics: "cloudfront"\` alone`,
    ],
    [
      'a time for 418',
      cached({ semantics: 'cloudfront', errors: { 418: '5s' } }),
      `${at}.cache.errors["418"]: CloudFront keeps 400, 403`,
    ],
    [
      'two times for one error',
      {
        edge: {
          behaviours: ['/a', '/b', '*'].map((path, n) => ({
            path,
            origin: 'main',
            cache: { semantics: 'cloudfront' as const, errors: { 404: `${n + 1}s` } },
          })),
        },
      },
      'edge.behaviours[1].cache.errors["404"]: a distribution keeps an error for one time, and edge.behaviours[0] says 1s',
    ],
    [
      'two tag fields',
      {
        edge: {
          behaviours: ['/a', '*'].map((path, n) => ({
            path,
            cache: { semantics: 'cloudfront' as const, tagHeader: `Tag-${n}` },
          })),
        },
      },
      'edge.behaviours[1].cache.tagHeader: a distribution reads tags from one field',
    ],
    [
      'Authorization outside the key',
      cached({}, { originRequest: { headers: 'all' } }),
      `${at}.originRequest.headers: the origin would see Authorization, which is not in the key`,
    ],
    [
      'everything sent, and kept',
      edge({ origin: 'main', cache: {} }),
      `${at}.originRequest.headers: the origin would see Authorization`,
    ],
    [
      'cookies outside the key',
      cached({}, { originRequest: { cookies: { only: ['sid'] } } }),
      `${at}.originRequest.cookies: the origin would see cookies that are not in the key`,
    ],
    [
      'Authorization by itself',
      sent({ headers: { only: ['Authorization'] } }),
      `${at}.originRequest.headers: CloudFront sends Authorization when it is in the key`,
    ],
    [
      'CloudFront’s fields beside all but some',
      sent({ headers: { except: ['X-A'] }, cloudfront: ['CloudFront-Viewer-City'] }),
      `${at}.originRequest.cloudfront: CloudFront puts its own fields beside a list or beside all`,
    ],
    [
      'CloudFront’s fields beside all, for an origin with its own Host',
      sent({ headers: 'all', cloudfront: ['CloudFront-Viewer-City'] }),
      `${at}.originRequest.cloudfront: CloudFront sends its own fields beside all of the viewer’s, and then the viewer’s Host too`,
    ],
    [
      'an unknown managed request policy',
      sent({ managed: 'Nope' }),
      `${at}.originRequest.managed: no managed origin request policy is called "Nope"`,
    ],
    ['eleven cookies', sent({ cookies: { except: list(11) } }), `${at}.originRequest.cookies: 11 names`],
  ];
  it('has rows enough', () => expect(rows.length).toBeGreaterThanOrEqual(42));
  it.each(rows)('%s', (_, document, error) => {
    let says = 'it became a distribution';
    try {
      planOf(document);
    } catch (thrown) {
      says = (thrown as Error).message;
    }
    expect(says).toContain(error);
  });
  it('all of them at once', () =>
    expect(() =>
      planOf(edge({ origin: 'hidden', cache: { surrogate: true }, responseHeaders: { remove: ['Via'] } })),
    ).toThrow(/surrogate[^]*originRequest[^]*Via[^]*origin:/));
});
