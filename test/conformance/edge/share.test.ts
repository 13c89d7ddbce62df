import { describe, expect, it } from 'vitest';
import { CacheRoom } from '../../../src/cache/room.ts';
import { parsePurge } from '../../../src/cache/purge.ts';
import { MemoryObjects } from '../../../src/stores/memory/objects.ts';
import { answer, cloudfront, distribution, tick, xCache, type Fields } from './parts.ts';

const keep = { 'Cache-Control': 'max-age=3600' };

describe('collapsing', () => {
  const together = async (
    headers: Fields,
    cache: Parameters<typeof cloudfront>[0],
    more: object = {},
  ): Promise<{ readonly asked: number; readonly bodies: Set<string> }> => {
    let n = 0;
    const v = await distribution(async () => {
      const own = ++n;
      await tick();
      return answer(`n${own}`, headers);
    }, [{ cache: cloudfront(cache), ...more }]);
    const replies = await Promise.all(Array.from({ length: 50 }, () => v.send({ target: '/' })));
    return { asked: v.asked.length, bodies: new Set(replies.map(({ body }) => body)) };
  };
  it('T21 sends one of fifty to the origin', async () => {
    expect(await together(keep, {})).toEqual({ asked: 1, bodies: new Set(['n1']) });
  });
  it('T21 sends all fifty where the answer is private', async () => {
    const { asked, bodies } = await together({ 'Cache-Control': 'private' }, {});
    expect([asked, bodies.size]).toEqual([50, 50]);
  });
  it('T21 sends all fifty where cookies are forwarded', async () => {
    expect((await together(keep, {}, { originRequest: { cookies: 'all' } })).asked).toBe(50);
    expect((await together(keep, { key: { cookies: 'all' } })).asked).toBe(50);
  });
});

describe('ranges', () => {
  const text = '0123456789';
  const ranged = (headers: Fields) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '');
    if (!range) return answer(text, { ...keep, ETag: '"e"' });
    const [from, to] = [Number(range[1]), Number(range[2])];
    return answer(text.slice(from, to + 1), { ...keep, ETag: '"e"', 'Content-Range': `bytes ${from}-${to}/10` }, 206);
  };
  it('T22 cuts, forwards, keeps and ignores', async () => {
    const hit = await distribution(() => answer(text, keep), [{ cache: cloudfront() }]);
    await hit.send({ target: '/' });
    const cut = await hit.send({ target: '/', headers: { Range: 'bytes=2-4' } });
    expect([cut.status, cut.body, hit.asked.length]).toEqual([206, '234', 1]);
    for (const range of ['bytes=5-6,0-1', 'bytes=0-5,3-7', 'bytes=x']) {
      const whole = await hit.send({ target: '/', headers: { Range: range } });
      expect([whole.status, whole.body], range).toEqual([200, text]);
    }
    const part = await distribution(
      ({ headers }) => ranged({ range: headers.get('range') ?? '' }),
      [{ cache: cloudfront() }],
    );
    expect((await part.send({ target: '/', headers: { Range: 'bytes=0-4' } })).body).toBe('01234');
    expect(xCache(await part.send({ target: '/', headers: { Range: 'bytes=1-3' } }))).toBe('Hit');
    const ignoring = await distribution(() => answer(text, keep), [{ cache: cloudfront() }]);
    const whole = await ignoring.send({ target: '/', headers: { Range: 'bytes=0-4' } });
    expect([whole.status, whole.body]).toEqual([200, text]);
    expect((await ignoring.send({ target: '/', headers: { Range: 'bytes=0-4' } })).body).toBe('01234');
    expect(ignoring.asked).toHaveLength(1);
    const unordered = await distribution(
      ({ headers }) => ranged({ range: headers.get('range') ?? '' }),
      [{ cache: cloudfront() }],
    );
    expect((await unordered.send({ target: '/', headers: { Range: 'bytes=5-6,0-1' } })).body).toBe(text);
  });
});

describe('invalidation', () => {
  const room = async (urls: readonly string[], tags: string | null = null) => {
    const store = new MemoryObjects({ clock: { now: () => 0, ticks: () => 0 }, bytes: 1e6 });
    const v = await distribution(
      ({ target }) =>
        answer(target, { ...keep, ...(tags === null ? {} : { 'Cache-Tag': tags.replaceAll('$', target) }) }),
      [{ cache: cloudfront({ key: { query: 'all' }, ...(tags === null ? {} : { tagHeader: 'Cache-Tag' }) }) }],
      {},
      {},
      { ports: { objects: store } },
    );
    for (const target of urls) await v.send({ target });
    const own = new CacheRoom({ store, clock: v.clock, bus: null, log() {} });
    const left = async (): Promise<string[]> => {
      const found = [];
      for (const target of urls) if (store.find(`http://localhost${target}`).length > 0) found.push(target);
      return found;
    };
    const purge = async (item: string): Promise<number | string> => {
      const what = parsePurge(item);
      return typeof what === 'string' ? what : own.purge(what);
    };
    return { purge, left };
  };
  it('T23 means paths, queries and prefixes as written', async () => {
    const urls = ['/a', '/a?x=1', '/ab', '/b', '/A'];
    const rows: readonly (readonly [string, readonly string[]])[] = [
      ['/a', ['/a?x=1', '/ab', '/b', '/A']],
      ['/a?x=1', ['/a', '/ab', '/b', '/A']],
      ['/a*', ['/b', '/A']],
      ['/*', []],
    ];
    for (const [item, left] of rows) {
      const r = await room(urls);
      expect(await r.purge(item)).toBe(urls.length - left.length);
      expect(await r.left(), item).toEqual(left);
    }
    const r = await room(urls);
    expect([
      await r.purge('a'),
      await r.purge('/a*b'),
      await r.purge(`/${'a'.repeat(4000)}`),
      await r.purge(''),
    ]).toEqual(['no-slash', 'star-inside', 'too-long', 'empty']);
  });
  it('T23 takes a sixteenth prefix too: each is carried out before the next, so none is ever in progress', async () => {
    const urls = Array.from({ length: 17 }, (_, at) => `/${String.fromCharCode(97 + at)}/x`);
    const r = await room(urls);
    for (const url of urls.slice(0, 16)) expect(await r.purge(`${url.slice(0, 3)}*`)).toBe(1);
    expect(await r.left()).toEqual(urls.slice(16));
  });
  it('T24 counts fifty tags, in any case, and none without the setting', async () => {
    const many = Array.from({ length: 51 }, (_, at) => `Tag${at}`).join(', ');
    const r = await room(['/a', '/b'], many);
    expect([await r.purge('#tag50'), await r.purge('#TAG49')]).toEqual([0, 2]);
    const none = await room(['/a']);
    expect(await none.purge('#tag1')).toBe(0);
    expect([await none.purge('#'), await none.purge('#a*')]).toEqual(['bad-tag', 'bad-tag']);
  });
});
