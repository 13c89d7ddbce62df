import { describe, expect, it } from 'vitest';
import { answer, cloudfront, distribution, seconds, xCache, type Fields } from './parts.ts';

const keep = { 'Cache-Control': 'max-age=3600' };

describe('behaviours and keys', () => {
  it('T1 uses the first pattern that matches, not the most specific', async () => {
    const v = await distribution(
      ({ target }) => answer(target),
      [
        { path: 'images/*.jpg', originPath: '/jpg' },
        { path: 'images/*', originPath: '/images' },
        { path: '*.gif', originPath: '/gif' },
        { path: '*' },
      ],
    );
    expect((await v.send({ target: '/images/sample.gif' })).body).toBe('/images/images/sample.gif');
    expect((await v.send({ target: '/images/a/b.jpg' })).body).toBe('/jpg/images/a/b.jpg');
    expect((await v.send({ target: '/x.gif?a.jpg' })).body).toBe('/gif/x.gif?a.jpg');
  });

  it('T2 matches with case', async () => {
    const v = await distribution(() => answer('x'), [{ path: '/A*' }]);
    const reply = await v.send({ target: '/abc' });
    expect([reply.status, reply.from]).toEqual([403, { by: 'refusal', code: 'edge.no-behaviour' }]);
    expect((await v.send({ target: '/Abc' })).status).toBe(200);
  });

  it('T3 keeps out of the key, and from the origin, what is not listed', async () => {
    const v = await distribution(
      ({ target }) => answer(target, keep),
      [{ cache: cloudfront({ key: { query: { only: ['q'] } } }) }],
    );
    expect(xCache(await v.send({ target: '/s?q=1&license=a' }))).toBe('Miss');
    const second = await v.send({ target: '/s?q=1&license=b' });
    expect([xCache(second), second.body, v.asked.length]).toEqual(['Hit', '/s?q=1', 1]);
  });

  it('T4 minds the order of parameters when all are in the key', async () => {
    const v = await distribution(() => answer('x', keep), [{ cache: cloudfront({ key: { query: 'all' } }) }]);
    expect(xCache(await v.send({ target: '/s?a=1&b=2' }))).toBe('Miss');
    expect(xCache(await v.send({ target: '/s?b=2&a=1' }))).toBe('Miss');
    const sorted = await distribution(
      () => answer('x', keep),
      [{ cache: cloudfront({ key: { query: 'all', sortQuery: true } }) }],
    );
    await sorted.send({ target: '/s?a=1&b=2' });
    expect(xCache(await sorted.send({ target: '/s?b=2&a=1' }))).toBe('Hit');
  });

  it('T5 takes only & for a separator', async () => {
    const v = await distribution(
      ({ target }) => answer(target, keep),
      [{ cache: cloudfront({ key: { query: { only: ['color'] } } }) }],
    );
    expect((await v.send({ target: '/s?color=red;size=large&x=1' })).body).toBe('/s?color=red;size=large');
  });

  it('T6 compares names of header fields without case and values with it', async () => {
    const v = await distribution(() => answer('x', keep), [{ cache: cloudfront({ key: { headers: ['Product'] } }) }]);
    const results = [];
    for (const headers of [{ Product: 'Acme' }, { product: 'Acme' }, { Product: 'acme' }] as Fields[])
      results.push(xCache(await v.send({ target: '/', headers })));
    expect(results).toEqual(['Miss', 'Hit', 'Miss']);
    expect(v.asked[0]?.headers.get('product')).toBe('Acme');
  });

  const rows: readonly (readonly [
    enabled: ('gzip' | 'br')[],
    accepts: string | null,
    atOrigin: string | undefined,
    sameKeyAs: string | null,
  ])[] = [
    [['gzip', 'br'], 'gzip, deflate, br', 'br,gzip', 'br;q=0.5, gzip'],
    [['gzip', 'br'], 'gzip', 'gzip', 'gzip, deflate'],
    [['gzip', 'br'], 'br', 'br', 'br, zstd'],
    [['gzip'], 'gzip, br', 'gzip', 'gzip'],
    [['gzip', 'br'], 'deflate', 'identity', 'zstd'],
    [['gzip', 'br'], 'gzip;q=0', 'identity', 'deflate'],
    [['gzip', 'br'], null, undefined, 'deflate'],
    [[], 'gzip', undefined, 'br'],
  ];
  it(`T7 treats Accept-Encoding by its ${rows.length} rows`, async () => {
    for (const [encodings, accepts, atOrigin, other] of rows) {
      const v = await distribution(() => answer('x', keep), [{ cache: cloudfront({ key: { encodings } }) }]);
      const send = (value: string | null): Promise<{ headers: import('../../../src/http/headers.ts').HeaderList }> =>
        v.send({ target: '/', headers: value === null ? {} : { 'Accept-Encoding': value } });
      await send(accepts);
      expect(v.asked[0]?.headers.get('accept-encoding'), String(accepts)).toBe(atOrigin);
      expect(xCache(await send(other)), `${accepts} and ${other}`).toBe('Hit');
    }
    expect(rows.length).toBe(8);
  });
});

