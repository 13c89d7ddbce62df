import { spendMetrics } from '../../../src/admin/spend-metrics.ts';
import { manualClock } from '../../../src/base/clock.ts';
import memory from '../../../src/stores/pages/memory.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.ts';
import { answerWith, type Asked } from '../../../src/testing/visit.ts';
import { importOpenApi } from '../../../src/openapi/import.ts';
import { api, apis, closeAll, fn, mock, ok, type ApiVisit } from './kit.ts';

afterEach(closeAll);

/** What AWS has not: pools with failover, budgets, positive security, files and redirects. */

const refused = (): never => {
  throw new Fault('integration.origin.connect', 'origin', 'refused', { retry: true });
};
const two = { origins: { one: { url: 'http://one.test', retries: 0 }, two: { url: 'http://two.test', retries: 0 } } };

describe('pools', () => {
  const pooled = (
    pool: object,
    script: (asked: Asked) => ReturnType<ReturnType<typeof answerWith>>,
  ): Promise<ApiVisit> =>
    api(
      { kind: 'http', routes: { 'ANY /a': { to: 'both' } } },
      {
        document: { ...two, pools: { both: { targets: [{ origin: 'one' }, { origin: 'two' }], ...pool } } },
        origin: script,
      },
    );
  const fine = answerWith(200, 'text/plain', 'fine');

  it('POOL takes turns, and goes to the next target where the first cannot be reached', async () => {
    const made = await pooled({}, (asked) => (asked.url.includes('one') ? refused() : fine(asked)));
    const statuses = [];
    for (let at = 0; at < 4; at++) statuses.push((await made.get('/a')).status);
    expect(statuses).toEqual([200, 200, 200, 200]);
    const post = await made.send({ method: 'POST', target: '/a', body: 'x' });
    expect(post.status).toBe(200); // nothing had been sent, so even a POST may go on
  });

  it('POOL opens a breaker after enough failures, answers 503 with Retry-After, and tries again', async () => {
    let down = true;
    const made = await pooled({ breaker: { volume: 4, ratio: 0.5, window: '10s', open: '5s' } }, (asked) =>
      down ? answerWith(500, 'text/plain', 'no')(asked) : fine(asked),
    );
    for (let at = 0; at < 8; at++) expect((await made.get('/a')).status).toBe(500);
    const shut = await made.get('/a');
    expect([shut.status, shut.headers.get('retry-after'), shut.record.code]).toEqual([
      503,
      '5',
      'integration.pool.open',
    ]);
    expect(made.visit.asked).toHaveLength(8);
    down = false;
    made.clock.turn(5000);
    expect((await made.get('/a')).status).toBe(200);
  });

  it('POOL leaves alone what its checks call unhealthy; a higher group waits until the lower is gone', async () => {
    let sick = false;
    const made = await api(
      { kind: 'http', routes: { 'GET /a': { to: 'both' } } },
      {
        document: {
          ...two,
          pools: {
            both: {
              targets: [{ origin: 'one' }, { origin: 'two', group: 1 }],
              health: { path: '/up', interval: '10s', unhealthy: 1 },
            },
          },
        },
        origin: (asked) =>
          (sick && asked.url.includes('one') && asked.target === '/up' ? answerWith(500, 'text/plain', 'x') : fine)(
            asked,
          ),
      },
    );
    const takes = async (): Promise<string | undefined> => {
      await made.get('/a');
      await made.visit.app.settle();
      return made.visit.asked.findLast((asked) => asked.target === '/a')?.url;
    };
    expect([await takes(), await takes()]).toEqual(['http://one.test', 'http://one.test']);
    sick = true;
    made.clock.turn(10_000);
    await takes();
    expect(await takes()).toBe('http://two.test');
  });
});

