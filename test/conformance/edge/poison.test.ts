import { describe, expect, it } from 'vitest';
import type { CachePolicyInput } from '../../../src/config/cache.ts';
import { Body } from '../../../src/http/body.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { answer, cloudfront, distribution, type Fields, type Origin } from './parts.ts';

/** Attempts to put something wrong into the cache, or to get another's answer out of it. Each ends with its reason in the trace. */

type Distribution = Awaited<ReturnType<typeof distribution>>;
type Reply = Awaited<ReturnType<Distribution['send']>>;
const keep = { 'Cache-Control': 'max-age=60' };

const cached = (origin: Origin, cache: CachePolicyInput = {}, paths?: object): Promise<Distribution> =>
  distribution(origin, [{ cache }], {}, paths ? { listen: { paths } } : {});

/** The word of the closed lists that the cache noted: why it was not stored, or why it was not looked at. */
const why = ({ record }: Reply): string | undefined => {
  const notes = (record.steps ?? []).flatMap((step) => (step.stage === 'cache' ? step.notes : []));
  const said = notes.find(({ what }) => what === 'not stored' || what === 'passed');
  return said?.facts?.['why'] as string | undefined;
};

describe('fields that no key holds', () => {
  const echoes: readonly string[] = [
    'X-Forwarded-Host',
    'X-Forwarded-Scheme',
    'X-Forwarded-Server',
    'X-Forwarded-Prefix',
    'X-Forwarded-Port',
    'X-Forwarded-Proto',
    'Forwarded',
    'X-Host',
    'X-HTTP-Host-Override',
    'X-Original-Host',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method',
    'X-HTTP-Method-Override',
    'X-Method-Override',
  ];
  for (const semantics of ['rfc9111', 'cloudfront'] as const)
    it.each(echoes)(`%s does not reach an origin that would answer by it (${semantics})`, async (name) => {
      const v = await cached(
        ({ headers }) => answer(`<script src="//${headers.get(name.toLowerCase()) ?? 'shop'}/a.js">`, keep),
        { semantics },
      );
      const poisoned = await v.send({ target: '/', headers: { [name]: 'evil.test' } });
      expect(poisoned.body).not.toContain('evil');
      const victim = await v.send({ target: '/' });
      expect(victim.body).not.toContain('evil');
    });
  it('one that is in the key makes an object of its own', async () => {
    const v = await cached(({ headers }) => answer(headers.get('x-host') ?? 'shop', keep), {
      key: { headers: ['X-Host'] },
    });
    expect((await v.send({ target: '/', headers: { 'X-Host': 'a.test' } })).body).toBe('a.test');
    expect((await v.send({ target: '/' })).body).toBe('shop');
  });
  it('a Host of the attacker’s is another object', async () => {
    const v = await cached(({ headers }) => answer(headers.get('host') ?? '', keep));
    await v.send({ target: '/', headers: { Host: 'evil.test' } });
    await v.send({ target: '/', headers: { Host: 'shop.test' } });
    expect(v.asked).toHaveLength(2);
  });
});

describe('a GET with a body', () => {
  it('is passed by under RFC 9111: fat-get', async () => {
    const v = await cached(({ body }) => answer(`found ${body}`, keep));
    const fat = await v.send({ target: '/s?q=1', body: 'q=evil' });
    expect([fat.body, why(fat)]).toEqual(['found q=evil', 'fat-get']);
    expect((await v.send({ target: '/s?q=1' })).body).toBe('found ');
  });
  it('is refused under CloudFront’s rules: edge.get-with-body', async () => {
    const v = await cached(() => answer('x', keep), cloudfront());
    expect((await v.send({ target: '/s?q=1', body: 'q=evil' })).record.code).toBe('edge.get-with-body');
    expect(v.asked).toHaveLength(0);
  });
});

describe('two spellings that an origin may read as one, or as two', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['the first or the last of two names', '/s?q=1&q=2', '/s?q=2&q=1'],
    ['a name once and twice', '/s?q=1', '/s?q=1&q=evil'],
    ['an encoded name', '/s?q=1', '/s?%71=1'],
    ['an encoded separator', '/s?a=1%26q=2', '/s?a=1&q=2'],
    ['a semicolon', '/s?a=1;q=2', '/s?a=1&q=2'],
    ['an encoded slash', '/a%2fb', '/a/b'],
    ['an encoded slash of the other case', '/a%2fb', '/a%2Fb'],
    ['an encoded question mark', '/a%3fq=1', '/a?q=1'],
    ['an empty query', '/a?', '/a'],
    ['an encoded letter', '/%61', '/a'],
    ['case', '/A', '/a'],
    ['a parameter of the path', '/a;x=1', '/a'],
    ['a trailing slash', '/a/', '/a'],
    ['an empty segment', '/a//b', '/a/b'],
  ];
  it.each([...rows])('are two objects: %s', async (_, one, other) => {
    const v = await cached(({ target }) => answer(target, keep), {}, { encodedSlash: 'keep', emptySegment: 'keep' });
    const first = await v.send({ target: one });
    const second = await v.send({ target: other });
    expect([first.body, second.body, v.asked.length]).toEqual([one, other, 2]);
  });
  it('with a list of names, an encoded one is not on it and does not reach the origin', async () => {
    const v = await cached(({ target }) => answer(target, keep), cloudfront({ key: { query: { only: ['q'] } } }));
    expect((await v.send({ target: '/s?q=1&%71=evil' })).body).toBe('/s?q=1');
    expect((await v.send({ target: '/s?q=1&Q=evil&q%00=x' })).record.code ?? 'hit').toMatch(/hit|admit/);
    expect(v.asked.every(({ target }) => target === '/s?q=1')).toBe(true);
  });
  it('an encoded slash and an empty segment do not come in at all by default', async () => {
    const v = await cached(() => answer('x', keep));
    expect((await v.send({ target: '/a%2fb' })).record.code).toBe('admit.target-encoded-slash');
    expect((await v.send({ target: '/a//b' })).record.code).toBe('admit.target-empty-segment');
    expect((await v.send({ target: '/a/../b' })).record.code).toBe('admit.target-dot-segment');
  });
});