describe('times to live', () => {
  const lives = async (
    ttl: { min?: `${number}s`; default?: `${number}s`; max?: `${number}s` },
    headers: (now: number) => Fields,
  ): Promise<number> => {
    const v = await distribution(() => answer('x', headers(v.clock.now())), [{ cache: cloudfront({ ttl }) }]);
    await v.send({ target: '/' });
    let at = 0;
    for (const step of [1, 1, 1, 1, 1, 5, 9, 1, 10, 29, 1, 3539, 1, 3600, 1]) {
      v.clock.turn(seconds(step));
      at += step;
      if (xCache(await v.send({ target: '/' })) !== 'Hit') return at;
    }
    return Number.POSITIVE_INFINITY;
  };
  const expires =
    (after: number) =>
    (now: number): Fields => ({
      Date: new Date(now).toUTCString(),
      Expires: new Date(now + seconds(after)).toUTCString(),
    });

  it('T8 keeps lifetimes between the least and the most', async () => {
    const ttl = { min: '0s', default: '60s', max: '3600s' } as const;
    expect(await lives(ttl, () => ({ 'Cache-Control': 'max-age=10' }))).toBe(10);
    expect(await lives(ttl, () => ({ 'Cache-Control': 'max-age=7200' }))).toBe(3600);
    expect(await lives(ttl, () => ({}))).toBe(60);
    expect(await lives(ttl, () => ({ 'Cache-Control': 's-maxage=5, max-age=100' }))).toBe(5);
    expect(await lives(ttl, expires(30))).toBe(30);
  });

  it('T9 keeps for the least time what should not be kept', async () => {
    const ttl = { min: '20s', default: '10s', max: '3600s' } as const;
    expect(await lives(ttl, () => ({ 'Cache-Control': 'max-age=5' }))).toBe(20);
    expect(await lives(ttl, () => ({ 'Cache-Control': 'no-store' }))).toBe(20);
    expect(await lives(ttl, () => ({}))).toBe(20);
  });

  it('T10 never hits what is private, no-store or no-cache, with a least time of 0', async () => {
    for (const value of ['private', 'no-store', 'no-cache', 'private, max-age=60']) {
      const v = await distribution(
        () => answer('x', { 'Cache-Control': value, ETag: '"e"' }),
        [{ cache: cloudfront() }],
      );
      for (let at = 0; at < 3; at++) expect(xCache(await v.send({ target: '/' })), value).not.toBe('Hit');
      expect(v.asked).toHaveLength(3);
    }
  });

  it('T11 does not let a viewer force the way to the origin', async () => {
    const v = await distribution(() => answer('x', keep), [{ cache: cloudfront() }]);
    await v.send({ target: '/' });
    for (const headers of [
      { 'Cache-Control': 'no-cache' },
      { Pragma: 'no-cache' },
      { 'Cache-Control': 'max-age=0' },
    ] as Fields[]) {
      expect(xCache(await v.send({ target: '/', headers }))).toBe('Hit');
    }
  });
});

describe('handshakes', () => {
  it('T37 are not answered from the cache, and are plain requests where Sec-WebSocket-Key is not forwarded', async () => {
    const handshake = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
    };
    const without = await distribution(() => answer('x', keep), [{ cache: cloudfront() }]);
    await without.send({ target: '/' });
    await without.send({ target: '/', headers: handshake });
    expect([without.asked.length, without.asked[1]?.headers.has('sec-websocket-key')]).toEqual([2, false]);
  });
});