describe('budgets', () => {
  const spending = (budget: object, more: object = {}): Promise<ApiVisit> =>
    api(
      {
        kind: 'http',
        routes: { 'GET /a': { ...mock(), budget: 'b', price: { fixed: 1 }, ...more }, 'GET /free': mock() },
      },
      {
        document: {
          budgets: {
            b: { limit: 10, rates: { requestPerMillion: 0, invokePerMillion: 0, gbOut: 0 }, flush: '0ms', ...budget },
          },
        },
      },
    );
  const ask = async (
    made: ApiVisit,
    times: number,
    headers: Record<string, string> = {},
    target = '/a',
  ): Promise<number[]> => {
    const statuses: number[] = [];
    for (let at = 0; at < times; at++) statuses.push((await made.get(target, headers)).status);
    return statuses;
  };

  it('BUDGET is one for all nodes with one store, and what was not told yet is told when a node ends', async () => {
    const state = await memory.open({}, { clock: manualClock(), folder: '.', warn() {} });
    const open = { ...state, close: async () => {} };
    const node = (flush: string, limit = 10) =>
      api(
        { kind: 'http', routes: { 'GET /a': { ...mock(), budget: 'b', price: { fixed: 4 } } } },
        {
          document: {
            budgets: {
              b: { limit, flush, steps: [{ at: 1, do: 'stop' }], rates: { requestPerMillion: 0, gbOut: 0 } },
            },
          },
          ports: { state: open },
        },
      );
    const one = await node('0ms');
    const other = await node('0ms');
    expect([(await one.get('/a')).status, (await other.get('/a')).status, (await one.get('/a')).status]).toEqual([
      200, 200, 200,
    ]);
    expect((await other.get('/a')).status).toBe(200); // it hears of the others with what it tells itself
    expect([(await other.get('/a')).status, (await one.get('/a')).status]).toEqual([429, 429]);
    expect(other.visit.app.spending()[0]).toMatchObject({ budget: 'b', scope: 'all', spent: 16, limit: 10 });
    const lazy = await node('1h', 1000);
    await lazy.get('/a');
    await lazy.close();
    const next = await node('0ms', 1000);
    await next.get('/a');
    expect(next.visit.app.spending()[0]?.spent).toBe(24);
  });

  it('BUDGET figures and the forecast stand in the metrics', async () => {
    const made = await spending({ per: 'address', limit: 100 });
    expect(spendMetrics(made.visit.app.spending())).toBe('');
    for (const [address, times] of [
      ['192.0.2.1', 3],
      ['192.0.2.2', 1],
    ] as const)
      for (let at = 0; at < times; at++) await made.send({ target: '/a', address });
    const text = spendMetrics(made.visit.app.spending());
    expect(text).toContain('sallyport_budget_spent_dollars{budget="b",scope="address 192.0.2.1"} 3\n');
    expect(text).toContain('sallyport_budget_limit_dollars{budget="b"} 100\n');
    expect(text).toContain('sallyport_budget_scopes{budget="b"} 2\n');
    expect(text).toMatch(/^sallyport_budget_forecast_dollars\{budget="b",scope="address 192\.0\.2\.1"\} \d+/m);
    const many = Array.from({ length: 150 }, (_, at) => ({
      ...(made.visit.app.spending()[0] as ReturnType<typeof made.visit.app.spending>[number]),
      scope: `s${at}`,
      spent: at,
    }));
    const rows = spendMetrics(many).match(/spent_dollars\{/g);
    expect([
      rows?.length,
      spendMetrics(many).includes('scope="s149"'),
      spendMetrics(many).includes('scope="s9"'),
    ]).toEqual([100, true, false]);
  });

  it('BUDGET softly first, then a hard stop, and open again in the next period', async () => {
    const made = await spending({
      steps: [
        { at: 0.5, do: 'throttle', throttle: { rate: 1, burst: 1 } },
        { at: 1, do: 'stop' },
      ],
    });
    expect(await ask(made, 5)).toEqual([200, 200, 200, 200, 200]);
    expect(await ask(made, 2)).toEqual([200, 429]);
    for (let at = 0; at < 4; at++) {
      made.clock.turn(1000);
      expect(await ask(made, 1)).toEqual([200]);
    }
    const stopped = await made.get('/a');
    expect([stopped.status, stopped.record.code]).toEqual([429, 'gateway.spend.stopped']);
    expect(await ask(made, 1, {}, '/free')).toEqual([200]);
    made.clock.turn(86_400_000);
    expect(await ask(made, 1)).toEqual([200]);
  });

  it('BUDGET turns the anonymous away before those who proved who they are', async () => {
    const key = 'budget-key-0123456789ab';
    const made = await api(
      {
        kind: 'http',
        routes: {
          'GET /a': { ...mock(), budget: 'b', price: { fixed: 6 } },
          'GET /k': { ...mock(), budget: 'b', price: { fixed: 0 }, key: 'required' },
        },
      },
      {
        document: {
          apiKeys: { k: { value: key } },
          plans: { p: { stages: [{ api: 'shop' }], keys: ['k'] } },
          budgets: { b: { limit: 10, flush: '0ms', steps: [{ at: 0.5, do: 'challenge' }] } },
        },
      },
    );
    expect(await ask(made, 2)).toEqual([200, 429]);
    expect(await ask(made, 1, { 'x-api-key': key }, '/k')).toEqual([200]);
  });

  it('BUDGET counts each caller on his own where told so, and tells spending with a forecast', async () => {
    const made = await spending({ per: 'address', limit: 2 });
    const from = async (address: string): Promise<number> => (await made.send({ target: '/a', address })).status;
    expect([
      await from('192.0.2.1'),
      await from('192.0.2.1'),
      await from('192.0.2.1'),
      await from('192.0.2.2'),
    ]).toEqual([200, 200, 429, 200]);
    made.clock.turn(43_200_000);
    const rows = made.visit.app.spending();
    expect(rows.find((row) => row.scope === 'address 192.0.2.1')).toMatchObject({
      budget: 'b',
      limit: 2,
      spent: 2,
      share: 1,
      forecast: 4,
    });
  });

  it('BUDGET prices a function by its milliseconds and megabytes', async () => {
    const made = await api(
      {
        kind: 'http',
        routes: { 'GET /a': { ...fn('f'), budget: 'b', price: { lambdaMs: 1000, lambdaMb: 1024, upstream: 0.5 } } },
      },
      {
        handlers: { f: ok },
        document: {
          budgets: {
            b: {
              limit: 10,
              flush: '0ms',
              rates: { requestPerMillion: 1, invokePerMillion: 2, gbSecond: 0.25, gbOut: 0 },
            },
          },
        },
      },
    );
    await made.get('/a');
    expect(made.visit.app.spending()[0]?.spent).toBeCloseTo(0.75 + 3e-6, 9);
  });
});

describe('positive security', () => {
  const description = {
    openapi: '3.0.0',
    info: { title: 'p' },
    paths: {
      '/a': {
        post: {
          parameters: [{ name: 'q', in: 'query' }],
          requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['n'] } } } },
        },
        get: {},
      },
    },
  };
  const made = async (positive: 'shadow' | 'enforce'): Promise<ApiVisit> => {
    const { document } = importOpenApi(description, { positive, origin: 'http://o.test', kind: 'http' });
    return apis(document.apis, { document: { origins: document.origins } });
  };
  const requests = [
    { method: 'POST', target: '/a?q=1', headers: { 'content-type': 'application/json' }, body: '{"n":1}' },
    { method: 'POST', target: '/a?evil=1', headers: { 'content-type': 'application/json' }, body: '{"n":1}' },
    { method: 'POST', target: '/a', headers: { 'content-type': 'text/xml' }, body: '<n/>' },
    { method: 'POST', target: '/a', headers: { 'content-type': 'application/json' }, body: '{}' },
    { method: 'GET', target: '/a', headers: { 'content-type': 'text/plain' }, body: 'x' },
    { method: 'GET', target: '/b' },
  ];

  it('POSITIVE lets only what is described through, and in shadow says what it would have refused', async () => {
    const enforce = await made('enforce');
    const statuses = [];
    for (const request of requests) statuses.push((await enforce.send(request)).status);
    expect(statuses).toEqual([200, 400, 400, 400, 400, 404]);
    const shadow = await made('shadow');
    const seen = [];
    for (const request of requests) {
      const answer = await shadow.send(request);
      seen.push([
        answer.status,
        answer.record.steps?.some((step) => step.notes.some((note) => note.what === 'not described (shadow)')),
      ]);
    }
    expect(seen).toEqual([
      [200, false],
      [200, true],
      [200, true],
      [200, false],
      [200, true],
      [404, false],
    ]);
  });
});

