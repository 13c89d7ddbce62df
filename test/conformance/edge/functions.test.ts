import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toScriptEvent } from '../../../src/events/edge-script.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { openScript } from '../../../src/run/script.ts';
import type { Invoked, Invoker } from '../../../src/ports/invoker.ts';
import { visit, type Visit } from '../../../src/testing/visit.ts';
import { answer, cloudfront, xCache, type BehaviourInput, type Fields, type Origin } from './parts.ts';

const keep = { 'Cache-Control': 'max-age=3600' };

interface EdgeEvent {
  readonly Records: readonly [
    {
      readonly cf: { readonly config: { readonly eventType: string }; readonly request: Req; readonly response?: Res };
    },
  ];
}
type Headers = Record<string, { key?: string; value: string }[]>;
interface Req {
  uri: string;
  querystring: string;
  method: string;
  headers: Headers;
  clientIp: string;
  body?: { inputTruncated: boolean; action: string; encoding: string; data: string };
}
interface Res {
  status: string;
  headers: Headers;
  body?: string;
}
type Handler = (event: EdgeEvent) => unknown;

const failed = (type: Invoked['kind']): Invoked =>
  type === 'timeout'
    ? { kind: 'timeout', whose: 'function', afterMs: 30_000 }
    : { kind: 'error', type: 'Error', message: 'boom', trace: [] };

/** Handlers by name, called in this thread with a copy of their event. */
const guests = (handlers: Readonly<Record<string, Handler>>) => ({
  openFunction: ({ file }: { readonly file: string }): Invoker => ({
    invoke: async ({ event }) => {
      try {
        const value = handlers[file]?.(structuredClone(event) as EdgeEvent);
        return value === 'never' ? failed('timeout') : { kind: 'answer', value: structuredClone(value) };
      } catch {
        return failed('error');
      }
    },
    close: async () => {},
  }),
});

const edge = (
  origin: Origin,
  functions: BehaviourInput['functions'],
  handlers: Readonly<Record<string, Handler>>,
  more: object = {},
): Promise<Visit> =>
  visit({
    origin,
    ports: guests(handlers),
    document: {
      origins: { o: { url: 'http://o.test' } },
      routes: {},
      edge: { behaviours: [{ origin: 'o', cache: cloudfront({ key: { query: 'all' } }), functions, ...more }] },
    },
  });

const requestOf = (event: EdgeEvent): Req => event.Records[0].cf.request;
const responseOf = (event: EdgeEvent): Res => event.Records[0].cf.response as Res;
const lambda = (name: string, more: object = {}) => ({ lambda: name, ...more });

