import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { answer, cloudfront, distribution, seconds, tick, xCache, type Fields, type Origin } from './parts.ts';

const refused: Origin = () => {
  throw new Fault('integration.origin.connect', 'origin', 'refused', { retry: true, status: 502 });
};
const silent: Origin = () => {
  throw new Fault('integration.origin.timeout', 'origin', 'hangs', { status: 504 });
};

describe('stale objects', () => {
  it('T12 serves stale while it asks, never beyond the longest time', async () => {
    const v = await distribution(
      () => answer(`n${v.asked.length}`, { 'Cache-Control': 'max-age=1, stale-while-revalidate=10' }),
      [{ cache: cloudfront({ ttl: { max: '5s', default: '1s' } }) }],
    );
    await v.send({ target: '/' });
    v.clock.turn(seconds(3));
    expect((await v.send({ target: '/' })).body).toBe('n1');
    await v.app.settle();
    expect(v.asked).toHaveLength(2);
    v.clock.turn(seconds(6));
    expect((await v.send({ target: '/' })).body).toBe('n3');
  });

  it('T13 serves stale where the origin fails, until the longest time', async () => {
    const failures: readonly (readonly [string, Origin])[] = [
      ['500', () => answer('broken', {}, 500)],
      ['refused', refused],
      ['hangs', silent],
    ];
    for (const [name, fail] of failures) {
      const v = await distribution(
        (asked) =>
          v.asked.length === 1 ? answer('good', { 'Cache-Control': 'max-age=10, stale-if-error=100' }) : fail(asked),
        [
          {
            attempts: 1,
            cache: cloudfront({
              ttl: { max: '60s', default: '10s' },
              errors: { '500': '0s', '502': '0s', '504': '0s' },
            }),
          },
        ],
      );
      await v.send({ target: '/' });
      for (const at of [20, 25]) {
        v.clock.turn(seconds(at === 20 ? 20 : 25));
        const reply = await v.send({ target: '/' });
        expect([reply.status, reply.body], name).toEqual([200, 'good']);
      }
      v.clock.turn(seconds(20));
      expect((await v.send({ target: '/' })).status, name).toBeGreaterThanOrEqual(500);
    }
    expect(failures).toHaveLength(3);
  });

  it('T14 serves an expired copy for a broken origin and asks once per error time', async () => {
    const v = await distribution(
      () => (v.asked.length === 1 ? answer('good', { 'Cache-Control': 'max-age=10' }) : answer('down', {}, 503)),
      [{ cache: cloudfront() }],
    );
    await v.send({ target: '/' });
    v.clock.turn(seconds(20));
    for (let at = 0; at < 30; at++) {
      const reply = await v.send({ target: '/' });
      expect([reply.status, reply.body]).toEqual([200, 'good']);
      v.clock.turn(seconds(1));
    }
    expect(v.asked).toHaveLength(1 + 3);
  });

  it('T14 gives errors where the origin says stale-if-error=0', async () => {
    const v = await distribution(
      () =>
        v.asked.length === 1
          ? answer('good', { 'Cache-Control': 'max-age=10, stale-if-error=0' })
          : answer('down', {}, 503),
      [{ cache: cloudfront() }],
    );
    await v.send({ target: '/' });
    v.clock.turn(seconds(20));
    expect((await v.send({ target: '/' })).status).toBe(503);
  });

  it('T15 gives a 404 as it is', async () => {
    const v = await distribution(
      () => (v.asked.length === 1 ? answer('good', { 'Cache-Control': 'max-age=10' }) : answer('gone', {}, 404)),
      [{ cache: cloudfront() }],
    );
    await v.send({ target: '/' });
    v.clock.turn(seconds(20));
    expect((await v.send({ target: '/' })).status).toBe(404);
  });
});