describe('a page under the name of a file', () => {
  const tricks = [
    '/account/x.css',
    '/account;x.css',
    '/account%3bx.css',
    '/account%0ax.css',
    '/account%23x.css',
    '/account%3fx.css',
    '/account/..%2fx.js',
    '/account/x.PNG',
    '/account.js?a=1',
  ];
  it.each(tricks)('%s is not stored: deceptive', async (target) => {
    const v = await cached(
      () => answer('<h1>Ann’s account</h1>', { ...keep, 'Content-Type': 'text/html' }),
      {},
      { encodedSlash: 'keep' },
    );
    const reply = await v.send({ target, headers: { Cookie: 'sid=ann' } });
    if (reply.record.code?.startsWith('admit.')) return expect(v.asked).toHaveLength(0);
    expect(why(reply)).toBe('deceptive');
    await v.send({ target });
    expect(v.asked).toHaveLength(2);
  });
});

describe('keys without end', () => {
  it('a key that is too long is passed by: key-too-long', async () => {
    const v = await cached(() => answer('x', keep), { keyBytes: '100b' });
    const long = `/${'a'.repeat(200)}`;
    expect(why(await v.send({ target: long }))).toBe('key-too-long');
    await v.send({ target: long });
    expect([v.asked.length, (await v.app.cacheStats())?.objects]).toEqual([2, 0]);
  });
  it('what is remembered of keys that are not kept is bounded', async () => {
    const v = await cached(() => answer('x', { 'Cache-Control': 'no-store' }));
    for (let at = 0; at < 200; at++) expect(why(await v.send({ target: `/${at}` }))).toBe('no-store');
    expect((await v.app.cacheStats())?.objects).toBe(0);
  });
});

describe('origins that lie', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const body = (text: string, ending: 'end' | 'fail', declared: number | null): Body =>
    Body.from((sink) => {
      sink.data(bytes(text));
      queueMicrotask(() => (ending === 'end' ? sink.end() : sink.fail(new Error('gone'))));
      return { pause() {}, resume() {}, cancel() {} };
    }, declared);
  const rows: readonly (readonly [string, string, Fields, () => Body, number?])[] = [
    ['shorter than it said', 'length-wrong', { 'Content-Length': '9' }, () => body('short', 'end', 9)],
    ['longer than it said', 'length-wrong', { 'Content-Length': '2' }, () => body('longer', 'end', 2)],
    ['broken off with a length', 'cut-short', { 'Content-Length': '9' }, () => body('sh', 'fail', 9)],
    ['broken off in chunks', 'cut-short', { 'Transfer-Encoding': 'chunked' }, () => body('sh', 'fail', null)],
    ['without an end of its own', 'unframed', {}, () => body('until I close', 'end', null)],
    [
      'a part of another range',
      'range-wrong',
      { 'Content-Range': 'bytes 4-9/10', 'Content-Length': '5' },
      () => Body.of('01234'),
      206,
    ],
    ['a part of nothing', 'range-wrong', { 'Content-Range': 'bytes 9-4/10' }, () => Body.of('01234'), 206],
    ['a part without its range', 'range-wrong', {}, () => Body.of('01234'), 206],
    ['larger than is kept', 'too-large', { 'Content-Length': '2000' }, () => Body.of('x'.repeat(2000))],
    [
      'larger than is kept, in chunks',
      'too-large',
      { 'Transfer-Encoding': 'chunked' },
      () => body('x'.repeat(2000), 'end', null),
    ],
  ];
  for (const [what, reason, headers, make, status = 200] of rows)
    it(`${what}: ${reason}`, async () => {
      const v = await cached(
        () => ({ status, headers: HeaderList.of({ ...keep, ...headers }), body: make(), address: 'script' }),
        { objectBytes: '1kb' },
      );
      const range = status === 206 ? { Range: 'bytes=0-4' } : {};
      await v.send({ target: '/', headers: range }).catch(() => null);
      await v.app.settle();
      expect(why({ record: v.records.at(-1) } as Reply)).toBe(reason);
      expect((await v.app.cacheStats())?.objects).toBe(0);
    });

  it('one that breaks off when the record is long written is named in the log, with the trace', async () => {
    const said: [string, Readonly<Record<string, unknown>>][] = [];
    const slow = Body.from((sink) => {
      sink.data(bytes('sh'));
      setTimeout(() => sink.fail(new Error('gone')), 20);
      return { pause() {}, resume() {}, cancel() {} };
    }, 9);
    const v = await distribution(
      () => ({
        status: 200,
        headers: HeaderList.of({ ...keep, 'Content-Length': '9' }),
        body: slow,
        address: 'script',
      }),
      [{ cache: {} }],
      {},
      {},
      { ports: { log: (_, says, facts) => void said.push([says, facts ?? {}]) } },
    );
    await v.send({ target: '/a?license=sesame' }).catch(() => null);
    expect(said).toEqual([['an answer was not stored', { why: 'cut-short', path: '/a', trace: v.records[0]?.id }]]);
  });
});