describe('Lambda@Edge', () => {
  it('T29 keeps nothing that a viewer-request function makes', async () => {
    const v = await edge(
      () => answer('data', keep),
      { viewerRequest: lambda('check') },
      {
        check: (event) =>
          requestOf(event).headers['x-ok']
            ? requestOf(event)
            : { status: '403', headers: { 'cache-control': [{ value: 'max-age=600' }] }, body: 'no' },
      },
    );
    const no = await v.send({ target: '/' });
    expect([no.status, no.body, no.from]).toEqual([403, 'no', { by: 'function', name: 'check' }]);
    expect((await v.send({ target: '/', headers: { 'X-Ok': '1' } })).body).toBe('data');
    expect((await v.send({ target: '/' })).status).toBe(403);
  });

  it('T30 keeps what an origin-request function makes, and does not run it on hits', async () => {
    let runs = 0;
    const v = await edge(
      () => answer('origin'),
      { originRequest: lambda('make') },
      {
        make: () => ({ status: 200, headers: { 'cache-control': [{ value: 'max-age=60' }] }, body: `made ${++runs}` }),
      },
    );
    expect((await v.send({ target: '/' })).body).toBe('made 1');
    const hit = await v.send({ target: '/' });
    expect([hit.body, xCache(hit), runs, v.asked.length]).toEqual(['made 1', 'Hit', 1, 0]);
  });

  it("T31 shows a viewer-response's change and stores none of it", async () => {
    let runs = 0;
    const v = await edge(
      () => answer('x', keep),
      { viewerResponse: lambda('stamp') },
      {
        stamp: (event) => ({
          ...responseOf(event),
          headers: { ...responseOf(event).headers, 'x-run': [{ value: String(++runs) }] },
        }),
      },
    );
    expect([
      (await v.send({ target: '/' })).headers.get('x-run'),
      (await v.send({ target: '/' })).headers.all('x-run'),
    ]).toEqual(['1', ['2']]);
  });

  it('T32 does not run viewer-response for errors of the origin', async () => {
    let runs = 0;
    const v = await edge(
      ({ target }) => answer('x', keep, target === '/no' ? 404 : 200),
      { viewerResponse: lambda('count') },
      { count: (event) => (runs++, responseOf(event)) },
    );
    await v.send({ target: '/no' });
    expect(runs).toBe(0);
    await v.send({ target: '/yes' });
    await v.send({ target: '/yes' });
    expect(runs).toBe(2);
  });

  const disallowed = [
    'connection',
    'expect',
    'keep-alive',
    'proxy-authenticate',
    'proxy-authorization',
    'proxy-connection',
    'trailer',
    'upgrade',
    'x-accel-redirect',
    'x-amz-cf-id',
    'x-amzn-requestid',
    'x-cache',
    'x-edge-location',
    'x-forwarded-proto',
    'x-real-ip',
  ];
  const fixed: Readonly<Record<string, readonly string[]>> = {
    viewerRequest: ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'],
    originRequest: [
      'accept-encoding',
      'cdn-loop',
      'content-length',
      'if-modified-since',
      'if-none-match',
      'if-range',
      'if-unmodified-since',
      'transfer-encoding',
      'via',
    ],
    originResponse: ['transfer-encoding', 'via'],
    viewerResponse: ['warning', 'via', 'content-length', 'content-encoding', 'transfer-encoding'],
  };
  it('T33 refuses forbidden and read-only fields at each moment', async () => {
    let rows = 0;
    for (const [moment, names] of Object.entries(fixed)) {
      for (const name of [...disallowed, ...names]) {
        const v = await edge(
          () => answer('x', { 'X-A': '1' }),
          { [moment]: lambda('set') },
          {
            set: (event) => {
              const { request, response } = event.Records[0].cf;
              const page = response ?? request;
              return { ...page, headers: { ...page.headers, [name]: [{ value: 'changed' }] } };
            },
          },
        );
        const reply = await v.send({ target: '/' });
        expect([reply.status, reply.from], `${moment} ${name}`).toEqual([
          502,
          { by: 'refusal', code: 'edge.function-invalid' },
        ]);
        rows++;
      }
    }
    const taken = await edge(
      () => answer('x'),
      { viewerRequest: lambda('drop') },
      { drop: (event) => ({ ...requestOf(event), headers: {} }) },
    );
    expect((await taken.send({ target: '/' })).status).toBe(502);
    expect(rows).toBe(15 * 4 + 21);
  });

  it('T34 shows a body up to its bound, sends all of it, and refuses a replacement that is too long', async () => {
    const seen: NonNullable<Req['body']>[] = [];
    const v = await edge(
      ({ body }) => answer(String(body.length)),
      { viewerRequest: lambda('look', { includeBody: true }) },
      { look: (event) => (seen.push(requestOf(event).body as never), requestOf(event)) },
    );
    const long = 'x'.repeat(40 * 1024 + 1);
    expect((await v.send({ method: 'POST', target: '/', body: long })).body).toBe(String(long.length));
    expect((await v.send({ method: 'POST', target: '/', body: 'short' })).body).toBe('5');
    expect(
      seen.map(({ inputTruncated, action, encoding, data }) => [
        inputTruncated,
        action,
        encoding,
        Buffer.from(data, 'base64').length,
      ]),
    ).toEqual([
      [true, 'read-only', 'base64', 40 * 1024],
      [false, 'read-only', 'base64', 5],
    ]);
    const replace = (data: string) =>
      edge(
        ({ body }) => answer(body),
        { viewerRequest: lambda('put', { includeBody: true }) },
        { put: (event) => ({ ...requestOf(event), body: { action: 'replace', encoding: 'text', data } }) },
      );
    expect((await (await replace(long)).send({ method: 'POST', target: '/', body: 'a' })).status).toBe(502);
    expect((await (await replace('new')).send({ method: 'POST', target: '/', body: 'a' })).body).toBe('new');
  });

  it('T35 answers for functions that throw, return nonsense or never end', async () => {
    const rows: readonly (readonly [Handler, number, string])[] = [
      [
        () => {
          throw new Error('no');
        },
        503,
        'edge.function-threw',
      ],
      [() => 'nonsense', 502, 'edge.function-invalid'],
      [() => undefined, 502, 'edge.function-invalid'],
      [() => ({ status: '999' }), 502, 'edge.function-invalid'],
      [() => ({ status: '204', body: 'x' }), 502, 'edge.function-invalid'],
      [() => ({ status: 200, body: 'x'.repeat(41_000) }), 502, 'edge.function-invalid'],
      [(event) => ({ ...requestOf(event), uri: 'no-slash' }), 502, 'edge.function-invalid'],
      [(event) => ({ ...requestOf(event), uri: '/a b' }), 502, 'edge.function-invalid'],
      [(event) => ({ ...requestOf(event), querystring: 'a#b' }), 502, 'edge.function-invalid'],
      [
        (event) => ({
          ...requestOf(event),
          headers: { ...requestOf(event).headers, 'x-a': [{ value: 'a\r\nEvil: 1' }] },
        }),
        502,
        'edge.function-invalid',
      ],
      [() => 'never', 503, 'edge.function-limit'],
    ];
    for (const [handler, status, code] of rows) {
      const v = await edge(() => answer('x'), { viewerRequest: lambda('f') }, { f: handler });
      const reply = await v.send({ target: '/' });
      expect([reply.status, reply.from]).toEqual([status, { by: 'refusal', code }]);
    }
    expect(rows.length).toBe(11);
  });

  it('sends a request to another origin, inside what may be dialled', async () => {
    const v = await edge(
      ({ url, target, headers }) => answer(`${url}${target} ${headers.get('x-custom') ?? ''}`),
      { originRequest: lambda('away') },
      {
        away: (event) => ({
          ...requestOf(event),
          origin: {
            custom: {
              domainName: 'other.test',
              port: 8443,
              protocol: 'https',
              path: '/p',
              customHeaders: { 'x-custom': [{ key: 'X-Custom', value: 'c' }] },
              readTimeout: 5,
              keepaliveTimeout: 5,
              sslProtocols: ['TLSv1.2'],
            },
          },
        }),
      },
    );
    expect((await v.send({ target: '/a' })).body).toBe('https://other.test:8443/p/a c');
  });

  it('runs a handler from a file, unchanged, in a worker', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-edge-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(
      join(folder, 'index.cjs'),
      `'use strict';
      let calls = 0;
      exports.handler = (event, context, callback) => {
        const request = event.Records[0].cf.request;
        request.headers['x-calls'] = [{ key: 'X-Calls', value: String(++calls) }];
        request.uri = '/rewritten' + request.uri;
        callback(null, request);
      };`,
    );
    const v = await visit({
      folder,
      origin: ({ target, headers }) => answer(`${target} ${headers.get('x-calls')}`),
      document: {
        origins: { o: { url: 'http://o.test' } },
        routes: {},
        edge: { behaviours: [{ origin: 'o', functions: { viewerRequest: { lambda: 'index.cjs' } } }] },
      },
    });
    expect((await v.send({ target: '/a' })).body).toBe('/rewritten/a 1');
    expect((await v.send({ target: '/b' })).body).toBe('/rewritten/b 2');
    await v.close();
  });
});

