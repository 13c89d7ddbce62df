import { afterEach, describe, expect, it } from 'vitest';
import type { Invoked } from '../../src/ports/invoker.ts';
import type { VisitAnswer } from '../../src/testing/visit.ts';
import { api, closeAll, fn, mock, ok, policy, type ApiOptions, type ApiVisit } from '../conformance/api/kit.ts';

/** Each reason of a REST or HTTP API, provoked, with the code that the record then has. */

afterEach(closeAll);

interface Row {
  readonly code: string;
  readonly status: number;
  readonly api: Readonly<Record<string, unknown>>;
  readonly options?: ApiOptions;
  /** Asks until the answer that is meant; left out: `GET /prod/a` once. */
  readonly ask?: (made: ApiVisit) => Promise<VisitAnswer>;
}

const rest = (more: object): Readonly<Record<string, unknown>> => ({
  kind: 'rest',
  routes: { 'GET /a': mock() },
  ...more,
});
const once = { rate: 0.001, burst: 1 };
const twice = async ({ get }: ApiVisit, headers: Record<string, string> = {}): Promise<VisitAnswer> => {
  expect((await get('/prod/a', headers)).status).toBe(200);
  return get('/prod/a', headers);
};

const guarded = (
  code: string,
  status: number,
  answer: () => unknown,
  how: object = {},
  ask: NonNullable<Row['ask']> = ({ get }) => get('/prod/a', { Authorization: 'token' }),
): Row => ({
  code,
  status,
  api: rest({
    authorizers: { guard: { use: 'lambda', with: { file: 'guard', ttl: '0ms', ...how } } },
    routes: { 'GET /{proxy+}': { ...mock(), authorizer: 'guard' } },
  }),
  options: { handlers: { guard: async () => answer() } },
  ask,
});
const allowed = (): unknown => policy('Allow', '*');

const authorizers: readonly Row[] = [
  guarded('gateway.authorizer.source-missing', 401, allowed, { type: 'TOKEN' }, ({ get }) => get('/prod/a')),
  guarded('gateway.authorizer.source-form', 401, allowed, { type: 'TOKEN', validate: '[0-9]+' }),
  guarded('gateway.authorizer.arn-long', 414, allowed, {}, ({ get }) => get(`/prod/${'x'.repeat(1600)}`)),
  guarded('gateway.authorizer.denied', 403, () => policy('Deny', '*')),
  guarded('gateway.authorizer.silent', 403, () => policy('Allow', 'arn:aws:execute-api:*:*:other/*')),
  guarded('gateway.authorizer.broken', 500, () => 'no answer'),
  guarded('gateway.authorizer.unauthorized', 401, () => {
    throw new Error('Unauthorized');
  }),
];

const statement = (effect: string, resource: string): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: effect, Principal: '*', Action: 'execute-api:Invoke', Resource: resource }],
});

const routing: readonly Row[] = [
  { code: 'gateway.resource.none', status: 403, api: rest({}), ask: ({ get }) => get('/prod/nowhere') },
  { code: 'gateway.resource.stage', status: 403, api: rest({}), ask: ({ get }) => get('/test/a') },
  {
    code: 'gateway.http-route.none',
    status: 404,
    api: { kind: 'http', routes: { 'GET /a': mock() } },
    ask: ({ get }) => get('/nowhere'),
  },
  {
    code: 'gateway.head.large',
    status: 431,
    api: rest({}),
    ask: ({ get }) => get('/prod/a', { 'x-big': 'x'.repeat(10_240) }),
  },
  { code: 'gateway.policy.explicit', status: 403, api: rest({ policy: statement('Deny', 'execute-api:/*') }) },
  {
    code: 'gateway.policy.implicit',
    status: 403,
    api: rest({ policy: statement('Allow', 'execute-api:/prod/POST/*') }),
  },
];

const post =
  (body: string, type = 'application/json'): NonNullable<Row['ask']> =>
  ({ send }) =>
    send({ method: 'POST', target: '/prod/a', headers: { 'content-type': type }, body });

const validation: readonly Row[] = [
  {
    code: 'gateway.validation.parameters',
    status: 400,
    api: rest({ routes: { 'GET /a': { ...mock(), validate: { query: ['q'] } } } }),
  },
  {
    code: 'gateway.validation.body',
    status: 400,
    api: rest({
      routes: {
        'POST /a': { ...mock(), validate: { body: { 'application/json': { type: 'object', required: ['n'] } } } },
      },
    }),
    ask: post('{}'),
  },
  {
    code: 'gateway.validation.described',
    status: 400,
    api: rest({ positive: 'enforce', routes: { 'GET /a': { ...mock(), describes: { query: ['known'] } } } }),
    ask: ({ get }) => get('/prod/a?unknown=1'),
  },
  {
    code: 'gateway.validation.unsupported',
    status: 415,
    api: rest({
      routes: {
        'POST /a': {
          to: { use: 'mock' },
          transform: {
            templates: { 'application/json': '{"statusCode":200}' },
            passthrough: 'NEVER',
            responses: [{ status: 200 }],
          },
        },
      },
    }),
    ask: post('text', 'text/plain'),
  },
];

