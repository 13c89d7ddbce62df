import { afterEach, describe, expect, it } from 'vitest';
import { readUsage, setRemaining, usagePerDay } from '../../../src/gateway/usage.ts';
import { quotaWindow } from '../../../src/gateway/quota.ts';
import { addKey } from '../../../src/gateway/keyring.ts';
import { nodeDigest } from '../../../src/net/digest.ts';
import { api, apis, closeAll, fn, message, mock, ok, policy, type ApiVisit } from './kit.ts';

afterEach(closeAll);

const gold = 'gold-key-0123456789abcdef';
const silver = 'silver-key-0123456789abcd';

const shop = (
  plan: object,
  more: { readonly api?: object; readonly routes?: object; readonly document?: object } = {},
): Promise<ApiVisit> =>
  api(
    {
      kind: 'rest',
      routes: more.routes ?? {
        'GET /a': { ...mock(), key: 'required' },
        'GET /b': { ...mock(), key: 'required' },
        'GET /open': mock(),
      },
      ...more.api,
    },
    {
      document: {
        apiKeys: { gold: { value: gold }, silver: { value: silver } },
        plans: { p: { stages: [{ api: 'shop' }], keys: ['gold', 'silver'], ...plan } },
        ...more.document,
      },
    },
  );
const ask = async ({ get }: ApiVisit, times: number, target = '/prod/a', key = gold): Promise<number[]> => {
  const statuses: number[] = [];
  for (let at = 0; at < times; at++) statuses.push((await get(target, { 'x-api-key': key })).status);
  return statuses;
};

describe('throttles', () => {
  it('TH-1 a bucket starts full, is used up by its burst, and fills at its rate', async () => {
    const made = await api({ kind: 'rest', throttle: { rate: 2, burst: 3 }, routes: { 'GET /a': mock() } });
    expect(await ask(made, 5)).toEqual([200, 200, 200, 429, 429]);
    made.clock.turn(500);
    expect(await ask(made, 2)).toEqual([200, 429]);
    made.clock.turn(60_000);
    expect(await ask(made, 4)).toEqual([200, 200, 200, 429]);
  });

  it('TH-2 plan, then method, then account: each may refuse, the plan per key and per method', async () => {
    const made = await shop({
      throttle: { rate: 0.001, burst: 4 },
      stages: [{ api: 'shop', throttle: { '/a/GET': { rate: 0.001, burst: 2 } } }],
    });
    expect(await ask(made, 3)).toEqual([200, 200, 429]);
    expect(await ask(made, 1, '/prod/a', silver)).toEqual([200]);
    expect(await ask(made, 5, '/prod/b')).toEqual([200, 200, 200, 200, 429]);
    const method = await shop(
      { throttle: { rate: 1, burst: 10 } },
      { routes: { 'GET /a': { ...mock(), key: 'required', throttle: { rate: 0.001, burst: 1 } } } },
    );
    expect(await ask(method, 2)).toEqual([200, 429]);
    const account = await apis(
      { one: { kind: 'rest', routes: { 'GET /a': mock() } } },
      { document: { account: { throttle: { rate: 0.001, burst: 2 } } } },
    );
    expect(await ask(account, 3)).toEqual([200, 200, 429]);
  });

  it('TH-3 HTTP APIs: a setting per route over the default', async () => {
    const made = await api({
      kind: 'http',
      throttle: { rate: 0.001, burst: 3 },
      routes: { 'GET /a': { ...mock(), throttle: { rate: 0.001, burst: 1 } }, 'GET /b': mock() },
    });
    expect(await ask(made, 2, '/a')).toEqual([200, 429]);
    expect(await ask(made, 4, '/b')).toEqual([200, 200, 200, 429]);
  });

  it('TH-4 settings above the account are capped, a rate or burst of nothing refuses all', async () => {
    const capped = await api(
      { kind: 'rest', throttle: { rate: 100, burst: 100 }, routes: { 'GET /a': mock() } },
      { document: { account: { throttle: { rate: 0.001, burst: 2 } } } },
    );
    expect(await ask(capped, 3)).toEqual([200, 200, 429]);
    const zero = await api({ kind: 'http', throttle: { rate: 0, burst: 0 }, routes: { 'GET /a': mock() } });
    expect(await ask(zero, 2, '/a')).toEqual([429, 429]);
  });

  it('TH-5 QT-3 the two 429 differ in their bodies, and neither says when to come back unless told to', async () => {
    const throttled = await shop({ throttle: { rate: 0.001, burst: 1 } });
    await ask(throttled, 1);
    const one = await throttled.get('/prod/a', { 'x-api-key': gold });
    expect([one.status, one.body, one.headers.get('x-amzn-errortype'), one.headers.has('retry-after')]).toEqual([
      429,
      '{"message":"Too Many Requests"}',
      'TooManyRequestsException',
      false,
    ]);
    const used = await shop({ quota: { limit: 1, period: 'DAY' } });
    await ask(used, 1);
    const two = await used.get('/prod/a', { 'x-api-key': gold });
    expect([two.status, two.body, two.headers.get('x-amzn-errortype')]).toEqual([
      429,
      '{"message":"Limit Exceeded"}',
      'LimitExceededException',
    ]);
    const told = await shop(
      { throttle: { rate: 0.5, burst: 1 } },
      {
        document: {
          metering: { retryAfter: true },
          apiKeys: { gold: { value: gold } },
          plans: { p: { stages: [{ api: 'shop' }], keys: ['gold'], throttle: { rate: 0.5, burst: 1 } } },
        },
      },
    );
    await ask(told, 1);
    expect((await told.get('/prod/a', { 'x-api-key': gold })).headers.get('retry-after')).toBe('2');
  });

  it('TH-6 a refused request does not use up quota', async () => {
    const made = await shop({ throttle: { rate: 1, burst: 1 }, quota: { limit: 2, period: 'DAY' } });
    expect(await ask(made, 3)).toEqual([200, 429, 429]);
    made.clock.turn(1000);
    expect(await ask(made, 1)).toEqual([200]);
    made.clock.turn(1000);
    expect(message(await made.get('/prod/a', { 'x-api-key': gold }))).toBe('Limit Exceeded');
  });

  it('ORDER the method bucket stands before the authorizer, so a flood calls it no more often than burst allows', async () => {
    const made = await api(
      {
        kind: 'rest',
        throttle: { rate: 1, burst: 5 },
        authorizers: { a: { use: 'lambda', with: { file: 'auth', ttl: '0ms' } } },
        routes: { 'GET /a': { ...mock(), authorizer: 'a' } },
      },
      { handlers: { auth: async () => policy('Deny', '*') } },
    );
    const statuses = await ask(made, 100);
    expect(made.events['auth']).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(95);
  });
});

