import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, describe, expect, it } from 'vitest';
import { Body } from '../../../src/http/body.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { answerWith, type Script } from '../../../src/testing/visit.ts';
import { api, closeAll, fn, message, ok } from './kit.ts';
import { Sha256 } from './sha256.ts';

afterEach(closeAll);

const origins = { origins: { o: { url: 'http://o.test' } } };

/** An origin that counts, and says not to keep anything. */
const counting = (): Script => {
  let count = 0;
  return (asked) => ({
    status: asked.target.includes('missing') ? 404 : 200,
    headers: HeaderList.of({
      'Content-Type': 'text/plain',
      'Cache-Control': 'no-store',
      'X-Count': String((count += 1)),
      ...(asked.target.includes('cookie') ? { 'Set-Cookie': 'a=1' } : {}),
    }),
    body: Body.of(asked.target.includes('large') ? 'x'.repeat(1_048_577) : `answer ${count}`),
    address: 'script',
  });
};

const cached = (stageCache: object = {}, routes: object = {}, more: object = {}, document: object = {}) =>
  api(
    { kind: 'rest', stageCache, routes: { 'GET /a': { to: 'o' }, ...routes }, ...more },
    { document: { ...origins, ...document }, origin: counting() },
  );

describe('the stage cache', () => {
  it('CA-1 GET alone, under the path and the parameters that are marked; nothing else counts', async () => {
    const made = await cached(
      { keys: ['method.request.querystring.page', 'method.request.header.X-Lang'] },
      {
        'GET /a/{id}': { to: 'o' },
        'POST /a': { to: 'o' },
        'PUT /a': { to: 'o', stageCache: {} },
        'GET /never': { to: 'o', stageCache: false },
        'ANY /any': { to: 'o' },
        'GET /zero': { to: 'o', stageCache: { ttl: '0s' } },
      },
    );
    const count = async (target: string, headers: Record<string, string> = {}, method = 'GET') =>
      (await made.send({ method, target: `/prod${target}`, headers })).headers.get('x-count');
    expect([await count('/a?page=1'), await count('/a?page=1&other=2'), await count('/a?page=2')]).toEqual([
      '1',
      '1',
      '2',
    ]);
    expect([await count('/a?page=1', { 'X-Lang': 'de' }), await count('/a?page=1', { 'X-Other': 'de' })]).toEqual([
      '3',
      '1',
    ]);
    // What is not marked does not count; the path does, whatever is marked.
    expect([await count('/a/1'), await count('/a/2'), await count('/a/1?x')]).toEqual(['4', '5', '4']);
    expect([await count('/a', {}, 'POST'), await count('/a', {}, 'POST')]).toEqual(['6', '7']);
    expect([await count('/a', {}, 'PUT'), await count('/a', {}, 'PUT')]).toEqual(['8', '8']);
    expect([await count('/never'), await count('/never'), await count('/zero'), await count('/zero')]).toEqual([
      '9',
      '10',
      '11',
      '12',
    ]);
    expect([await count('/any'), await count('/any'), await count('/any', {}, 'POST')]).toEqual(['13', '13', '14']);
    expect(JSON.stringify(made.visit.records.at(-2)?.steps)).toContain('"what":"hit"');
  });

  it('CA-1 for its time, and answers of a function with their fields', async () => {
    const made = await api(
      { kind: 'rest', stageCache: { ttl: '60s' }, routes: { 'GET /f': fn('f') } },
      { handlers: { f: async () => ({ statusCode: 201, headers: { 'X-A': '1' }, body: 'made' }) } },
    );
    const first = await made.get('/prod/f');
    made.clock.turn(59_000);
    const second = await made.get('/prod/f');
    expect([second.status, second.headers.get('x-a'), second.body]).toEqual([201, '1', 'made']);
    expect(second.headers.all('x-amzn-requestid')).toHaveLength(1);
    expect(second.headers.get('x-amzn-requestid')).not.toBe(first.headers.get('x-amzn-requestid'));
    expect(made.events['f']).toHaveLength(1);
    made.clock.turn(1001);
    await made.get('/prod/f');
    expect(made.events['f']).toHaveLength(2);
  });

  it('CA-2 max-age=0 without the permission: 403, a warning, or nothing', async () => {
    const ask = async (invalidation: object, policy?: object) => {
      const made = await cached({ invalidation }, {}, policy ? { policy } : {});
      await made.get('/prod/a');
      const answer = await made.get('/prod/a', { 'Cache-Control': 'max-age=0' });
      return [answer.status, answer.headers.get('x-count'), answer.headers.get('warning')?.slice(0, 3), answer.from];
    };
    expect(await ask({ unauthorized: 'FAIL_WITH_403' })).toEqual([
      403,
      undefined,
      undefined,
      expect.objectContaining({ code: 'gateway.stage-cache.invalidate' }),
    ]);
    expect((await ask({})).slice(0, 3)).toEqual([200, '1', '199']);
    expect((await ask({ unauthorized: 'SUCCEED_WITHOUT_RESPONSE_HEADER' })).slice(0, 3)).toEqual([200, '1', undefined]);
    expect((await ask({ authorization: false })).slice(0, 3)).toEqual([200, '2', undefined]);
    const allow = (action: string): object => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: action, Resource: '*' }],
    });
    expect((await ask({}, allow('execute-api:*'))).slice(0, 3)).toEqual([200, '2', undefined]);
    expect((await ask({}, allow('execute-api:Invoke'))).slice(0, 3)).toEqual([200, '1', '199']);
  });

  it('CA-2 a signed caller may when its own policy says so, and what was made anew is what others get', async () => {
    const caller = (action: string, key: string): object => ({
      secret: 'secret-0123456789',
      arn: `arn:aws:iam::000000000000:user/${key}`,
      policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] },
    });
    const made = await cached(
      {},
      { 'GET /s': { to: 'o', authorizer: 'iam', shareable: true } },
      {
        authorizers: {
          iam: {
            use: 'iam',
            with: {
              callers: { AKIDMAY: caller('execute-api:*', 'may'), AKIDNOT: caller('execute-api:Invoke', 'not') },
            },
          },
        },
      },
    );
    const ask = async (accessKey: string, headers: Record<string, string> = {}) => {
      const signer = new SignatureV4({
        credentials: { accessKeyId: accessKey, secretAccessKey: 'secret-0123456789' },
        region: 'us-east-1',
        service: 'execute-api',
        sha256: Sha256,
      });
      const signed = await signer.sign(
        {
          method: 'GET',
          protocol: 'http:',
          hostname: 'api.test',
          path: '/prod/s',
          query: {},
          headers: { host: 'api.test' },
        },
        { signingDate: new Date(made.clock.now()) },
      );
      return (await made.get('/prod/s', { ...signed.headers, ...headers })).headers.get('x-count');
    };
    expect([await ask('AKIDNOT'), await ask('AKIDMAY')]).toEqual(['1', '1']);
    expect(await ask('AKIDNOT', { 'Cache-Control': 'max-age=0' })).toBe('1');
    expect(await ask('AKIDMAY', { 'Cache-Control': 'max-age=0' })).toBe('2');
    expect(await ask('AKIDNOT')).toBe('2');
  });

  it('CA-3 fields of the answer do not count; errors, cookies and large answers are not kept; a flush empties it', async () => {
    const made = await cached({}, { 'GET /{name}': { to: 'o' } });
    const count = async (target: string) => (await made.get(`/prod${target}`)).headers.get('x-count');
    expect([await count('/a'), await count('/a')]).toEqual(['1', '1']); // although the origin says no-store
    expect([await count('/missing'), await count('/missing')]).toEqual(['2', '3']);
    expect([await count('/cookie'), await count('/cookie')]).toEqual(['4', '5']);
    expect([await count('/large'), await count('/large')]).toEqual(['6', '7']);
    expect((await made.get('/prod/large')).body).toHaveLength(1_048_577);
    expect(await made.visit.app.purge(['/prod/a'])).toBe(1);
    expect(await count('/a')).toBe('9');
  });

  it('CA-4 answers of authorizers are kept elsewhere and outlive a flush; what depends on the caller is not kept', async () => {
    const made = await api(
      {
        kind: 'rest',
        stageCache: {},
        authorizers: { guard: { use: 'lambda', with: { file: 'guard', type: 'TOKEN' } } },
        routes: {
          'GET /mine': fn('f', { authorizer: 'guard' }),
          'GET /ours': fn('f', { authorizer: 'guard', shareable: true }),
        },
      },
      {
        handlers: {
          f: ok,
          guard: async () => ({
            principalId: 'u',
            policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
          }),
        },
      },
    );
    const token = { Authorization: 'one' };
    for (const path of ['/prod/mine', '/prod/mine', '/prod/ours', '/prod/ours']) await made.get(path, token);
    expect([made.events['f']?.length, made.events['guard']?.length]).toEqual([3, 1]);
    await made.visit.app.purge(['/*']);
    await made.get('/prod/ours', token);
    expect([made.events['f']?.length, made.events['guard']?.length]).toEqual([4, 1]);
    expect((await made.get('/prod/ours')).status).toBe(401);
  });

  it('CA-1 what makes no sense is refused in the document', async () => {
    const rows: [object, RegExp][] = [
      [{ kind: 'http', stageCache: {}, routes: { 'GET /a': { to: 'o' } } }, /HTTP APIs have no stage cache/],
      [{ kind: 'http', routes: { 'GET /a': { to: 'o', stageCache: {} } } }, /HTTP APIs have no stage cache/],
      [{ kind: 'rest', stageCache: { ttl: '2h' }, routes: {} }, /at most 3600s/],
      [
        { kind: 'rest', stageCache: { keys: ['page'] }, routes: { 'GET /a': { to: 'o' } } },
        /a parameter of the method/,
      ],
      [{ kind: 'rest', routes: { 'GET /a': { to: 'o', key: 'required', stageCache: {} } } }, /shareable: true/],
    ];
    for (const [entry, says] of rows)
      await expect(api(entry as Record<string, unknown>, { document: origins }), JSON.stringify(entry)).rejects.toThrow(
        says,
      );
  });
});

describe("the edge's cache in an API's line", () => {
  const fresh = answerWith(200, 'text/plain', 'kept', { 'Cache-Control': 'max-age=60' });

  it('keeps what the answer allows, and never what depends on who asks', async () => {
    const made = await api(
      {
        kind: 'http',
        cache: {},
        authorizers: {
          guard: { use: 'lambda', with: { file: 'guard', simple: true, identity: ['$request.header.Authorization'] } },
        },
        routes: {
          'GET /open': { to: 'o' },
          'GET /mine': { to: 'o', authorizer: 'guard' },
        },
      },
      { document: origins, origin: fresh, handlers: { guard: async () => ({ isAuthorized: true }) } },
    );
    for (let at = 0; at < 2; at++) {
      await made.get('/open');
      await made.get('/mine', { 'X-Other': '1', Authorization: 'me' });
    }
    expect(made.visit.asked.map((each) => each.target)).toEqual(['/open', '/mine', '/mine']);
    expect((await made.get('/open')).headers.get('cache-status')).toContain('hit');
    expect(message(await made.get('/mine'))).toBe('Unauthorized');
  });
});
