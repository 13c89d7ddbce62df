import { describe, expect, it } from 'vitest';
import type { DocumentInput } from '../../../src/config/document.ts';
import { inEveryShell, toBeRefused, type Script } from '../../../src/testing/index.ts';
import { answer, cloudfront, xCache } from './parts.ts';

/** The seed of the project, behind every door: an expensive answer that is the same for all, and keys that must not split it. */

const results: Script = ({ target }) =>
  target.includes('license=bad')
    ? answer('who are you', { 'Cache-Control': 'max-age=60' }, 403)
    : answer('results', { 'Cache-Control': 'max-age=60' });

const documentOf = (licences: NonNullable<NonNullable<DocumentInput['edge']>['licences']>): DocumentInput => ({
  origins: { search: { url: 'http://search.test', retries: 0 } },
  routes: {},
  logging: { keepSteps: 'all' },
  edge: {
    behaviours: [
      {
        origin: 'search',
        methods: 'read',
        licences: true,
        cache: cloudfront({ key: { query: { only: ['q'] } } }),
        originRequest: { query: 'all' },
      },
    ],
    licences,
  },
});

const list = { ann: { name: 'Ann' }, bob: { name: 'Bob' }, cut: { enabled: false }, old: { expires: '2020-01-01' } };

describe('licences checked before the cache', () => {
  const story = { document: documentOf({ from: { list } }), origin: results };

  inEveryShell(it, 'one trip for many customers, and no key at the origin', story, async (edge) => {
    const first = await edge.send({ target: '/s?q=1&license=ann' });
    const second = await edge.send({ target: '/s?license=bob&q=1' });
    expect([first.body, second.body, xCache(first), xCache(second)]).toEqual(['results', 'results', 'Miss', 'Hit']);
    expect(edge.asked.map(({ target }) => target)).toEqual(['/s?q=1']);
  });

  inEveryShell(it, 'each kind of bad key is refused on a hit too', story, async (edge) => {
    await edge.send({ target: '/s?q=1&license=ann' });
    toBeRefused(await edge.send({ target: '/s?q=1' }), 'edge.licence.missing', 401);
    toBeRefused(await edge.send({ target: '/s?q=1&license=nobody' }), 'edge.licence.unknown', 403);
    toBeRefused(await edge.send({ target: '/s?q=1&license=cut' }), 'edge.licence.unknown', 403);
    toBeRefused(await edge.send({ target: '/s?q=1&license=old' }), 'edge.licence.expired', 403);
    toBeRefused(await edge.send({ method: 'HEAD', target: '/s?q=1' }), 'edge.licence.missing', 401);
    const conditional = { target: '/s?q=1&license=nobody', headers: { 'If-None-Match': '*' } };
    toBeRefused(await edge.send(conditional), 'edge.licence.unknown', 403);
    expect((await edge.send({ target: '/s?q=1&license=bob' })).status).toBe(200);
    expect(edge.asked).toHaveLength(1);
  });

  inEveryShell(it, 'no key in any record', story, async (edge) => {
    for (const key of ['ann', 'stranger', 'cut']) {
      const { record } = await edge.send({ target: `/s?q=1&license=${key}` });
      expect(JSON.stringify(record)).not.toContain(`license=${key}`);
    }
  });
});

describe('licences checked by the origin', () => {
  const story = { document: documentOf({ from: { origin: true }, forward: true }), origin: results };

  inEveryShell(it, "T17 one customer's 403 never reaches another", story, async (edge) => {
    expect((await edge.send({ target: '/s?q=1&license=bad' })).status).toBe(403);
    const good = await edge.send({ target: '/s?q=1&license=good' });
    expect([good.status, good.body]).toEqual([200, 'results']);
    expect(edge.asked.map(({ target }) => target)).toEqual(['/s?q=1&license=bad', '/s?q=1&license=good']);
  });

  inEveryShell(it, 'T18 those who wait behind a bad key are released, not answered', story, async (edge) => {
    const keys = ['bad', 'one', 'two', 'three'];
    const replies = await Promise.all(keys.map((key) => edge.send({ target: `/s?q=1&license=${key}` })));
    expect(replies.map(({ status }) => status)).toEqual([403, 200, 200, 200]);
  });
});