describe('quotas', () => {
  it('QT-1 QT-2 the offset is taken off the limit in the first period, and is no shift in time', async () => {
    const made = await shop({ quota: { limit: 3, offset: 2, period: 'DAY' } });
    expect(await ask(made, 2)).toEqual([200, 429]);
    made.clock.turn(86_400_000);
    expect(await ask(made, 4)).toEqual([200, 200, 200, 429]);
  });

  it('QT-3 counts per key over all methods, and each key has its own', async () => {
    const made = await shop({ quota: { limit: 2, period: 'DAY' } });
    expect(await ask(made, 1)).toEqual([200]);
    expect(await ask(made, 2, '/prod/b')).toEqual([200, 429]);
    expect(await ask(made, 1, '/prod/a', silver)).toEqual([200]);
  });

  it('QT-4 periods are calendar periods in UTC: the day at midnight, the week on Monday, the month on its first', async () => {
    const at = Date.UTC(2026, 10, 21, 22, 30);
    expect(quotaWindow('DAY', at)).toEqual({
      name: '2026-11-21',
      startsAt: Date.UTC(2026, 10, 21),
      endsAt: Date.UTC(2026, 10, 22),
    });
    expect(quotaWindow('WEEK', at)).toEqual({
      name: 'week 2026-11-16',
      startsAt: Date.UTC(2026, 10, 16),
      endsAt: Date.UTC(2026, 10, 23),
    });
    expect(quotaWindow('WEEK', Date.UTC(2026, 10, 16)).name).toBe('week 2026-11-16');
    expect(quotaWindow('MONTH', at)).toEqual({
      name: '2026-11',
      startsAt: Date.UTC(2026, 10, 1),
      endsAt: Date.UTC(2026, 11, 1),
    });
    const made = await shop({ quota: { limit: 1, period: 'WEEK' } });
    expect(await ask(made, 2)).toEqual([200, 429]); // Thursday, 1 January 2026
    made.clock.turn(4 * 86_400_000 - 1);
    expect(await ask(made, 1)).toEqual([429]);
    made.clock.turn(1);
    expect(await ask(made, 1)).toEqual([200]);
  });

  it('QT-5 the owner may grant more, and reads usage per day', async () => {
    const made = await shop({ quota: { limit: 2, period: 'DAY' } });
    const { counters, records, clock } = made.visit.app.ports;
    const quota = { limit: 2, offset: 0, period: 'DAY' } as const;
    expect(await ask(made, 3)).toEqual([200, 200, 429]);
    expect(await readUsage(counters, records, 'p', 'gold', quota, clock.now())).toMatchObject({
      used: 2,
      limit: 2,
      allowed: false,
    });
    await setRemaining(counters, records, 'p', 'gold', quota, 2, clock.now());
    expect(await ask(made, 3)).toEqual([200, 200, 429]);
    const first = clock.now();
    made.clock.turn(86_400_000);
    await ask(made, 1);
    expect(await usagePerDay(counters, 'p', 'gold', quota, first, clock.now())).toEqual([
      [4, 0],
      [1, 1],
    ]);
  });

  it('QT-6 the record names plan, limit and period', async () => {
    const made = await shop({ quota: { limit: 0, period: 'MONTH' } });
    const answer = await made.get('/prod/a', { 'x-api-key': gold });
    const facts = answer.record.steps?.flatMap((step) => step.notes).find((note) => note.what === 'refused')?.facts;
    expect(facts).toMatchObject({
      code: 'gateway.plan.quota',
      plan: 'p',
      key: 'gold',
      limit: 0,
      period: 'MONTH',
      opens: '2026-02-01T00:00:00.000Z',
    });
  });
});