describe('policies of a route', () => {
  it('POLICIES change the request in order and the answer in reverse', async () => {
    const made = await api(
      {
        kind: 'http',
        routes: {
          'GET /a': {
            to: 'one',
            policies: [
              {
                use: 'set-header',
                with: { name: 'x-who', value: 'api ${context.apiId} ${request.header.user-agent}' },
              },
              { use: 'remove-header', with: { names: ['user-agent'] } },
              { use: 'cache-control', with: { value: 'public, max-age=60' } },
              { use: 'set-header', with: { name: 'x-status', value: 'seen', on: 'response' } },
            ],
          },
        },
      },
      { document: two },
    );
    const answer = await made.get('/a', { 'user-agent': 'me' });
    const asked = made.visit.asked[0];
    expect([asked?.headers.get('x-who'), asked?.headers.has('user-agent')]).toEqual(['api shop me', false]);
    expect([answer.headers.get('cache-control'), answer.headers.get('x-status')]).toEqual([
      'public, max-age=60',
      'seen',
    ]);
    await expect(
      api({ kind: 'http', routes: { 'GET /a': { ...mock(), policies: [{ use: 'set-haeder', with: {} }] } } }),
    ).rejects.toThrow('did you mean "set-header"');
  });

  it('BUDGET lets caches in front keep answers longer as it runs out', async () => {
    const made = await api(
      {
        kind: 'http',
        routes: {
          'GET /a': {
            ...mock(),
            budget: 'b',
            price: { fixed: 6 },
            policies: [{ use: 'cache-control', with: { value: 'public, max-age=60, s-maxage=10' } }],
          },
        },
      },
      {
        document: { budgets: { b: { limit: 10, flush: '0ms', steps: [{ at: 0.5, do: 'longer-cache', factor: 5 }] } } },
      },
    );
    expect((await made.get('/a')).headers.get('cache-control')).toBe('public, max-age=60, s-maxage=10');
    expect((await made.get('/a')).headers.get('cache-control')).toBe('public, max-age=300, s-maxage=50');
  });
});