const value = 'gold-key-0123456789abcdef';
const budgeted = (code: string, step: object, ask?: Row['ask']): Row => ({
  code,
  status: 429,
  api: rest({ routes: { 'GET /a': { ...mock(), budget: 'day', price: { fixed: 0.6 } } } }),
  options: { document: { budgets: { day: { limit: 1, steps: [{ at: 0.5, ...step }] } } } },
  ask: ask ?? ((made) => twice(made)),
});

const metering: readonly Row[] = [
  {
    code: 'gateway.stage-throttle.method',
    status: 429,
    api: rest({ routes: { 'GET /a': { ...mock(), throttle: once } } }),
    ask: (made) => twice(made),
  },
  {
    code: 'gateway.stage-throttle.account',
    status: 429,
    api: rest({}),
    options: { document: { account: { throttle: once } } },
    ask: (made) => twice(made),
  },
  {
    code: 'gateway.plan.throttled',
    status: 429,
    api: rest({ routes: { 'GET /a': { ...mock(), key: 'required' } } }),
    options: {
      document: {
        apiKeys: { gold: { value } },
        plans: { p: { stages: [{ api: 'shop' }], keys: ['gold'], throttle: once } },
      },
    },
    ask: (made) => twice(made, { 'x-api-key': value }),
  },
  budgeted('gateway.spend.challenged', { do: 'challenge' }),
  budgeted('gateway.spend.stopped', { do: 'stop' }),
  budgeted('gateway.spend.throttled', { do: 'throttle', throttle: once }, async (made) => {
    await made.get('/prod/a');
    return twice(made);
  }),
];

/** A function whose instance comes to this. */
const comesTo = (invoked: Invoked): ApiOptions => ({
  ports: { openFunction: () => ({ invoke: () => invoked, close: async () => {} }) },
});
const called = (
  code: string,
  status: number,
  options: ApiOptions,
  more: Readonly<Record<string, unknown>> = {},
): Row => ({
  code,
  status,
  api: rest({ routes: { 'GET /a': fn('f', more) } }),
  options,
});
const never = (): Promise<never> => new Promise(() => {});

const functions: readonly Row[] = [
  {
    code: 'integration.function.event',
    status: 400,
    api: rest({
      routes: {
        'POST /a': {
          to: { use: 'function', with: { file: 'f', proxy: false } },
          transform: { responses: [{ status: 200 }] },
        },
      },
    }),
    options: { handlers: { f: ok } },
    ask: post('{'),
  },
  called('integration.function.error', 502, {
    handlers: {
      f: () => {
        throw new Error('inside');
      },
    },
  }),
  called('integration.function.malformed', 502, { handlers: { f: async () => 'text' } }),
  {
    code: 'integration.function.encoding',
    status: 500,
    api: rest({ binaryMediaTypes: ['image/png'], routes: { 'GET /a': fn('f') } }),
    options: { handlers: { f: async () => ({ statusCode: 200, body: '!!', isBase64Encoded: true }) } },
    ask: ({ get }) => get('/prod/a', { accept: 'image/png' }),
  },
  called('integration.function.timed-out', 502, { handlers: { f: never }, functionMs: 10 }),
  called('integration.function.timeout', 504, { handlers: { f: never } }, { timeout: '60ms' }),
  called('integration.function.unavailable', 500, { handlers: { another: ok } }),
  called('integration.function.throttled', 500, comesTo({ kind: 'throttled' })),
  called('integration.function.too-large', 502, comesTo({ kind: 'too-large', which: 'answer', bytes: 7_000_000 })),
];

const rows = [...authorizers, ...routing, ...validation, ...metering, ...functions];

describe('reasons of REST and HTTP APIs', () => {
  it(`${rows.length} rows, no code twice`, () => {
    expect(rows.length).toBeGreaterThanOrEqual(32);
    expect(new Set(rows.map((row) => row.code)).size).toBe(rows.length);
  });

  it.each(rows)('$code is $status', async ({ code, status, api: entry, options, ask }) => {
    const made = await api(entry, options);
    const answer = await (ask ?? (({ get }) => get('/prod/a')))(made);
    expect([answer.record.code, answer.status]).toEqual([code, status]);
  });
});