describe('API keys', () => {
  it('AK-2 the key is in x-api-key in any case, or what the authorizer says, and then the header is ignored', async () => {
    const made = await shop({});
    expect((await made.get('/prod/a', { 'X-API-Key': gold })).status).toBe(200);
    const byAuthorizer = await api(
      {
        kind: 'rest',
        keySource: 'authorizer',
        authorizers: { a: { use: 'lambda', with: { file: 'auth', type: 'TOKEN' } } },
        routes: { 'GET /a': { ...fn('f'), key: 'required', authorizer: 'a' } },
      },
      {
        handlers: {
          f: ok,
          auth: async (event: never) =>
            policy(
              'Allow',
              '*',
              (event as { authorizationToken: string }).authorizationToken === 'with'
                ? { usageIdentifierKey: gold }
                : {},
            ),
        },
        document: { apiKeys: { gold: { value: gold } }, plans: { p: { stages: [{ api: 'shop' }], keys: ['gold'] } } },
      },
    );
    expect((await byAuthorizer.get('/prod/a', { Authorization: 'with' })).status).toBe(200);
    expect((await byAuthorizer.get('/prod/a', { Authorization: 'without', 'x-api-key': gold })).status).toBe(403);
  });

  it('AK-1 a key that was imported into a plan is in it, without the document naming it', async () => {
    const made = await api(
      { kind: 'rest', routes: { 'GET /a': { ...mock(), key: 'required' } } },
      { document: { plans: { gold: { stages: [{ api: 'shop' }], quota: { limit: 1, period: 'DAY' } } } } },
    );
    const { records } = made.visit.app.ports;
    const add = (name: string, plans: readonly string[], enabled: boolean): Promise<unknown> =>
      addKey(records, nodeDigest, {
        name,
        key: name.repeat(30),
        plans,
        enabled,
        now: 0,
        tenant: null,
        expiresAt: null,
      });
    await add('a', ['silver', 'gold'], true);
    await add('b', [], true);
    await add('c', ['gold'], false);
    const ask = async (name: string): Promise<number> =>
      (await made.get('/prod/a', { 'x-api-key': name.repeat(30) })).status;
    expect([await ask('a'), await ask('a'), await ask('b'), await ask('c')]).toEqual([200, 429, 403, 403]);
  });

  it('AK-3 AK-4 AZ-5 missing, unknown, disabled and in no plan of this stage all look the same', async () => {
    const made = await apis(
      {
        shop: { kind: 'rest', routes: { 'GET /a': { ...mock(), key: 'required' } } },
        other: { kind: 'rest', stage: 'other', routes: { 'GET /a': { ...mock(), key: 'required' } } },
      },
      {
        document: {
          apiKeys: { gold: { value: gold }, ended: { value: silver, enabled: false } },
          plans: { p: { stages: [{ api: 'shop' }], keys: ['gold', 'ended'] } },
        },
      },
    );
    expect((await made.get('/prod/a', { 'x-api-key': gold })).status).toBe(200);
    const answers = [
      await made.get('/prod/a'),
      await made.get('/prod/a', { 'x-api-key': 'nope' }),
      await made.get('/prod/a', { 'x-api-key': silver }),
      await made.get('/other/a', { 'x-api-key': gold }),
    ];
    for (const answer of answers)
      expect([answer.status, answer.body, answer.headers.get('x-amzn-errortype')]).toEqual([
        403,
        '{"message":"Forbidden"}',
        'ForbiddenException',
      ]);
    expect(answers.map((answer) => answer.record.code)).toEqual([
      'gateway.plan.key-missing',
      'gateway.plan.key-unknown',
      'gateway.plan.key-unknown',
      'gateway.plan.none-for-stage',
    ]);
  });

  it('AK-5 a method that needs no key never counts, even with one', async () => {
    const made = await shop({ quota: { limit: 1, period: 'DAY' } });
    expect(await ask(made, 5, '/prod/open')).toEqual([200, 200, 200, 200, 200]);
    expect(await ask(made, 2)).toEqual([200, 429]);
  });

  it('AK-6 the function gets key and id; the record only the id', async () => {
    const made = await api(
      { kind: 'rest', routes: { 'GET /a': { ...fn('f'), key: 'required' } } },
      {
        handlers: { f: ok },
        document: { apiKeys: { gold: { value: gold } }, plans: { p: { stages: [{ api: 'shop' }], keys: ['gold'] } } },
      },
    );
    const answer = await made.get('/prod/a', { 'x-api-key': gold });
    expect(made.events['f']?.[0]).toMatchObject({ requestContext: { identity: { apiKey: gold, apiKeyId: 'gold' } } });
    expect(answer.record.key).toBe('gold');
    expect(JSON.stringify(answer.record)).not.toContain(gold);
  });

  it('STORE a store that cannot answer closes the door for keys, or opens it, as the document says; throttles go on alone', async () => {
    const broken = {
      add: () => Promise.reject(new Error('down')),
      read: () => Promise.reject(new Error('down')),
      reset: () => Promise.reject(new Error('down')),
      close: async () => {},
    };
    const buckets = { take: () => Promise.reject(new Error('down')), close: async () => {} };
    const { MemoryRecords } = await import('../../../src/stores/memory/records.ts');
    const state = {
      counters: broken,
      buckets,
      records: new MemoryRecords(),
      healthy: async () => false,
      close: async () => {},
    };
    const document = (metering: object): object => ({
      apiKeys: { gold: { value: gold } },
      metering,
      plans: { p: { stages: [{ api: 'shop' }], keys: ['gold'], quota: { limit: 5, period: 'DAY' } } },
    });
    const entry = {
      kind: 'rest',
      throttle: { rate: 0.001, burst: 2 },
      routes: { 'GET /a': { ...mock(), key: 'required' } },
    };
    const closed = await api(entry, { document: document({}) as never, ports: { state } });
    const refused = await closed.get('/prod/a', { 'x-api-key': gold });
    expect([refused.status, refused.record.code]).toEqual([503, 'gateway.plan.unavailable']);
    const opened = await api(entry, { document: document({ onFault: 'open' }) as never, ports: { state } });
    expect(await ask(opened, 3)).toEqual([200, 200, 429]); // a bucket of this process took over
  });
});
