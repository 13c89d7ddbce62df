import { createSign, generateKeyPairSync } from 'node:crypto';
import { gunzipSync, brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { Body } from '../../../src/http/body.ts';
import { codingFor } from '../../../src/edge/compress.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { visit } from '../../../src/testing/visit.ts';
import { answer, cloudfront, distribution, seconds, xCache, type Fields } from './parts.ts';

const keep = { 'Cache-Control': 'max-age=3600' };

describe('origins', () => {
  it('T25 fails over for reads, not for writes, and begins with the first again', async () => {
    let down = true;
    const v = await distribution(
      ({ url }) => (url.includes('second') ? answer('second') : down ? answer('down', {}, 503) : answer('first')),
      [{ origin: 'pair' }],
      { originGroups: { pair: { origins: ['o', 'second'] } } },
    );
    expect((await v.send({ target: '/' })).body).toBe('second');
    expect((await v.send({ method: 'POST', target: '/', body: 'x' })).status).toBe(503);
    down = false;
    expect((await v.send({ target: '/' })).body).toBe('first');
    expect(v.asked.map(({ url }) => url.slice(7, 8))).toEqual(['o', 's', 'o', 'o']);
  });

  it('T26 tries a read as often as allowed and a write once, then 504', async () => {
    const v = await distribution(() => {
      throw new Fault('integration.origin.timeout', 'origin', 'no answer', { status: 504 });
    }, [{ attempts: 3 }]);
    expect((await v.send({ target: '/' })).status).toBe(504);
    expect(v.asked).toHaveLength(3);
    expect((await v.send({ method: 'POST', target: '/', body: 'x' })).status).toBe(504);
    expect(v.asked).toHaveLength(4);
  });

  it("T27 puts the origin's own field over the viewer's", async () => {
    const v = await distribution(
      () => answer('x'),
      [{}],
      {},
      { origins: { o: { url: 'http://o.test', headers: { 'x-api-key': 'from-the-edge' } } } },
    );
    await v.send({ target: '/', headers: { 'X-API-Key': 'forged' } });
    expect(v.asked[0]?.headers.all('x-api-key')).toEqual(['from-the-edge']);
  });
});

describe('signatures', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = (key: typeof rsa.publicKey): string => key.export({ type: 'spki', format: 'pem' }).toString();
  const safe = (bytes: Buffer): string =>
    bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
  const sign = (text: string, hash: 'sha1' | 'sha256' = 'sha1', key = rsa.privateKey): string =>
    safe(createSign(hash).update(text).sign(key));
  const epoch = Math.floor(Date.UTC(2026, 0, 1) / 1000);
  const canned = (url: string, expires: number): string =>
    `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
  const signed = () =>
    visit({
      origin: (asked) => answer(asked.target, keep),
      ports: { readFile: (path) => (path === 'rsa.pem' ? pem(rsa.publicKey) : pem(ec.publicKey)) },
      document: {
        origins: { o: { url: 'http://o.test' } },
        routes: {},
        edge: {
          behaviours: [
            {
              origin: 'o',
              cache: cloudfront({ key: { query: 'all' } }),
              signed: { keys: { K1: 'rsa.pem', K2: 'ec.pem' } },
            },
          ],
        },
      },
    });
  const base = 'http://localhost';

  it('T28 takes canned and custom URLs, cookies, both kinds of key, and nothing that is a little off', async () => {
    const v = await signed();
    const later = epoch + 60;
    const url = (path: string, expires: number, key = 'K1', signature = sign(canned(base + path, expires))): string =>
      `${path}${path.includes('?') ? '&' : '?'}Expires=${expires}&Signature=${signature}&Key-Pair-Id=${key}`;
    const policy = (resource: string, more: object = {}): string =>
      JSON.stringify({
        Statement: [{ Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': later }, ...more } }],
      });
    const custom = (path: string, text: string): string =>
      `${path}${path.includes('?') ? '&' : '?'}Policy=${safe(Buffer.from(text))}&Signature=${sign(text)}&Key-Pair-Id=K1`;
    const rows: readonly (readonly [
      what: string,
      target: string,
      headers: Fields,
      code: string | null,
      address?: string,
    ])[] = [
      ['canned', url('/a', later), {}, null],
      ['canned with a query of its own', url('/a?x=1', later), {}, null],
      ['a parameter added afterwards', `${url('/a', later)}&y=1`, {}, 'edge.signature-wrong'],
      ['another path', url('/a', later).replace('/a?', '/b?'), {}, 'edge.signature-wrong'],
      ['expired', url('/a', epoch - 1), {}, 'edge.signature-expired'],
      ['unknown key', url('/a', later, 'K9'), {}, 'edge.signature-key'],
      ['the wrong key', url('/a', later, 'K2'), {}, 'edge.signature-wrong'],
      ['garbage', url('/a', later, 'K1', '%%%'), {}, 'edge.signature-malformed'],
      ['nothing', '/a', {}, 'edge.signature-missing'],
      ['custom with wildcard', custom('/img/1.jpg', policy(`${base}/img/*`)), {}, null],
      ['custom outside its wildcard', custom('/other', policy(`${base}/img/*`)), {}, 'edge.signature-scope'],
      ['custom with any protocol', custom('/img/1.jpg', policy('localhost/img/?.jpg')), {}, null],
      ['custom for everything', custom('/x?q=1', policy('*')), {}, null],
      ['a query that the policy does not name', custom('/x?q=1', policy(`${base}/x`)), {}, 'edge.signature-scope'],
      ['a query that it names', custom('/x?q=1', policy(`${base}/x\\?q=*`)), {}, null],
      [
        'not yet',
        custom('/x', policy('*', { DateGreaterThan: { 'AWS:EpochTime': later - 1 } })),
        {},
        'edge.signature-expired',
      ],
      [
        'from the right block',
        custom('/x', policy('*', { IpAddress: { 'AWS:SourceIp': '192.0.2.0/24' } })),
        {},
        null,
        '192.0.2.7',
      ],
      [
        'from elsewhere',
        custom('/x', policy('*', { IpAddress: { 'AWS:SourceIp': '192.0.2.0/24' } })),
        {},
        'edge.signature-scope',
        '198.51.100.1',
      ],
      [
        'no policy at all',
        `/x?Policy=${safe(Buffer.from('{}'))}&Signature=${sign('{}')}&Key-Pair-Id=K1`,
        {},
        'edge.signature-malformed',
      ],
      [
        'ECDSA with SHA-256',
        `/a?Expires=${later}&Signature=${sign(canned(`${base}/a`, later), 'sha256', ec.privateKey)}&Key-Pair-Id=K2&Hash-Algorithm=SHA256`,
        {},
        null,
      ],
      [
        'RSA with SHA-256',
        `/a?Expires=${later}&Signature=${sign(canned(`${base}/a`, later), 'sha256')}&Key-Pair-Id=K1&Hash-Algorithm=SHA256`,
        {},
        null,
      ],
      [
        'cookies',
        '/a',
        {
          Cookie: `CloudFront-Expires=${later}; CloudFront-Signature=${sign(canned(`${base}/a`, later))}; CloudFront-Key-Pair-Id=K1`,
        },
        null,
      ],
      [
        'policy cookies',
        '/a',
        {
          Cookie: `CloudFront-Policy=${safe(Buffer.from(policy('*')))}; CloudFront-Signature=${sign(policy('*'))}; CloudFront-Key-Pair-Id=K1`,
        },
        null,
      ],
      [
        'a bad URL beside good cookies',
        url('/a', epoch - 1),
        {
          Cookie: `CloudFront-Policy=${safe(Buffer.from(policy('*')))}; CloudFront-Signature=${sign(policy('*'))}; CloudFront-Key-Pair-Id=K1`,
        },
        'edge.signature-expired',
      ],
    ];
    for (const [what, target, headers, code, address] of rows) {
      const reply = await v.send({ target, headers, ...(address === undefined ? {} : { address }) });
      expect([reply.status, reply.from.by === 'refusal' ? reply.from.code : null], what).toEqual(
        code === null ? [200, null] : [403, code],
      );
      if (code === null) expect(reply.body, what).not.toContain('Signature');
    }
    expect(rows.length).toBe(24);
    const asked = v.asked.length;
    v.clock.turn(seconds(1));
    expect(xCache(await v.send({ target: url('/a', later + 5) }))).toBe('Hit');
    expect(v.asked).toHaveLength(asked);
  });
});

describe('on the way out', () => {
  it('T38 removes, then puts on, on hits, misses and answers made here', async () => {
    const v = await distribution(
      () =>
        answer('x', {
          ...keep,
          Server: 'nginx',
          'X-Old': '1',
          'X-Frame-Options': 'SAMEORIGIN',
          'Referrer-Policy': 'origin',
        }),
      [
        {
          path: '/m',
          functions: { viewerRequest: { use: 'maintenance', with: {} } },
          responseHeaders: { set: [{ name: 'X-New', value: 'n' }] },
        },
        {
          cache: cloudfront(),
          responseHeaders: {
            remove: ['X-Old', 'Server', 'Content-Length'],
            set: [
              { name: 'X-New', value: 'n' },
              { name: 'X-Old', value: 'put back' },
            ],
            security: {
              frameOptions: { value: 'DENY', override: true },
              referrerPolicy: { value: 'no-referrer', override: false },
              contentTypeOptions: {},
            },
            cors: { origins: ['https://*.example.com'], expose: ['X-New'] },
          },
        },
      ],
    );
    for (const wanted of ['Miss', 'Hit']) {
      const reply = await v.send({ target: '/', headers: { Origin: 'https://www.example.com' } });
      expect(xCache(reply)).toBe(wanted);
      const of = (name: string): string | undefined => reply.headers.get(name);
      expect([
        of('server'),
        of('x-old'),
        of('x-new'),
        of('x-frame-options'),
        of('referrer-policy'),
        of('x-content-type-options'),
        of('content-length'),
      ]).toEqual([undefined, 'put back', 'n', 'DENY', 'origin', 'nosniff', '1']);
      expect([
        of('access-control-allow-origin'),
        of('access-control-expose-headers'),
        of('access-control-allow-methods'),
      ]).toEqual(['https://www.example.com', 'X-New', undefined]);
    }
    const foreign = await v.send({ target: '/', headers: { Origin: 'https://evil.test' } });
    expect(foreign.headers.has('access-control-allow-origin')).toBe(false);
    const made = await v.send({ target: '/m' });
    expect([made.status, made.headers.get('x-new')]).toEqual([503, 'n']);
  });

  const long = 'hello world '.repeat(200);
  it('T39 compresses once, when it stores, for who takes it', async () => {
    const bytes: Uint8Array[] = [];
    const v = await distribution(
      () => answer(long, { ...keep, 'Content-Type': 'text/plain', ETag: '"strong"' }),
      [{ compress: true, cache: cloudfront({ key: { encodings: ['gzip', 'br'] } }) }],
    );
    const send = async (accepts: string): Promise<readonly [string | undefined, string | undefined, Uint8Array]> => {
      const response = await v.app.handle(
        {
          method: 'GET',
          target: '/',
          version: '1.1',
          headers: HeaderList.of({ Host: 'localhost', 'Accept-Encoding': accepts }),
          body: null,
        },
        { address: '127.0.0.1', peer: '127.0.0.1', port: 1, secure: false, localAddress: '127.0.0.1', localPort: 1 },
      );
      const body = await (response.body as Body).bytes();
      bytes.push(body);
      expect(response.headers.get('content-length')).toBe(String(body.length));
      return [response.headers.get('content-encoding'), response.headers.get('etag'), body];
    };
    const [coding, tag, body] = await send('gzip, br');
    expect([coding, tag, brotliDecompressSync(body).toString()]).toEqual(['br', 'W/"strong"', long]);
    const [gzip, , zipped] = await send('gzip');
    expect([gzip, gunzipSync(zipped).toString()]).toEqual(['gzip', long]);
    const [none, plainTag, plain] = await send('identity');
    expect([none, plainTag, new TextDecoder().decode(plain)]).toEqual([undefined, '"strong"', long]);
    const before = v.asked.length;
    await send('br, gzip');
    expect(v.asked).toHaveLength(before);
  });

  it('T39 minds each condition', () => {
    const request = (headers: Fields, version: '1.0' | '1.1' = '1.1', method = 'GET') => ({
      method,
      target: '/',
      version,
      headers: HeaderList.of(headers),
      body: null,
    });
    const response = (headers: Fields, status = 200) => ({
      status,
      headers: HeaderList.of({ 'Content-Type': 'text/css', 'Content-Length': '2000', ...headers }),
      body: Body.of('x'),
      from: { by: 'integration', name: 'o' } as const,
    });
    const br = { 'Accept-Encoding': 'br' };
    const rows: readonly (readonly [ReturnType<typeof request>, ReturnType<typeof response>, string])[] = [
      [request(br), response({}), 'br'],
      [request(br), response({}, 404), 'br'],
      [request({}), response({}), 'coding'],
      [request({ 'Accept-Encoding': 'gzip' }), response({}), 'gzip'],
      [request({ 'Accept-Encoding': 'br;q=0' }), response({}), 'coding'],
      [request(br, '1.0'), response({}), 'coding'],
      [request(br), response({}, 201), 'status'],
      [request(br), response({ 'Content-Encoding': 'gzip' }), 'encoded'],
      [request(br), response({ 'Content-Length': '999' }), 'length'],
      [request(br), response({ 'Content-Length': '10000001' }), 'length'],
      [request(br), response({ 'Content-Length': 'x' }), 'length'],
      [request(br), response({ 'Content-Type': 'image/png' }), 'type'],
      [request(br), response({ 'Cache-Control': 'no-transform' }), 'no-transform'],
      [request(br, '1.1', 'HEAD'), response({}), 'body'],
    ];
    for (const [asked, made, wanted] of rows) expect(codingFor(asked, made, ['br', 'gzip'])).toBe(wanted);
    expect(codingFor(request(br), response({}), [])).toBe('off');
    expect(rows.length).toBe(14);
  });

  it('sends viewers to HTTPS, or away', async () => {
    const v = await distribution(
      () => answer('x'),
      [
        { path: '/only', viewerProtocol: 'https-only' },
        { path: '/read', methods: 'read' },
        { viewerProtocol: 'redirect-to-https' },
      ],
    );
    const get = await v.send({ target: '/a?b=1' });
    expect([get.status, get.headers.get('location')]).toEqual([301, 'https://localhost/a?b=1']);
    expect((await v.send({ method: 'POST', target: '/a', body: 'x' })).status).toBe(307);
    expect((await v.send({ target: '/a', viewer: { secure: true } })).status).toBe(200);
    expect((await v.send({ target: '/only' })).status).toBe(403);
    expect((await v.send({ method: 'POST', target: '/read', body: 'x' })).from).toEqual({
      by: 'refusal',
      code: 'edge.method',
    });
    expect((await v.send({ target: '/read' })).status).toBe(200);
  });

  it('T40 writes no licence key into the log and says what the cache did', async () => {
    const v = await distribution(() => answer('x', keep), [{ licences: true, cache: cloudfront() }], {
      licences: { in: ['query:license', 'header:x-lic'], from: { list: { sesame: { name: 'one' } } } },
    });
    for (const request of [
      { target: '/s?license=sesame' },
      { target: '/s', headers: { 'X-Lic': 'sesame' } },
      { target: '/s?license=wrong' },
    ])
      await v.send(request);
    const text = JSON.stringify(v.records);
    expect(text).not.toContain('sesame');
    expect(text).not.toContain('wrong');
    expect(v.records.map(({ key, status }) => [key === null ? null : 'known', status])).toEqual([
      ['known', 200],
      ['known', 200],
      [null, 403],
    ]);
  });
});
