import { afterEach, describe, expect, it } from 'vitest';
import { api, apis, closeAll, fn, message, mock, ok } from './kit.ts';

afterEach(closeAll);

describe('routing rules of custom domains', () => {
  const rule = (priority: number, to: string, more: object = {}): object => ({ priority, to, ...more });
  const made = (mode: string | undefined, rules: readonly object[]) =>
    apis(
      {
        one: { kind: 'rest', routes: { 'GET /{proxy+}': mock('one') } },
        two: { kind: 'rest', routes: { 'GET /{proxy+}': fn('f') } },
        mapped: { kind: 'rest', hosts: ['api.test'], basePath: 'mapped', routes: { 'GET /a': mock('mapped') } },
      },
      {
        document: { domains: { 'api.test': { ...(mode ? { mode } : {}), rules } } },
        handlers: { f: async (event: never) => ({ body: JSON.stringify([(event as { path: string }).path, 'two']) }) },
      },
    );
  const body = async (
    visit: Awaited<ReturnType<typeof made>>,
    target: string,
    headers: Record<string, string> = {},
  ) => {
    const answer = await visit.get(target, { Host: 'api.test', ...headers });
    return answer.status === 200 ? answer.body : [answer.status, message(answer)];
  };

  it('RT-15 the smallest priority whose header and path conditions all hold; the base path stripped or not', async () => {
    const visit = await made(undefined, [
      rule(30, 'one', { basePath: 'v2' }),
      rule(10, 'two', {
        basePath: 'v2',
        headers: [
          { name: 'X-Version', glob: 'beta*' },
          { name: 'x-who', glob: 'me' },
        ],
      }),
      rule(20, 'two', { basePath: 'v2/deep', stripBasePath: true }),
    ]);
    expect(await body(visit, '/v2/a')).toBe('one');
    expect(await body(visit, '/v2/a', { 'x-version': 'beta3', 'X-Who': 'me' })).toBe('["/v2/a","two"]');
    expect(await body(visit, '/v2/a', { 'x-version': 'beta3' })).toBe('one');
    expect(await body(visit, '/v2/a', { 'x-version': 'BETA', 'x-who': 'me' })).toBe('one');
    expect(await body(visit, '/v2/deep/a')).toBe('["/a","two"]');
    // Whole segments only; and what no rule takes, mappings may.
    expect(await body(visit, '/v22/a')).toEqual([403, 'Forbidden']);
    expect(await body(visit, '/mapped/a')).toBe('mapped');
  });

  it('RT-15 the three modes', async () => {
    const rules = [rule(1, 'one', { basePath: 'one' })];
    const only = await made('ROUTING_RULE_ONLY', rules);
    expect([await body(only, '/one/a'), await body(only, '/mapped/a')]).toEqual(['one', [403, 'Forbidden']]);
    const then = await made('ROUTING_RULE_THEN_API_MAPPING', rules);
    expect([await body(then, '/one/a'), await body(then, '/mapped/a')]).toEqual(['one', 'mapped']);
    const mapping = await made('API_MAPPING_ONLY', rules);
    expect([await body(mapping, '/one/a'), await body(mapping, '/mapped/a')]).toEqual([[403, 'Forbidden'], 'mapped']);
  });

  it('RT-15 rules that make no sense are refused in the document', async () => {
    const rows: [object[], RegExp][] = [
      [[rule(1, 'none')], /the name of a REST API/],
      [[rule(1, 'one'), rule(1, 'two')], /rule 0 has it/],
      [[rule(1, 'one', { stripBasePath: true })], /a `basePath` to strip/],
      [[rule(0, 'one')], /priority/],
      [[rule(1, 'one', { headers: [1, 2, 3].map((at) => ({ name: `x-${at}`, glob: '*' })) })], /headers/],
    ];
    for (const [rules, says] of rows) await expect(made(undefined, rules), JSON.stringify(rules)).rejects.toThrow(says);
  });
});

describe('canaries', () => {
  const stage = (percent: number, canary: object = {}, more: object = {}) =>
    api(
      {
        kind: 'rest',
        variables: { v: 'stage', kept: 'both' },
        canary: { percent, variables: { v: 'canary' }, ...canary },
        routes: {
          'GET /f': fn('f'),
          'GET /new': mock('old'),
          'GET /t': {
            to: { use: 'mock' },
            transform: {
              templates: { 'application/json': '{"statusCode":200}' },
              responses: [
                {
                  status: 200,
                  templates: { 'application/json': '$context.isCanaryRequest $stageVariables.v $stageVariables.kept' },
                },
              ],
            },
          },
        },
        ...more,
      },
      { handlers: { f: ok } },
    );

  it('CN-1 variables, isCanaryRequest and routes of the canary', async () => {
    const all = await stage(100, { routes: { 'GET /new': mock('new'), 'GET /only': mock('only') } });
    expect((await all.get('/prod/t')).body).toBe('true canary both');
    await all.get('/prod/f');
    expect(all.events['f']?.[0]).toMatchObject({
      stageVariables: { v: 'canary', kept: 'both' },
      requestContext: { isCanaryRequest: true, stage: 'prod' },
    });
    expect([(await all.get('/prod/new')).body, (await all.get('/prod/only')).body]).toEqual(['new', 'only']);
    const nobody = await stage(0, { routes: { 'GET /new': mock('new') } });
    expect([(await nobody.get('/prod/t')).body, (await nobody.get('/prod/new')).body]).toEqual([
      'false stage both',
      'old',
    ]);
    const without = await api({ kind: 'rest', routes: { 'GET /f': fn('f') } }, { handlers: { f: ok } });
    await without.get('/prod/f');
    expect(JSON.stringify(without.events['f'])).not.toContain('isCanaryRequest');
  });

  it('CN-1 each request is drawn on its own', async () => {
    const half = await stage(50);
    const seen: string[] = [];
    for (let at = 0; at < 200; at++) seen.push((await half.get('/prod/t')).body.split(' ')[0] as string);
    const canaries = seen.filter((each) => each === 'true').length;
    // Ten standard deviations around a hundred.
    expect(canaries).toBeGreaterThan(29);
    expect(canaries).toBeLessThan(171);
  });

  it('CN-1 it shares the cache of the stage only where it may, and never with other routes', async () => {
    const fetched = async (canary: object): Promise<number> => {
      const made = await stage(50, canary, { stageCache: {} });
      for (let at = 0; at < 60; at++) await made.get('/prod/f');
      return made.events['f']?.length ?? 0;
    };
    expect(await fetched({})).toBe(2);
    expect(await fetched({ useStageCache: true })).toBe(1);
    expect(await fetched({ useStageCache: true, routes: { 'GET /new': mock('new') } })).toBe(2);
  });

  it('CN-1 HTTP APIs have none', async () => {
    await expect(api({ kind: 'http', canary: { percent: 1 }, routes: { 'GET /a': mock() } })).rejects.toThrow(
      /HTTP APIs have no canary/,
    );
  });
});