describe('errors', () => {
  const keptFor = async (status: number, headers: Fields, errors: Record<string, `${number}s`>): Promise<number> => {
    const v = await distribution(() => answer('no', headers, status), [{ cache: cloudfront({ errors }) }]);
    await v.send({ target: '/' });
    for (let at = 0; at < 100; at++) {
      await v.send({ target: '/' });
      if (v.asked.length > 1) return at;
      v.clock.turn(seconds(1));
    }
    return 100;
  };
  it('T16 keeps errors by the table', async () => {
    let rows = 0;
    const row = async (status: number, headers: Fields, min: 0 | 10 | null, wanted: number): Promise<void> => {
      rows++;
      expect(
        await keptFor(status, headers, min === null ? {} : { [status]: `${min}s` }),
        `${status} ${JSON.stringify(headers)} ${min}`,
      ).toBe(wanted);
    };
    for (const status of [404, 414, 500, 501, 502, 503, 504]) {
      await row(status, {}, null, 10);
      await row(status, {}, 0, 0);
      await row(status, { 'Cache-Control': 'max-age=5' }, 0, 5);
      await row(status, { 'Cache-Control': 'max-age=30' }, 10, 30);
      await row(status, { 'Cache-Control': 'no-store' }, 10, 10);
    }
    for (const status of [400, 403, 405, 412, 415]) {
      await row(status, {}, 10, 0);
      await row(status, { 'Cache-Control': 'max-age=5' }, 0, 5);
      await row(status, { 'Cache-Control': 'max-age=5' }, 10, 10);
    }
    for (const status of [401, 409, 410, 416, 429]) await row(status, { 'Cache-Control': 'max-age=60' }, 10, 0);
    expect(rows).toBe(7 * 5 + 5 * 3 + 5);
  });

  it("T17 never lets one caller's 403 reach another", async () => {
    for (const min of ['0s', '10s'] as const) {
      for (const headers of [{}, { 'Cache-Control': 'max-age=60' }] as Fields[]) {
        const v = await distribution(
          ({ target }) =>
            target.includes('license=good')
              ? answer('data', { 'Cache-Control': 'max-age=60' })
              : answer('no', headers, 403),
          [
            {
              licences: true,
              cache: cloudfront({ key: { query: { only: ['q'] } }, errors: { '403': min } }),
              originRequest: { query: 'all' },
            },
          ],
          { licences: { from: { origin: true }, forward: true } },
        );
        expect((await v.send({ target: '/s?q=1&license=bad' })).status).toBe(403);
        const good = await v.send({ target: '/s?q=1&license=good' });
        expect([good.status, good.body]).toEqual([200, 'data']);
      }
    }
  });

  it('T18 releases those with a good key who wait behind a bad one', async () => {
    const v = await distribution(
      async ({ target }) => {
        await tick();
        return target.includes('license=good')
          ? answer('data', { 'Cache-Control': 'max-age=60' })
          : answer('no', { 'Cache-Control': 'max-age=60' }, 403);
      },
      [{ licences: true, cache: cloudfront({ key: { query: { only: ['q'] } } }), originRequest: { query: 'all' } }],
      { licences: { from: { origin: true }, forward: true } },
    );
    const replies = await Promise.all(
      ['bad', 'good', 'good', 'good', 'good'].map((key) => v.send({ target: `/s?q=1&license=${key}` })),
    );
    expect(replies.map(({ status }) => status)).toEqual([403, 200, 200, 200, 200]);
  });

  const pages = { errors: { '404': { page: '/e.html', status: 200 }, '502': { page: '/e.html' } } };
  it('T19 shows another page with another status, and still calls it an error', async () => {
    const v = await distribution(
      ({ target }) =>
        target === '/e.html' ? answer('sorry', { 'Cache-Control': 'max-age=60' }) : answer('no', {}, 404),
      [{ path: '/e.html', cache: cloudfront() }, { cache: cloudfront() }],
      pages,
    );
    const reply = await v.send({ target: '/missing' });
    expect([reply.status, reply.body, xCache(reply)]).toEqual([200, 'sorry', 'Error']);
    const again = await v.send({ target: '/missing2' });
    expect([again.body, v.asked.filter(({ target }) => target === '/e.html').length]).toEqual(['sorry', 1]);
  });

  it('T19 shows a page for an origin that cannot be reached', async () => {
    const v = await distribution(
      (asked) => (asked.target === '/e.html' ? answer('sorry') : refused(asked)),
      [{ path: '/e.html' }, { cache: cloudfront() }],
      pages,
    );
    const reply = await v.send({ target: '/x' });
    expect([reply.status, reply.body]).toEqual([502, 'sorry']);
  });

  it('T20 gives what fetching the page gave, where the page is broken', async () => {
    const v = await distribution(
      ({ target }) => answer('x', {}, target === '/e.html' ? 410 : 404),
      [{ cache: cloudfront() }],
      pages,
    );
    expect((await v.send({ target: '/x' })).status).toBe(410);
  });
});
