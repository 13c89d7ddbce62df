import { describe, expect, it } from 'vitest';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { Inbound } from '../ports/dialer.ts';
import { visit, type Asked, type Visit } from '../testing/visit.ts';

type Fields = Readonly<Record<string, string>>;

const text = '0123456789';
const answer = (status: number, body: string, fields: Fields): Inbound => ({
  status,
  headers: HeaderList.of({ 'Content-Length': String(body.length), 'Cache-Control': 'max-age=60', ...fields }),
  body: Body.of(body),
  address: 'script',
});

/** An origin that knows ranges, with a tag of its choice per trip. */
const cut = (asked: Asked, tag: string, more: Fields = {}): Inbound => {
  const range = /^bytes=(\d+)-(\d*)$/.exec(asked.headers.get('range') ?? '');
  const condition = asked.headers.get('if-range');
  if (!range || (condition !== undefined && condition !== tag)) return answer(200, text, { ETag: tag, ...more });
  const [from, to] = [Number(range[1]), range[2] === '' ? 9 : Number(range[2])];
  return answer(206, text.slice(from, to + 1), { ETag: tag, 'Content-Range': `bytes ${from}-${to}/10`, ...more });
};

const edge = (origin: (asked: Asked, trip: number) => Inbound): Promise<Visit> => {
  let trip = 0;
  return visit({
    origin: (asked) => origin(asked, ++trip),
    document: {
      origins: { o: { url: 'http://o.test' } },
      routes: { 'ANY /{proxy+}': { to: 'o' } },
      edge: { behaviours: [{ path: '*', cache: {} }] },
    },
  });
};
const asRange = { Range: 'bytes=0-4' };

describe('the beginning that is stored and the whole that is asked for', () => {
  it('asks for the rest alone, gives the whole and keeps it', async () => {
    const v = await edge((asked, trip) => cut(asked, '"e"', { 'X-Trip': String(trip) }));
    expect((await v.send({ target: '/a', headers: asRange })).body).toBe('01234');
    const whole = await v.send({ target: '/a' });
    expect([whole.status, whole.body, whole.headers.get('content-length')]).toEqual([200, text, '10']);
    expect(whole.headers.get('x-trip')).toBe('2');
    expect(whole.headers.has('content-range')).toBe(false);
    expect([v.asked[1]?.headers.get('range'), v.asked[1]?.headers.get('if-range')]).toEqual(['bytes=5-', '"e"']);
    expect((await v.send({ target: '/a' })).body).toBe(text);
    expect(v.asked).toHaveLength(2);
  });

  it('takes the whole where the origin has another version by now', async () => {
    const v = await edge((asked, trip) => cut(asked, trip === 1 ? '"old"' : '"new"'));
    await v.send({ target: '/a', headers: asRange });
    const whole = await v.send({ target: '/a' });
    expect([whole.body, whole.headers.get('etag')]).toEqual([text, '"new"']);
    expect(v.asked).toHaveLength(2);
  });

  const liars: readonly (readonly [string, () => Inbound])[] = [
    ['another tag', () => answer(206, '56789', { ETag: '"f"', 'Content-Range': 'bytes 5-9/10' })],
    ['another start', () => answer(206, '6789', { ETag: '"e"', 'Content-Range': 'bytes 6-9/10' })],
    ['another size', () => answer(206, '56789', { ETag: '"e"', 'Content-Range': 'bytes 5-9/11' })],
    ['not to the end', () => answer(206, '567', { ETag: '"e"', 'Content-Range': 'bytes 5-7/10' })],
    ['too few bytes', () => answer(206, '567', { ETag: '"e"', 'Content-Range': 'bytes 5-9/10' })],
    ['nothing left', () => answer(416, '', { 'Content-Range': 'bytes */10' })],
  ];
  it.each(liars)('never joins what does not belong together: %s', async (_, second) => {
    const v = await edge((asked, trip) => (trip === 2 ? second() : cut(asked, '"e"')));
    await v.send({ target: '/a', headers: asRange });
    const whole = await v.send({ target: '/a' });
    expect([whole.status, whole.body]).toEqual([200, text]);
    expect(v.asked).toHaveLength(3);
    expect(v.asked[2]?.headers.has('range')).toBe(false);
    expect((await v.send({ target: '/a' })).body).toBe(text);
    expect(v.asked).toHaveLength(3);
  });

  it('does not ask for the rest of what bears no strong tag', async () => {
    for (const tag of ['W/"e"', undefined]) {
      const v = await edge((asked) => {
        const whole = cut(asked, 'x');
        const headers = whole.headers.without('etag');
        return { ...whole, headers: tag === undefined ? headers : headers.append('ETag', tag) };
      });
      await v.send({ target: '/a', headers: asRange });
      expect((await v.send({ target: '/a' })).body).toBe(text);
      expect(v.asked[1]?.headers.has('range'), String(tag)).toBe(false);
    }
  });

  it('gives many at once one answer, and breaks off where the rest does', async () => {
    const v = await edge((asked) => cut(asked, '"e"'));
    await v.send({ target: '/a', headers: asRange });
    const all = await Promise.all(Array.from({ length: 20 }, () => v.send({ target: '/a' })));
    expect(new Set(all.map(({ body }) => body))).toEqual(new Set([text]));
    expect(v.asked).toHaveLength(2);

    const broken = await edge((asked, trip) => {
      if (trip !== 2) return cut(asked, '"e"');
      const half = Body.from((sink) => {
        sink.data(new TextEncoder().encode('56'));
        queueMicrotask(() => sink.fail(new Error('gone')));
        return { pause() {}, resume() {}, cancel() {} };
      }, 5);
      return { ...cut(asked, '"e"'), body: half };
    });
    await broken.send({ target: '/a', headers: asRange });
    await expect(broken.send({ target: '/a' })).rejects.toThrow('gone');
    expect((await broken.send({ target: '/a' })).body).toBe(text);
  });
});