describe('CloudFront functions', () => {
  const script = (code: string, store: Record<string, string> | null = null) =>
    openScript({ name: 'f.js', code, store, timeoutMs: 50, now: 0 });
  const run = async (
    code: string,
    target: string,
    headers: Fields | readonly (readonly [string, string])[] = {},
    keyValueStores: Record<string, Record<string, string>> = {},
  ): Promise<Awaited<ReturnType<Visit['send']>>> => {
    const v = await visit({
      origin: ({ target: at, headers: got }) => answer(`${at}|${got.all('x-a').join()}|${got.get('cookie') ?? ''}`),
      ports: { readFile: () => code },
      document: {
        origins: { o: { url: 'http://o.test' } },
        routes: {},
        edge: {
          keyValueStores,
          behaviours: [
            {
              origin: 'o',
              functions: { viewerRequest: { script: 'f.js', ...(keyValueStores['kv'] ? { store: 'kv' } : {}) } },
            },
          ],
        },
      },
    });
    return v.send({ target, headers });
  };

  it('takes names such as __proto__ and constructor for names, and leaves every object as it was', async () => {
    const odd = '/a?__proto__=1&__proto__=2&constructor=3&x=4';
    const echo =
      "async function handler(event) { event.request.headers['x-a'] = { value: Object.keys(event.request.querystring).join() }; return event.request; }";
    const given = { Constructor: 'h', 'X-A': '0', Cookie: '__proto__=c; constructor=d' };
    expect((await run(echo, odd, given)).body).toBe(`${odd}|__proto__,constructor,x|__proto__=c; constructor=d`);
    const v = await edge(
      () => answer(''),
      { viewerRequest: lambda('tell') },
      { tell: (event) => ({ status: '200', body: requestOf(event).headers['constructor']?.[0]?.value }) },
    );
    expect((await v.send({ target: '/', headers: { Constructor: 'h', ['__proto__']: 'p' } })).body).toBe('h');
    expect(['multiValue' in {}, 'multiValue' in Object, 'push' in {}]).toEqual([false, false, false]);
  });

  it('T36 gives several values where a name came twice, and takes changes of either', async () => {
    const { event } = toScriptEvent(
      {
        method: 'GET',
        target: '/a?x=1&x=2&y',
        version: '1.1',
        headers: HeaderList.of([
          ['X-A', '1'],
          ['X-A', '2'],
          ['Cookie', 'c=1; c=2; d=3'],
        ]),
        body: null,
      },
      null,
      { moment: 'viewer-request', distributionId: 'E', domain: 'd', requestId: 'r', ip: '127.0.0.1' },
    );
    expect((event as { readonly request: unknown }).request).toEqual({
      method: 'GET',
      uri: '/a',
      querystring: { x: { value: '1', multiValue: [{ value: '1' }, { value: '2' }] }, y: { value: '' } },
      headers: { 'x-a': { value: '1', multiValue: [{ value: '1' }, { value: '2' }] } },
      cookies: { c: { value: '1', multiValue: [{ value: '1' }, { value: '2' }] }, d: { value: '3' } },
    });
    const twice = [
      ['X-A', '1'],
      ['X-A', '2'],
    ] as const;
    expect(
      (
        await run(
          `function handler(event) { event.request.headers['x-a'].value = '9'; return event.request; }`,
          '/',
          twice,
        )
      ).body,
    ).toBe('/|9,2|');
    expect(
      (
        await run(
          `function handler(event) { event.request.headers['x-a'].multiValue.push({ value: '3' }); event.request.headers['x-a'].value = '9'; return event.request; }`,
          '/',
          twice,
        )
      ).body,
    ).toBe('/|1,2,3|');
    expect(
      (await run(`function handler(event) { return event.request; }`, '/?b=%20&a&a=', { Cookie: 'x=1;y=2' })).body,
    ).toBe('/?b=%20&a&a=||x=1;y=2');
  });

  it('T36 tells a bare question mark from none', async () => {
    const code = `function handler(event) { return { statusCode: 200, body: String(JSON.stringify(event.request.rawQueryString())) }; }`;
    expect([(await run(code, '/a?x=1')).body, (await run(code, '/a?')).body, (await run(code, '/a')).body]).toEqual([
      '"x=1"',
      '""',
      'undefined',
    ]);
  });

  it('T36 reads the KeyValueStore, and fails where a key or the store is missing', async () => {
    const code = `import cf from 'cloudfront';
      const kvs = cf.kvs();
      async function handler(event) { return { statusCode: 200, body: await kvs.get(event.request.uri.slice(1)) + ' ' + (await kvs.exists('nope')) }; }`;
    const kv = { kv: { a: 'A' } };
    expect((await run(code, '/a', {}, kv)).body).toBe('A false');
    expect((await run(code, '/b', {}, kv)).from).toEqual({ by: 'refusal', code: 'edge.function-threw' });
    expect((await run(code, '/a')).status).toBe(503);
  });

  it('cuts off what does not end, and offers neither files nor network', () => {
    const event = { request: {} };
    expect(script('function handler() { for (;;) {} }').run(event, null).kind).toBe('error');
    expect(script('async function handler() { for (;;) await 0; }').run(event, null).kind).toBe('error');
    for (const name of ['process', 'fetch', 'setTimeout', 'WebSocket'])
      expect(script(`function handler() { return { is: typeof ${name} }; }`).run(event, null)).toMatchObject({
        value: { is: 'undefined' },
      });
    expect(script(`function handler() { return new Function('return 1')(); }`).run(event, null).kind).toBe('error');
    expect(() => script('x'.repeat(10_241))).toThrow('longer than');
    const crypto = script(
      `const crypto = require('crypto'); function handler() { return { a: crypto.createHash('sha256').update('a').digest('hex'), b: crypto.createHmac('sha256', 'k').update('a').digest('base64') }; }`,
    ).run(event, null);
    expect(crypto).toMatchObject({ value: { a: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb' } });
  });
});
