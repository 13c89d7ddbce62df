import { describe, expect, it } from 'vitest';
import { edge, edgeOfGroups, list, planOf, rules, type Behaviour } from '../../../test/support/edge-plan.ts';
import type { DocumentInput } from '../../config/document.ts';

describe('what CloudFront cannot carry ends the synth, with its place and what to write instead: answers, keys, functions, licences, bounds', () => {
  const at = 'edge.behaviours[0]';
  const headers = (responseHeaders: NonNullable<Behaviour['responseHeaders']>): DocumentInput =>
    edge({ responseHeaders });
  const rows: readonly (readonly [says: string, document: DocumentInput, error: string])[] = [
    [
      'X-Cache removed',
      headers({ remove: ['X-Cache'] }),
      `${at}.responseHeaders.remove: CloudFront does not let X-Cache be removed`,
    ],
    [
      'Via set',
      headers({ set: [{ name: 'Via', value: 'x' }] }),
      `${at}.responseHeaders.set[0]: CloudFront does not let Via be set`,
    ],
    [
      'a security field among others',
      headers({ set: [{ name: 'X-Frame-Options', value: 'DENY' }] }),
      `${at}.responseHeaders.set[0]: CloudFront sets X-Frame-Options under a word of its own: write it under \`security.frameOptions\``,
    ],
    [
      'CORS among others',
      headers({ set: [{ name: 'Access-Control-Allow-Origin', value: '*' }] }),
      'write it under `cors`',
    ],
    [
      'a policy too long',
      headers({ security: { contentSecurityPolicy: { value: 'x'.repeat(1784) } } }),
      `${at}.responseHeaders.security.contentSecurityPolicy: it has 1784 characters, and CloudFront takes 1783`,
    ],
    [
      'another referrer policy',
      headers({ security: { referrerPolicy: { value: 'maybe' } } }),
      `${at}.responseHeaders.security.referrerPolicy: CloudFront takes one of no-referrer`,
    ],
    [
      'frames from one place',
      headers({ security: { frameOptions: { value: 'ALLOW-FROM https://a.test' } } }),
      'say the rest with frame-ancestors',
    ],
    [
      'HSTS without a time',
      headers({ security: { strictTransportSecurity: { value: 'preload' } } }),
      `${at}.responseHeaders.security.strictTransportSecurity: it has no max-age`,
    ],
    [
      'HSTS with more',
      headers({ security: { strictTransportSecurity: { value: 'max-age=1; always' } } }),
      'not "always"',
    ],
    [
      'XSS protection of two minds',
      headers({ security: { xssProtection: { value: '1; mode=block; report=/r' } } }),
      'CloudFront takes mode=block or report=, not both',
    ],
    [
      'CORS with a star within',
      headers({ cors: { origins: ['https://a*.test'] } }),
      `${at}.responseHeaders.cors.origins: CloudFront takes "*" as the leftmost label only`,
    ],
    [
      'CORS with a method of one’s own',
      headers({ cors: { origins: ['*'], methods: ['BREW'] } }),
      `${at}.responseHeaders.cors.methods: CloudFront takes GET`,
    ],
    [
      'credentials for any header',
      headers({ cors: { origins: ['https://a.test'], credentials: true } }),
      `${at}.responseHeaders.cors.headers: with \`credentials\``,
    ],
    [
      'credentials for any origin',
      headers({ cors: { origins: ['*'], headers: ['a'], credentials: true } }),
      `${at}.responseHeaders.cors.origins: with \`credentials\``,
    ],
    [
      'no header at all',
      headers({ cors: { origins: ['*'], headers: [] } }),
      `${at}.responseHeaders.cors.headers: CloudFront wants one at least`,
    ],
    [
      'five decimals of a percent',
      headers({ serverTiming: { sampling: 0.00001 } }),
      `${at}.responseHeaders.serverTiming.sampling: CloudFront takes four decimals`,
    ],
    [
      'a page for 429',
      edge({}, { errors: { 429: { page: '/slow.html' } } }),
      'edge.errors["429"]: CloudFront has pages for 400, 403',
    ],
    [
      'a page shown as 202',
      edge({}, { errors: { 404: { page: '/e.html', status: 202 } } }),
      'edge.errors["404"].status: CloudFront shows a page with 200',
    ],
    [
      'strangers kept out',
      edge({}, { geo: { database: 'd.mmdb', block: ['XX'], unknown: 'block' } }),
      'edge.geo.unknown: CloudFront lets in whoever is in no country',
    ],
    ['nobody let in', edge({}, { geo: { database: 'd.mmdb', allow: [] } }), 'edge.geo.allow: nobody would get in'],
    [
      'a key that is not there',
      edge({ signed: { keys: { K1: 'gone.pem' } } }),
      `${at}.signed.keys.K1: gone.pem is no public key that can be read: no such file`,
    ],
    [
      'a short key',
      edge({ signed: { keys: { K1: 'short.pem' } } }),
      `${at}.signed.keys.K1: CloudFront takes RSA keys of 2048 bits`,
    ],
    [
      '21 keys',
      edge({ signed: { keys: Object.fromEntries(list(21).map((id) => [id, 'good.pem'])) } }),
      `${at}.signed.keys: 21 keys, and a behaviour of CloudFront trusts 20`,
    ],
    ['no key', edge({ signed: { keys: {} } }), `${at}.signed.keys: nobody could sign`],
    [
      'a script that is too long',
      edge({ functions: { viewerRequest: { script: 'long.js' } } }),
      `${at}.functions.viewerRequest.script: long.js has 10278 bytes, and a CloudFront Function may have 10240`,
    ],
    [
      'a script that is not there',
      edge({ functions: { viewerRequest: { script: 'gone.js' } } }),
      'gone.js cannot be read',
    ],
    [
      'a store that is not there',
      edge({ functions: { viewerRequest: { script: 'own.js', store: 'kv' } } }),
      `${at}.functions.viewerRequest.store: no KeyValueStore is called "kv"`,
    ],
    [
      'a function nobody knows',
      edge({ functions: { originRequest: { use: 'rewite' } } }),
      `${at}.functions.originRequest.use: wanted the name of an edge-function; did you mean "rewrite"?`,
    ],
    [
      'options that are none',
      edge({ functions: { originRequest: { use: 'redirect', with: {} } } }),
      `${at}.functions.originRequest.with.to: wanted`,
    ],
    [
      'a minute of Lambda@Edge',
      edge({ functions: { originRequest: { lambda: 'x.js', timeout: '1m' } } }),
      `${at}.functions.originRequest.timeout: Lambda@Edge has whole seconds, 1 to 30, not 1m`,
    ],
    [
      'a Lambda of 64 MB',
      edge({ functions: { originRequest: { lambda: 'x.js', memory: 64 } } }),
      `${at}.functions.originRequest.memory: Lambda has 128 MB at least`,
    ],
    [
      'two kinds for the viewer',
      edge({ functions: { viewerRequest: { use: 'rewrite' }, viewerResponse: { script: 'own.js' } } }),
      `${at}.functions.viewerResponse: CloudFront has one kind of function at both moments of the viewer, and at \`viewerRequest\` there is a Lambda@Edge function`,
    ],
    [
      'licences that nobody gives',
      edge({ licences: true }),
      `${at}.licences: nobody says what a good key is: write \`edge.licences\``,
    ],
    [
      'a quota',
      edge({ licences: true }, { licences: { from: { list: { acme: { quota: 5 } } } } }),
      'edge.licences.from.list["the 1. key"].quota: a CloudFront Function cannot count',
    ],
    [
      'an end that is no date',
      edge({ licences: true }, { licences: { from: { list: { acme: { expires: 'soon' } } } } }),
      'edge.licences.from.list["the 1. key"].expires: wanted a date',
    ],
    [
      'a licence and Lambda@Edge',
      edge({ licences: true, functions: { viewerRequest: { use: 'rewrite' } } }, { licences: {} }),
      `${at}.functions.viewerRequest: the licence check is a CloudFront Function, and CloudFront has one function for a moment: write this one as a \`script\``,
    ],
    [
      'a licence and a script with a store',
      edge(
        { licences: true, functions: { viewerRequest: { script: 'own.js', store: 'kv' } } },
        { licences: {}, keyValueStores: { kv: {} } },
      ),
      `${at}.functions.viewerRequest.store: a CloudFront Function has one KeyValueStore, and the licence check has it`,
    ],
    [
      'a licence and a script without a plain handler',
      edge({ licences: true, functions: { viewerRequest: { script: 'arrow.js' } } }, { licences: {} }),
      `${at}.functions.viewerRequest.script: CloudFront calls one function at a moment`,
    ],
    [
      'a licence where none may be taken away',
      edge({ licences: true }, { licences: { in: ['header:Host'] } }),
      'may not take the header host away',
    ],
    [
      'a key for the origin that splits the cache',
      edge(
        { licences: true, origin: 'main', cache: {}, originRequest: { headers: 'none' } },
        { licences: { from: { origin: true } } },
      ),
      `${at}.cache.key.query: the origin is to see the licence key in query:license, and CloudFront would keep an object for each key`,
    ],
    [
      'a value of more than 1 kB',
      edge({}, { keyValueStores: { kv: { a: 'x'.repeat(1025) } } }),
      'edge.keyValueStores.kv.a: a value of a KeyValueStore has 1024 bytes, not 1025',
    ],
    [
      'a name of more than 512 bytes',
      edge({}, { keyValueStores: { kv: { ['k'.repeat(513)]: '' } } }),
      'a key of a KeyValueStore has 512 bytes',
    ],
    [
      'more than 5 MB',
      edge(
        {},
        {
          keyValueStores: {
            kv: Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [`k${n}`, 'x'.repeat(1000)])),
          },
        },
      ),
      'edge.keyValueStores.kv: a KeyValueStore holds 5 MB',
    ],
    [
      'tenants before a cache',
      { ...edge({ origin: 'main' }), tenants: { from: { header: 'x-t' }, known: { a: { rules: rules.map } } } },
      'tenants: edge.behaviours[0] is answered without the line',
    ],
    [
      'rules and a licence',
      { ...edge({ licences: true, origin: 'main' }, { licences: {} }), rules },
      `${at}: the document’s rules have to run before the cache, by Lambda@Edge at the viewer’s request, and there is the licence check, a CloudFront Function already`,
    ],
    [
      'rules and a script on the way out',
      { ...edge({ origin: 'main', functions: { viewerResponse: { script: 'own.js' } } }), rules },
      'and at `viewerRequest` there is Lambda@Edge, which runs the rules',
    ],
    [
      '26 origins',
      {
        origins: Object.fromEntries(list(26).map((name) => [name, { url: `https://${name}.example.com` }])),
        edge: { behaviours: list(26).map((origin) => ({ path: origin, origin })) },
      },
      'edge.behaviours: 26 different origins (of a name, an `originPath` and `attempts`), and CloudFront has 25',
    ],
    ['11 groups', edgeOfGroups(11), 'edge.behaviours: 11 origin groups, and CloudFront has 10'],
    [
      '21 policies',
      {
        edge: {
          behaviours: list(21).map((path) => ({
            path,
            origin: 'main',
            cache: { key: { query: { only: [path] } } },
            originRequest: { headers: 'none' as const },
          })),
        },
      },
      'edge.behaviours: 21 different cache policies in an account, and CloudFront has 20',
    ],
  ];
  it('has rows enough', () => expect(rows.length).toBeGreaterThanOrEqual(49));
  it.each(rows)('%s', (_, document, error) => {
    let says = 'it became a distribution';
    try {
      planOf(document);
    } catch (thrown) {
      says = (thrown as Error).message;
    }
    expect(says).toContain(error);
  });
});