describe('files and redirects', () => {
  it('FILES serves what is below its folder, with validators, and nothing hidden or outside', async () => {
    const files: Record<string, string> = { 'index.html': '<h1>', 'a/b.css': 'p{}', 'a/index.html': 'in a' };
    const read = (path: string) => {
      const text = files[path.replace(/^\//, '')];
      return text === undefined ? null : { bytes: new TextEncoder().encode(text), modifiedAt: 1_700_000_000_000 };
    };
    const made = await api(
      { kind: 'http', routes: { 'ANY /{proxy+}': { to: { use: 'files', with: { folder: 'www' } } } } },
      { ports: { openFolder: () => ({ read }) } },
    );
    const css = await made.get('/a/b.css');
    expect([css.status, css.headers.get('content-type'), css.body, css.headers.get('x-content-type-options')]).toEqual([
      200,
      'text/css; charset=utf-8',
      'p{}',
      'nosniff',
    ]);
    expect((await made.get('/a/b.css', { 'if-none-match': css.headers.get('etag') as string })).status).toBe(304);
    expect((await made.get('/a/')).body).toBe('in a');
    for (const target of ['/.env', '/a/.git/config', '/nope', '/a%5Cb.css'])
      expect((await made.get(target)).status, target).toBe(404);
    expect((await made.send({ method: 'POST', target: '/a/b.css' })).status).toBe(405);
  });

  it('REDIRECT goes where it is told, with parameters and query, and never to a host of the request', async () => {
    const made = await api({
      kind: 'http',
      routes: {
        'GET /old/{proxy+}': { to: { use: 'redirect', with: { to: 'https://new.example.com/{proxy}', status: 301 } } },
        'GET /to/{proxy+}': { to: { use: 'redirect', with: { to: '/{proxy}' } } },
      },
    });
    const answer = await made.get('/old/a/b?x=1');
    expect([answer.status, answer.headers.get('location')]).toEqual([301, 'https://new.example.com/a/b?x=1']);
    expect((await made.get('/to//evil.test/')).headers.get('location')).toBe('/evil.test/');
    await expect(
      api({ kind: 'http', routes: { 'GET /x/{h}': { to: { use: 'redirect', with: { to: 'https://{h}/' } } } } }),
    ).rejects.toThrow('fixed host');
  });
});

describe('documents that are wrong', () => {
  it('DOCUMENT says everything at once: routes that overlap, double keys, unknown names', async () => {
    const value = 'one-and-the-same-key-0001';
    const wrong = api(
      {
        kind: 'http',
        routes: {
          'GET /a/{x}': mock(),
          'GET /a/{y}': mock(),
          'GET /b': { ...mock(), authorizer: 'none-such' },
          'GET /c': { to: 'nowhere' },
          'GET /d': { ...mock(), budget: 'none' },
        },
      },
      {
        document: {
          apiKeys: { one: { value }, two: { value } },
          plans: {
            p: {
              stages: [{ api: 'other' }, { api: 'shop', throttle: { '/zzz/GET': { rate: 1, burst: 1 } } }],
              keys: ['one'],
            },
            q: { stages: [{ api: 'shop' }], keys: ['one'] },
          },
        },
      },
    );
    const says = await wrong.then(
      () => '',
      (thrown: Error) => thrown.message,
    );
    for (const part of [
      'same shape of path',
      'a key that no other has',
      'none-such',
      'nowhere',
      'the name of a budget',
      'the name of an API',
      'a method of API shop',
      'in plan p for API shop already',
    ])
      expect(says).toContain(part);
  });
});
