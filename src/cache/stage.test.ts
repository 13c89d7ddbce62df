import { describe, expect, it } from 'vitest';
import type { CachePolicyInput } from '../config/cache.ts';
import { Body, type BodySink } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { Inbound } from '../ports/dialer.ts';
import { visit, type Asked, type Visit } from '../testing/visit.ts';

type Fields = Readonly<Record<string, string>>;

const answer = (body: string, headers: Fields = {}, status = 200): Inbound => ({
  status,
  headers: HeaderList.of({ 'Content-Length': String(new TextEncoder().encode(body).length), ...headers }),
  body: status === 304 || status === 204 ? null : Body.of(body),
  address: 'script',
});

const edge = (
  origin: (asked: Asked) => Inbound | Promise<Inbound>,
  cache: CachePolicyInput = {},
  more: object = {},
): Promise<Visit> =>
  visit({
    origin,
    document: {
      origins: { o: { url: 'http://o.test' } },
      routes: {
        'ANY /{proxy+}': { to: 'o' },
        'GET /keyed': { to: 'o', key: 'required' },
        'GET /shared': { to: 'o', key: 'required', shareable: true },
      },
      edge: { behaviours: [{ path: '*', cache }] },
      ...more,
    },
  });

const status = (reply: { readonly headers: HeaderList }): string => reply.headers.get('cache-status') ?? '';

