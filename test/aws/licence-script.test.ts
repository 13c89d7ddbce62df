import { createHash, webcrypto } from 'node:crypto';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { licenceScript } from '../../src/cdk/licence-script.ts';

const hashOf = (licence: string): string => createHash('sha256').update(licence).digest('hex');

/** Runs the emitted text as CloudFront would: a module `cloudfront` with a store, `crypto` by require, nothing else. */
function run(code: string, store: { exists(key: string): Promise<boolean>; get(key: string): Promise<unknown> }) {
  const require = createRequire(import.meta.url);
  const text = code.replace("import cf from 'cloudfront';", '');
  const context = {
    cf: { kvs: () => store },
    require: (name: string) => require(`node:${name}`) as unknown,
    console: { log() {} },
    Date,
    webcrypto,
  };
  return runInNewContext(`${text}\nhandler`, context) as (event: unknown) => Promise<Record<string, unknown>>;
}

const keys = new Map<string, unknown>([
  [hashOf('good'), {}],
  [hashOf('ended'), { until: 1 }],
]);
const store = { exists: async (key: string) => keys.has(key), get: async (key: string) => keys.get(key) };
const event = (querystring: object, uri = '/search'): unknown => ({
  version: '1.0',
  context: { eventType: 'viewer-request' },
  viewer: { ip: '192.0.2.1' },
  request: { method: 'GET', uri, querystring, headers: {}, cookies: {} },
});

describe('the licence check as a CloudFront Function', () => {
  const code = licenceScript({ from: { query: 'license' }, open: ['/health'] });
  const handler = run(code, store);
  it.each([
    ['none', {}, 401, 'licence.missing'],
    [
      'two of them',
      { license: { value: 'good', multiValue: [{ value: 'good' }, { value: 'x' }] } },
      401,
      'licence.missing',
    ],
    ['an unknown one', { license: { value: 'bad' } }, 403, 'licence.unknown'],
    ['a very long one', { license: { value: 'x'.repeat(300) } }, 403, 'licence.unknown'],
    ['an ended one', { license: { value: 'ended' } }, 403, 'licence.ended'],
  ])('%s is refused and not stored', async (_, query, status, reason) => {
    expect(await handler(event(query))).toMatchObject({
      statusCode: status,
      headers: { 'cache-control': { value: 'no-store' }, 'x-sallyport-code': { value: reason } },
    });
  });
  it('a good one passes and is taken out, so that it is in no cache key and no log', async () => {
    expect(await handler(event({ license: { value: 'good' }, q: { value: 'a' } }))).toMatchObject({
      uri: '/search',
      querystring: { q: { value: 'a' } },
    });
    expect(JSON.stringify(await handler(event({ license: { value: 'good' } })))).not.toContain('good');
  });
  it('an open path needs none', async () =>
    expect(await handler(event({}, '/health'))).toMatchObject({ uri: '/health' }));
  it('a broken store refuses', async () => {
    const broken = run(code, { exists: async () => Promise.reject(new Error('down')), get: async () => null });
    expect(await broken(event({ license: { value: 'good' } }))).toMatchObject({ statusCode: 503 });
  });
  it('reads a header as well', async () => {
    const byHeader = run(licenceScript({ from: { header: 'X-Licence' } }), store);
    expect(
      await byHeader({ request: { uri: '/', querystring: {}, headers: { 'x-licence': { value: 'good' } } } }),
    ).toMatchObject({ headers: {} });
  });
  it(`is far below 10 kB (${code.length} bytes), and too many open paths are an error`, () => {
    expect(code.length).toBeLessThan(2500);
    expect(() =>
      licenceScript({ from: { query: 'k' }, open: Array.from({ length: 900 }, (_, at) => `/path-${at}`) }),
    ).toThrow(/10240/);
  });
  it('uses nothing that the function runtime lacks', () =>
    expect(code).not.toMatch(/\.\.\.|\?\.|\bfor \(\w+ \w+ of|=>|fetch|setTimeout/));
});