describe('a shared cache', () => {
  it('answers the second request itself, with age', async () => {
    const v = await edge(() => answer('one', { 'Cache-Control': 'max-age=60' }));
    expect(status(await v.send({ target: '/a' }))).toBe('sallyport; fwd=uri-miss; fwd-status=200; stored');
    v.clock.turn(7000);
    const hit = await v.send({ target: '/a' });
    expect([hit.body, hit.headers.get('age'), status(hit)]).toEqual(['one', '7', 'sallyport; hit; ttl=53']);
    expect(v.asked).toHaveLength(1);
    expect(hit.from).toMatchObject({ by: 'cache', how: 'hit' });
    v.clock.turn(54_000);
    await v.send({ target: '/a' });
    expect(v.asked).toHaveLength(2);
  });

  const refusals: readonly (readonly [why: string, request: Fields, response: Fields, status?: number])[] = [
    ['no-store', {}, { 'Cache-Control': 'no-store, max-age=60' }],
    ['private', {}, { 'Cache-Control': 'private, max-age=60' }],
    ['authorization', { Authorization: 'Basic x' }, { 'Cache-Control': 'max-age=60' }],
    ['set-cookie', {}, { 'Cache-Control': 'max-age=60', 'Set-Cookie': 'a=b' }],
    ['vary-star', {}, { 'Cache-Control': 'max-age=60', Vary: 'A, *' }],
    ['not-understood', {}, { 'Cache-Control': 'max-age=60, must-understand' }, 599],
    ['credential', { 'x-api-key': 'k' }, { 'Cache-Control': 'max-age=60' }, 403],
    ['credential', { Authorization: 'Bearer x' }, { 'Cache-Control': 'public, max-age=60' }, 401],
    ['no-freshness', {}, {}],
    ['stale', {}, { 'Cache-Control': 'max-age=0' }],
    ['stale', {}, { 'Cache-Control': 'max-age=60', Age: '60' }],
    ['stale', {}, { 'Cache-Control': 'max-age=60', Age: '70, 5' }],
    ['status', {}, { 'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 403],
    ['request-no-store', { 'Cache-Control': 'no-store' }, { 'Cache-Control': 'max-age=60' }],
  ];
  it(`refuses ${refusals.length} kinds of answer, each with its reason`, async () => {
    for (const [why, headers, response, code] of refusals) {
      const v = await edge(() => answer('x', response, code));
      const first = await v.send({ target: '/a', headers });
      expect(status(first), JSON.stringify(response)).toContain(`detail=${why}`);
      await v.send({ target: '/a', headers });
      expect(v.asked, why).toHaveLength(2);
    }
    expect(refusals.length).toBeGreaterThan(12);
  });

  it('refuses a page under the name of a file', async () => {
    const v = await edge(() =>
      answer('secret', { 'Cache-Control': 'max-age=60', 'Content-Type': 'text/html; charset=utf-8' }),
    );
    for (const target of ['/account/me.css', '/account;x.js', '/account%3bx.png', '/account%3Fx.ico']) {
      expect(status(await v.send({ target })), target).toContain('detail=deceptive');
    }
    expect(status(await v.send({ target: '/account' }))).toContain('stored');
  });

  it('does not keep what depended on a key, unless the route is shareable', async () => {
    const v = await edge(() => answer('x', { 'Cache-Control': 'public, max-age=60' }));
    const refused = await v.send({ target: '/keyed' });
    expect(refused.status).toBe(403);
    expect(status(refused)).toContain('detail=made-here');
    expect(v.asked).toHaveLength(0);
    await v.close();
  });

  it('passes a GET with a body and keeps nothing of it', async () => {
    const v = await edge(({ body }) => answer(`you said ${body}`, { 'Cache-Control': 'max-age=60' }));
    expect((await v.send({ target: '/a', body: 'evil' })).body).toBe('you said evil');
    expect((await v.send({ target: '/a' })).body).toBe('you said ');
  });

  it('tells apart what an origin might: double names, encodings, hosts', async () => {
    const v = await edge(
      ({ target, headers }) => answer(`${headers.get('host')}${target}`, { 'Cache-Control': 'max-age=60' }),
      {},
      { listen: { paths: { encodedSlash: 'keep' } } },
    );
    const targets = ['/a?x=1&x=2', '/a?x=2&x=1', '/a?x=1', '/a?', '/a', '/a%2fb', '/a/b', '/%61'];
    for (const target of targets) expect((await v.send({ target })).body, target).toContain(target);
    for (const target of targets) expect((await v.send({ target })).body, target).toContain(target);
    expect(v.asked).toHaveLength(targets.length);
    await v.send({ target: '/a', headers: { Host: 'evil.test' } });
    expect(v.asked).toHaveLength(targets.length + 1);
  });

  it('keeps forged fields away from a shared answer', async () => {
    const v = await edge(({ headers }) =>
      answer(
        [...headers.names]
          .filter((name) => /^x-(?:host|forwarded-scheme|original|rewrite|http-method)/.test(name))
          .join(),
        { 'Cache-Control': 'max-age=60' },
      ),
    );
    const forged = {
      'X-Forwarded-Scheme': 'http',
      'X-Host': 'evil',
      'X-Original-URL': '/admin',
      'X-Rewrite-URL': '/admin',
      'X-HTTP-Method-Override': 'DELETE',
      'X-Forwarded-Host': 'evil',
    };
    expect((await v.send({ target: '/a', headers: forged })).body).toBe('');
    expect(v.asked[0]?.headers.get('x-forwarded-host')).toBe('localhost');
  });
});

describe('validation', () => {
  const validated =
    (etag: string) =>
    ({ headers }: Asked): Inbound =>
      headers.get('if-none-match') === etag
        ? answer('', { ETag: etag, 'Cache-Control': 'max-age=5', 'X-New': 'yes' }, 304)
        : answer('body', { ETag: etag, 'Cache-Control': 'max-age=5' });

  it('asks whether an expired entry is still good, and takes over what the 304 says', async () => {
    const v = await edge(validated('"1"'));
    await v.send({ target: '/a' });
    v.clock.turn(6000);
    const renewed = await v.send({ target: '/a' });
    expect([renewed.status, renewed.body, renewed.headers.get('x-new'), renewed.headers.get('age')]).toEqual([
      200,
      'body',
      'yes',
      '0',
    ]);
    const hit = await v.send({ target: '/a', headers: { 'If-None-Match': 'W/"1"' } });
    expect([hit.status, hit.body, status(hit)]).toEqual([304, '', 'sallyport; hit; ttl=5']);
    expect(v.asked).toHaveLength(2);
  });

  it('asks again without conditions when a 304 names another version', async () => {
    const v = await edge(({ headers }) =>
      headers.has('if-none-match')
        ? answer('', { ETag: '"9"' }, 304)
        : answer(`n${v.asked.length}`, { ETag: '"1"', 'Cache-Control': 'max-age=5' }),
    );
    await v.send({ target: '/a' });
    v.clock.turn(6000);
    expect((await v.send({ target: '/a' })).body).toBe('n3');
    expect((await v.send({ target: '/a' })).body).toBe('n3');
    expect(v.asked).toHaveLength(3);
  });

  it('gives the viewer his own 304 while the store gets the whole', async () => {
    const v = await edge(validated('"1"'));
    const first = await v.send({ target: '/a', headers: { 'If-None-Match': '"1"' } });
    expect([first.status, first.body]).toEqual([304, '']);
    expect((await v.send({ target: '/a' })).body).toBe('body');
    expect(v.asked).toHaveLength(1);
  });

  it('answers for a broken origin within stale-if-error, and not where validation is a must', async () => {
    for (const [directives, wanted] of [
      ['max-age=5, stale-if-error=60', 200],
      ['max-age=5, stale-if-error=60, must-revalidate', 503],
      ['max-age=5', 503],
    ] as const) {
      const v = await edge(() =>
        v.asked.length > 1 ? answer('down', {}, 503) : answer('up', { 'Cache-Control': directives }),
      );
      await v.send({ target: '/a' });
      v.clock.turn(10_000);
      const reply = await v.send({ target: '/a' });
      expect(reply.status, directives).toBe(wanted);
      if (wanted === 200) expect(status(reply)).toBe('sallyport; hit; ttl=-5; detail=stale-if-error');
    }
  });

  it('serves stale at once and asks behind the viewer, once', async () => {
    const v = await edge(() =>
      answer(`n${v.asked.length}`, { 'Cache-Control': 'max-age=5, stale-while-revalidate=60' }),
    );
    await v.send({ target: '/a' });
    v.clock.turn(6000);
    const stale = await Promise.all([1, 2, 3].map(() => v.send({ target: '/a' })));
    expect(stale.map(({ body }) => body)).toEqual(['n1', 'n1', 'n1']);
    await v.app.settle();
    expect(v.asked).toHaveLength(2);
    expect((await v.send({ target: '/a' })).body).toBe('n2');
  });
});

describe('ranges', () => {
  const text = '0123456789';
  it('cuts them from a whole one', async () => {
    const v = await edge(() => answer(text, { 'Cache-Control': 'max-age=60', ETag: '"e"' }));
    await v.send({ target: '/a' });
    const rows: readonly (readonly [Fields, number, string])[] = [
      [{ Range: 'bytes=2-4' }, 206, '234'],
      [{ Range: 'bytes=-3' }, 206, '789'],
      [{ Range: 'bytes=8-' }, 206, '89'],
      [{ Range: 'bytes=10-' }, 416, ''],
      [{ Range: 'bytes=0-1,4-5' }, 200, text],
      [{ Range: 'bytes=4-2' }, 200, text],
      [{ Range: 'bytes=0-1', 'If-Range': '"e"' }, 206, '01'],
      [{ Range: 'bytes=0-1', 'If-Range': '"f"' }, 200, text],
      [{ Range: 'bytes=0-1', 'If-None-Match': '"e"' }, 304, ''],
    ];
    for (const [headers, code, body] of rows) {
      const reply = await v.send({ target: '/a', headers });
      expect([reply.status, reply.body], JSON.stringify(headers)).toEqual([code, body]);
    }
    expect(v.asked).toHaveLength(1);
  });

  const ranged =
    (etag: string | null) =>
    ({ headers }: Asked): Inbound => {
      const range = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '');
      const own: Fields = { 'Cache-Control': 'max-age=60', ...(etag ? { ETag: etag } : {}) };
      if (!range) return answer(text, own);
      const [from, to] = [Number(range[1]), Number(range[2])];
      return answer(text.slice(from, to + 1), { ...own, 'Content-Range': `bytes ${from}-${to}/10` }, 206);
    };

  it('joins parts of one version to a whole', async () => {
    const v = await edge(ranged('"e"'));
    for (const range of ['bytes=0-3', 'bytes=6-9', 'bytes=3-6'])
      expect((await v.send({ target: '/a', headers: { Range: range } })).status).toBe(206);
    expect((await v.send({ target: '/a', headers: { Range: 'bytes=1-8' } })).body).toBe('12345678');
    const whole = await v.send({ target: '/a' });
    expect([whole.status, whole.body, whole.headers.get('content-length')]).toEqual([200, text, '10']);
    expect(v.asked).toHaveLength(3);
  });

  it('never joins parts that no strong tag holds together', async () => {
    for (const etag of [null, 'W/"e"']) {
      const v = await edge(ranged(etag));
      for (const range of ['bytes=0-4', 'bytes=5-9']) await v.send({ target: '/a', headers: { Range: range } });
      expect((await v.send({ target: '/a', headers: { Range: 'bytes=6-7' } })).body).toBe('67');
      expect(v.asked).toHaveLength(2);
      await v.send({ target: '/a', headers: { Range: 'bytes=3-6' } });
      expect(v.asked).toHaveLength(3);
    }
  });

  it('keeps no part that contradicts itself', async () => {
    const v = await edge(() =>
      answer('012', { 'Cache-Control': 'max-age=60', 'Content-Range': 'bytes 0-3/10', ETag: '"e"' }, 206),
    );
    for (let at = 0; at < 2; at++)
      expect(status(await v.send({ target: '/a', headers: { Range: 'bytes=0-3' } }))).toContain('range-wrong');
    expect(v.asked).toHaveLength(2);
  });
});

/** An answer whose body the test hands out by itself. */
function held(
  headers: Fields,
  length: number | null = null,
): { readonly inbound: Inbound; readonly sink: () => BodySink } {
  let sink: BodySink | undefined;
  const body = Body.from((to) => {
    sink = to;
    return { pause() {}, resume() {}, cancel() {} };
  }, length);
  const framed = length === null ? { 'Transfer-Encoding': 'chunked' } : {};
  return {
    inbound: { status: 200, headers: HeaderList.of({ ...framed, ...headers }), body, address: 'script' },
    sink: () => sink as BodySink,
  };
}
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('many at once', () => {
  it('sends one of fifty to the origin', async () => {
    const v = await edge(async () => (await tick(), answer('one', { 'Cache-Control': 'max-age=60' })));
    const replies = await Promise.all(Array.from({ length: 50 }, () => v.send({ target: '/a' })));
    expect(new Set(replies.map(({ body }) => body))).toEqual(new Set(['one']));
    expect(v.asked).toHaveLength(1);
    expect(replies.filter((reply) => status(reply).includes('collapsed'))).toHaveLength(49);
  });

  it('releases, and does not answer, those who waited for what may not be shared', async () => {
    let n = 0;
    const v = await edge(async () => {
      const own = ++n;
      await tick();
      return answer(`private ${own}`, { 'Cache-Control': 'private' });
    });
    const replies = await Promise.all(Array.from({ length: 50 }, () => v.send({ target: '/a' })));
    expect(new Set(replies.map(({ body }) => body)).size).toBe(50);
    expect(v.asked).toHaveLength(50);
  });

  it('lets a second viewer follow what comes in for the first, and learn that it broke off', async () => {
    const { inbound, sink } = held({ 'Cache-Control': 'max-age=60', 'Content-Length': '6' }, 6);
    const v = await edge(() => (v.asked.length === 1 ? inbound : answer('second', { 'Cache-Control': 'max-age=60' })));
    const replies = [v.send({ target: '/a' }), v.send({ target: '/a' })];
    await tick();
    sink().data(bytes('abc'));
    await tick();
    sink().fail(new Error('the line was cut'));
    expect((await Promise.allSettled(replies)).map((each) => each.status)).toEqual(['rejected', 'rejected']);
    const after = await v.send({ target: '/a' });
    expect([after.body, v.asked.length]).toEqual(['second', 2]);
  });

  it('keeps no body whose end nobody can tell', async () => {
    const { inbound, sink } = held({ 'Cache-Control': 'max-age=60' });
    const unframed = { ...inbound, headers: inbound.headers.without('transfer-encoding') };
    const v = await edge(() => (v.asked.length === 1 ? unframed : answer('second', { 'Cache-Control': 'max-age=60' })));
    const reply = v.send({ target: '/a' });
    await tick();
    sink().data(bytes('cut'));
    sink().end();
    expect(status(await reply)).toContain('detail=unframed');
    expect((await v.send({ target: '/a' })).body).toBe('second');
  });

  it('stays out of handshakes', async () => {
    const v = await edge(() => answer('x', { 'Cache-Control': 'max-age=60' }));
    await v.send({ target: '/a' });
    expect(status(await v.send({ target: '/a', headers: { Connection: 'Upgrade', Upgrade: 'websocket' } }))).toContain(
      'fwd=bypass',
    );
    expect(v.asked).toHaveLength(2);
  });

  it('keeps no body of another length than declared', async () => {
    for (const content of ['abc', 'abcdefghi']) {
      const { inbound, sink } = held({ 'Cache-Control': 'max-age=60', 'Content-Length': '6' }, 6);
      const v = await edge(() =>
        v.asked.length === 1 ? inbound : answer('second', { 'Cache-Control': 'max-age=60' }),
      );
      const reply = v.send({ target: '/a' });
      await tick();
      sink().data(bytes(content));
      sink().end();
      await expect(reply).rejects.toThrow('declared 6');
      expect((await v.send({ target: '/a' })).body).toBe('second');
    }
  });
});

describe('writes and purges', () => {
  it('forgets what was written over, and what the answer names on the same host', async () => {
    const v = await edge(({ method }) =>
      method === 'GET'
        ? answer(`n${v.asked.length}`, { 'Cache-Control': 'max-age=60' })
        : answer('', { Location: '/b', 'Content-Location': 'http://elsewhere.test/c' }, 201),
    );
    for (const target of ['/a', '/b', '/c']) await v.send({ target });
    await v.send({ method: 'POST', target: '/a', body: 'x' });
    expect((await v.send({ target: '/a' })).body).toBe('n5');
    expect((await v.send({ target: '/b' })).body).toBe('n6');
    expect((await v.send({ target: '/c' })).body).toBe('n3');
  });

  it('keeps nothing that was on its way when a write came', async () => {
    const { inbound, sink } = held({ 'Cache-Control': 'max-age=60' });
    const v = await edge(({ method }) =>
      method === 'POST'
        ? answer('', {}, 204)
        : v.asked.length === 1
          ? inbound
          : answer('new', { 'Cache-Control': 'max-age=60' }),
    );
    const old = v.send({ target: '/a' });
    await tick();
    await v.send({ method: 'POST', target: '/a', body: 'x' });
    expect((await v.send({ target: '/a' })).body).toBe('new');
    sink().data(bytes('old'));
    sink().end();
    expect((await old).body).toBe('old');
    expect((await v.send({ target: '/a' })).body).toBe('new');
  });

  it('answers only-if-cached from the store or not at all', async () => {
    const v = await edge(() => answer('x', { 'Cache-Control': 'max-age=60' }));
    const refused = await v.send({ target: '/a', headers: { 'Cache-Control': 'only-if-cached' } });
    expect([refused.status, refused.from]).toEqual([504, { by: 'refusal', code: 'cache.only-if-cached' }]);
    await v.send({ target: '/a' });
    expect((await v.send({ target: '/a', headers: { 'Cache-Control': 'only-if-cached' } })).body).toBe('x');
  });
});
