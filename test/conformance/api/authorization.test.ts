import { Sha256 } from './sha256.ts';
import { SignatureV4 } from '@smithy/signature-v4';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RestEvent } from '../../../src/events/rest.ts';
import { api, closeAll, fn, message, ok, policy, type ApiVisit } from './kit.ts';

afterEach(closeAll);

const statement = (effect: string, more: object = {}): object => ({
  Effect: effect,
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/*',
  ...more,
});
const document = (...statements: object[]): object => ({ Version: '2012-10-17', Statement: statements });
const from = (operator: string, block: string): object => ({ Condition: { [operator]: { 'aws:SourceIp': block } } });

/** A REST API with a resource policy and a REQUEST authorizer that says `said`. */
const guarded = (said: 'Allow' | 'Deny' | 'silent' | null, resourcePolicy: object | null): Promise<ApiVisit> =>
  api(
    {
      kind: 'rest',
      account: '123456789012',
      ...(resourcePolicy ? { policy: resourcePolicy } : {}),
      ...(said ? { authorizers: { a: { use: 'lambda', with: { file: 'auth', ttl: '0ms' } } } } : {}),
      routes: { 'GET /a': { ...fn('f'), ...(said ? { authorizer: 'a' } : {}) } },
    },
    {
      handlers: {
        f: ok,
        auth: async () =>
          said === 'silent'
            ? policy('Allow', 'arn:aws:execute-api:*:*:*/prod/POST/*')
            : policy(said === 'Deny' ? 'Deny' : 'Allow', '*'),
      },
    },
  );

describe('resource policies', () => {
  const policies = {
    Allow: document(statement('Allow')),
    silent: document(statement('Allow', from('IpAddress', '10.0.0.0/8'))),
    Deny: document(statement('Deny')),
  } as const;

  it('RP-3 all nine cells of authorizer and policy', async () => {
    const cells = [
      ['Allow', 'Allow', 200, null],
      ['Allow', 'silent', 200, null],
      ['Allow', 'Deny', 403, 'with an explicit deny'],
      ['silent', 'Allow', 200, null],
      ['silent', 'silent', 403, 'User is not authorized to access this resource'],
      ['silent', 'Deny', 403, 'with an explicit deny'],
      ['Deny', 'Allow', 403, 'with an explicit deny'],
      ['Deny', 'silent', 403, 'with an explicit deny'],
      ['Deny', 'Deny', 403, 'with an explicit deny'],
    ] as const;
    for (const [said, resource, status, words] of cells) {
      const answer = await (await guarded(said, policies[resource])).get('/prod/a');
      expect(answer.status, `${said}, ${resource}`).toBe(status);
      if (words) expect(message(answer), `${said}, ${resource}`).toContain(words);
    }
    expect(cells).toHaveLength(9);
  });

  it('RP-4 AZ-3 without an authorizer an Allow is needed; the words name the resource with a masked account', async () => {
    expect((await (await guarded(null, policies.Allow)).get('/prod/a')).status).toBe(200);
    const silent = await (await guarded(null, policies.silent)).get('/prod/a');
    expect(silent.status).toBe(403);
    expect(silent.body).toBe(
      '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:shop/prod/GET/a"}',
    );
    expect(silent.headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
    expect(message(await (await guarded(null, policies.Deny)).get('/prod/a'))).toMatch(
      /shop\/prod\/GET\/a with an explicit deny$/,
    );
  });

  it('RP-4 the trap: with a Lambda authorizer an Allow by address restricts nobody, only a Deny does', async () => {
    const open = await guarded('Allow', policies.silent);
    expect((await open.get('/prod/a')).status).toBe(200);
    expect(open.logs.some((line) => line.facts?.['code'] === 'ip-allow-restricts-nobody')).toBe(true);
    const shut = await guarded(
      'Allow',
      document(statement('Allow'), statement('Deny', from('NotIpAddress', '10.0.0.0/8'))),
    );
    expect((await shut.get('/prod/a')).status).toBe(403);
    expect(shut.events['auth']).toBeUndefined(); // an explicit deny comes before the authorizer
    expect((await shut.send({ target: '/prod/a', address: '10.1.2.3' })).status).toBe(200);
  });

  it('RP-6 a missing key satisfies a negated operator', async () => {
    const made = await guarded(
      null,
      document(
        statement('Allow'),
        statement('Deny', { Condition: { StringNotEquals: { 'aws:Referer': 'https://ok.example.com/' } } }),
      ),
    );
    expect((await made.get('/prod/a')).status).toBe(403);
    expect((await made.get('/prod/a', { referer: 'https://ok.example.com/' })).status).toBe(200);
  });

  it("RP-7 behind a proxy the address is that of the proxy, otherwise the client's", async () => {
    const only = document(statement('Allow', from('IpAddress', '192.0.2.0/24')));
    const viewer = { address: '192.0.2.9', viewer: { peer: '198.51.100.1' } };
    const direct = await api({ kind: 'rest', policy: only, routes: { 'GET /a': fn('f') } }, { handlers: { f: ok } });
    expect((await direct.send({ target: '/prod/a', ...viewer })).status).toBe(200);
    const behind = await api(
      { kind: 'rest', policy: only, behindProxy: true, routes: { 'GET /a': fn('f') } },
      { handlers: { f: ok } },
    );
    expect((await behind.send({ target: '/prod/a', ...viewer })).status).toBe(403);
  });

  it('a policy that is wrong is told with its place, and the document is not taken', async () => {
    await expect(
      guarded(null, document(statement('Allow', { Condition: { IpAdress: { 'aws:SourceIp': 'x' } } }))),
    ).rejects.toThrow(/Condition\.IpAdress.*no condition operator/s);
  });
});

type Said = { readonly event: never; readonly call: number };
const withAuthorizer = (
  options: object,
  answer: (said: Said) => unknown,
  more: object = {},
  routes: object = { 'GET /a': { ...fn('f'), authorizer: 'a' }, 'GET /b': { ...fn('f'), authorizer: 'a' } },
): Promise<ApiVisit> => {
  let call = 0;
  return api(
    { kind: 'rest', authorizers: { a: { use: 'lambda', with: { file: 'auth', ...options } } }, routes, ...more },
    { handlers: { f: ok, auth: async (event: never) => answer({ event, call: call++ }) } },
  );
};
const allow = (): unknown => policy('Allow', '*');
const token = { Authorization: 'secret' };

describe('Lambda authorizers of REST APIs', () => {
  it('LA-1 TOKEN: three members, one header; absent or unfit is 401 without a call', async () => {
    const made = await withAuthorizer({ type: 'TOKEN', validate: 's[a-z]+', ttl: '0ms' }, allow);
    expect((await made.get('/prod/a', token)).status).toBe(200);
    expect(made.events['auth']).toEqual([
      {
        type: 'TOKEN',
        methodArn: 'arn:aws:execute-api:us-east-1:000000000000:shop/prod/GET/a',
        authorizationToken: 'secret',
      },
    ]);
    for (const headers of [{}, { Authorization: '' }, { Authorization: 'xsecret' }]) {
      const answer = await made.get('/prod/a', headers);
      expect([answer.status, answer.body, answer.headers.get('x-amzn-errortype')]).toEqual([
        401,
        '{"message":"Unauthorized"}',
        'UnauthorizedException',
      ]);
    }
    expect(made.events['auth']).toHaveLength(1);
  });

  it('LA-2 REQUEST: everything but the body, empty maps instead of null', async () => {
    const made = await withAuthorizer({}, allow, {}, { 'POST /a': { ...fn('f'), authorizer: 'a' } });
    await made.send({ method: 'POST', target: '/prod/a', body: 'secret' });
    const event = made.events['auth']?.[0] as Record<string, unknown>;
    expect(Object.keys(event).sort()).toEqual(
      [
        'headers',
        'httpMethod',
        'methodArn',
        'multiValueHeaders',
        'multiValueQueryStringParameters',
        'path',
        'pathParameters',
        'queryStringParameters',
        'requestContext',
        'resource',
        'stageVariables',
        'type',
      ].sort(),
    );
    expect(event).toMatchObject({ type: 'REQUEST', queryStringParameters: {}, pathParameters: {}, stageVariables: {} });
  });

  it('LA-2 REQUEST: who asked, by which port and protocol, and the trace, as the function is told', async () => {
    const made = await withAuthorizer({ ttl: '0ms' }, allow);
    await made.get('/prod/a', { 'X-Forwarded-For': '198.51.100.9', 'X-Forwarded-Proto': 'https' });
    const [asked, called] = [made.events['auth'], made.events['f']].map((list) => (list as RestEvent[])[0]?.headers);
    expect(asked?.['X-Forwarded-For']).toMatch(/^198\.51\.100\.9, \S+$/);
    expect(asked?.['X-Amzn-Trace-Id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    for (const name of ['X-Amzn-Trace-Id', 'X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto']) {
      expect(asked?.[name], name).toBeTypeOf('string');
      expect(called?.[name], name).toBe(asked?.[name]);
    }
    expect(asked?.['X-Forwarded-Proto']).toBe('http');
  });

  it('LA-3 all identity sources must be there and not empty', async () => {
    const made = await withAuthorizer(
      {
        identity: [
          'method.request.header.Authorization',
          'method.request.querystring.k',
          'stageVariables.v',
          'context.httpMethod',
        ],
      },
      allow,
      { variables: { v: '1' } },
    );
    expect((await made.get('/prod/a?k=1', token)).status).toBe(200);
    for (const answer of [
      await made.get('/prod/a', token),
      await made.get('/prod/a?k=', token),
      await made.get('/prod/a?k=1'),
    ])
      expect(answer.status).toBe(401);
    expect(made.events['auth']).toHaveLength(1);
  });

  it('LA-4 EV1-3 the context arrives as texts beside principal and latency', async () => {
    const made = await withAuthorizer({}, () => policy('Allow', '*', { context: { n: 1, yes: true, s: 'x' } }));
    await made.get('/prod/a', token);
    const { authorizer } = (made.events['f'] as RestEvent[])[0]?.requestContext ?? { authorizer: null };
    expect(authorizer).toEqual({
      principalId: 'user',
      integrationLatency: expect.any(Number),
      n: '1',
      yes: 'true',
      s: 'x',
    });
    const nested = await withAuthorizer({}, () => policy('Allow', '*', { context: { bad: { a: 1 } } }));
    expect((await nested.get('/prod/a', token)).status).toBe(500);
  });

  it('LA-5 AZ-1 AZ-2 thrown "Unauthorized" is 401, any other failure 500 with null, denials 403', async () => {
    const throws = (text: string) =>
      withAuthorizer({}, () => {
        throw new Error(text);
      });
    const said = async (made: ApiVisit): Promise<unknown[]> => {
      const answer = await made.get('/prod/a', token);
      return [answer.status, answer.body, answer.headers.get('x-amzn-errortype')];
    };
    expect(await said(await throws('Unauthorized'))).toEqual([
      401,
      '{"message":"Unauthorized"}',
      'UnauthorizedException',
    ]);
    expect(await said(await throws('unauthorized'))).toEqual([
      500,
      '{"message":null}',
      'AuthorizerConfigurationException',
    ]);
    expect(await said(await withAuthorizer({}, () => 'garbage'))).toEqual([
      500,
      '{"message":null}',
      'AuthorizerConfigurationException',
    ]);
    expect(
      await said(await withAuthorizer({}, () => ({ principalId: 'x', policyDocument: { Statement: 'no' } }))),
    ).toEqual([500, '{"message":null}', 'AuthorizerConfigurationException']);
    expect(await said(await withAuthorizer({}, () => policy('Deny', '*')))).toEqual([
      403,
      '{"Message":"User is not authorized to access this resource with an explicit deny"}',
      'AccessDeniedException',
    ]);
    expect(await said(await withAuthorizer({}, () => policy('Allow', 'arn:aws:execute-api:*:*:other/*')))).toEqual([
      403,
      '{"Message":"User is not authorized to access this resource"}',
      'AccessDeniedException',
    ]);
  });

  it('LA-6 the kept policy is asked again for each method: one that names only GET /a denies GET /b without a call', async () => {
    const made = await withAuthorizer({ identity: ['method.request.header.Authorization'] }, ({ event }) =>
      policy('Allow', (event as { methodArn: string }).methodArn),
    );
    expect((await made.get('/prod/a', token)).status).toBe(200);
    expect((await made.get('/prod/b', token)).status).toBe(403);
    expect(made.events['auth']).toHaveLength(1);
    made.clock.turn(300_001);
    expect((await made.get('/prod/b', token)).status).toBe(200);
    expect(made.events['auth']).toHaveLength(2);
  });

  it('LA-6 another identity is asked anew, errors are not kept, a TTL of nothing asks each time', async () => {
    const failing = await withAuthorizer({ type: 'TOKEN' }, ({ call }) => {
      if (call === 0) throw new Error('once');
      return allow();
    });
    expect([
      (await failing.get('/prod/a', token)).status,
      (await failing.get('/prod/a', token)).status,
      (await failing.get('/prod/a', token)).status,
    ]).toEqual([500, 200, 200]);
    expect(failing.events['auth']).toHaveLength(2);
    await failing.get('/prod/a', { Authorization: 'other' });
    expect(failing.events['auth']).toHaveLength(3);
    const never = await withAuthorizer({ type: 'TOKEN', ttl: '0ms' }, allow);
    await never.get('/prod/a', token);
    await never.get('/prod/a', token);
    expect(never.events['auth']).toHaveLength(2);
  });

  it('LA-7 the ARN has the actual path in the form it came, the root with a slash', async () => {
    const made = await withAuthorizer(
      {},
      allow,
      {},
      { 'GET /a/{id}': { ...fn('f'), authorizer: 'a' }, 'GET /': { ...fn('f'), authorizer: 'a' } },
    );
    await made.get('/prod/a/x%20y', token);
    await made.get('/prod/', token);
    expect((made.events['auth'] as { methodArn: string }[]).map((event) => event.methodArn.split(':').at(-1))).toEqual([
      'shop/prod/GET/a/x%20y',
      'shop/prod/GET/',
    ]);
  });

  it('LM-8 an ARN above 1600 bytes is 414 without a call', async () => {
    const made = await withAuthorizer({}, allow, {}, { 'GET /{proxy+}': { ...fn('f'), authorizer: 'a' } });
    const answer = await made.get(`/prod/${'x'.repeat(1600)}`, token);
    expect([answer.status, message(answer)]).toEqual([414, 'Request URI too long']);
    expect(made.events['auth']).toBeUndefined();
  });
});

const httpWith = (options: object, answer: (said: Said) => unknown, routes?: object): Promise<ApiVisit> =>
  withAuthorizer({ identity: ['$request.header.Authorization'], ...options }, answer, { kind: 'http' }, routes);

describe('Lambda authorizers of HTTP APIs', () => {
  it('HA-1 payload 2.0 has route ARN, sources and lower-case headers; 1.0 has the older shape', async () => {
    const two = await httpWith({ simple: true }, () => ({ isAuthorized: true }));
    await two.get('/a?x=1', token);
    expect(two.events['auth']?.[0]).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeArn: 'arn:aws:execute-api:us-east-1:000000000000:shop/$default/GET/a',
      identitySource: ['secret'],
      routeKey: 'GET /a',
      rawPath: '/a',
      rawQueryString: 'x=1',
      headers: { authorization: 'secret' },
    });
    expect(two.events['auth']?.[0]).not.toHaveProperty('body');
    const [asked, called] = ['auth', 'f'].map((name) => (two.events[name] as { headers: object }[])[0]?.headers);
    expect(asked).toMatchObject({
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
      'x-forwarded-for': expect.any(String),
      'x-forwarded-port': expect.stringMatching(/^\d+$/),
      'x-forwarded-proto': 'http',
    });
    expect(called).toMatchObject(asked as object);
    const one = await httpWith({ payload: '1.0' }, allow);
    await one.get('/a', token);
    expect(one.events['auth']?.[0]).toMatchObject({
      version: '1.0',
      type: 'REQUEST',
      methodArn: expect.any(String),
      identitySource: 'secret',
      authorizationToken: 'secret',
    });
  });

  it('HA-2 HA-3 simple answers, and policies with nested context under lambda', async () => {
    const yes = await httpWith({ simple: true }, () => ({ isAuthorized: true, context: { tier: { name: 'gold' } } }));
    expect((await yes.get('/a', token)).status).toBe(200);
    expect(yes.events['f']?.[0]).toMatchObject({
      requestContext: { authorizer: { lambda: { tier: { name: 'gold' } } } },
    });
    expect((await (await httpWith({ simple: true }, () => ({ isAuthorized: false }))).get('/a', token)).body).toBe(
      '{"message":"Forbidden"}',
    );
    const nested = await httpWith({}, () => policy('Allow', '*', { context: { a: [1] } }));
    await nested.get('/a', token);
    expect(nested.events['f']?.[0]).toMatchObject({ requestContext: { authorizer: { lambda: { a: [1] } } } });
    expect((await (await httpWith({ simple: true }, allow)).get('/a', token)).status).toBe(500); // a policy where a plain answer is configured
  });

  it('HA-4 missing source 401, no 403, broken 500, thrown "Unauthorized" 401', async () => {
    const said = async (made: ApiVisit, headers: Record<string, string> = token): Promise<unknown[]> => {
      const answer = await made.get('/a', headers);
      return [answer.status, answer.body];
    };
    expect(await said(await httpWith({}, allow), {})).toEqual([401, '{"message":"Unauthorized"}']);
    expect(await said(await httpWith({}, () => policy('Deny', '*')))).toEqual([403, '{"message":"Forbidden"}']);
    expect(
      await said(
        await httpWith({}, () => {
          throw new Error('x');
        }),
      ),
    ).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(
      await said(
        await httpWith({}, () => {
          throw new Error('Unauthorized');
        }),
      ),
    ).toEqual([401, '{"message":"Unauthorized"}']);
  });

  it('HA-5 simple answers are shared by all routes unless the route key is a source', async () => {
    const shared = await httpWith({ simple: true }, () => ({ isAuthorized: true }));
    await shared.get('/a', token);
    await shared.get('/b', token);
    expect(shared.events['auth']).toHaveLength(1);
    const apart = await httpWith(
      { simple: true, identity: ['$request.header.Authorization', '$context.routeKey'] },
      () => ({ isAuthorized: true }),
    );
    await apart.get('/a', token);
    await apart.get('/b', token);
    await apart.get('/a', token);
    expect(apart.events['auth']).toHaveLength(2);
  });
});

const issuer = 'https://issuer.test';

describe('JWT authorizers', () => {
  let pair: Awaited<ReturnType<typeof generateKeyPair>>;
  let other: typeof pair;
  let keys: object[] = [];
  let fetches = 0;
  beforeAll(async () => {
    pair = await generateKeyPair('RS256', { extractable: true });
    other = await generateKeyPair('RS256', { extractable: true });
  });
  const now = Date.UTC(2026, 0, 1) / 1000;
  const good: JWTPayload = {
    iss: issuer,
    aud: 'shop',
    exp: now + 3600,
    iat: now - 10,
    nbf: now - 10,
    scope: 'read write',
    sub: 'ann',
  };
  const sign = (claims: JWTPayload, more: { key?: typeof pair; kid?: string } = {}): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: more.kid ?? 'k1' }).sign((more.key ?? pair).privateKey);
  const made = async (route: object = {}): Promise<ApiVisit> => {
    keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }];
    fetches = 0;
    return api(
      {
        kind: 'http',
        authorizers: { j: { use: 'jwt', with: { issuer, audience: ['shop'] } } },
        routes: { 'GET /a': { ...fn('f'), authorizer: 'j', ...route } },
      },
      {
        handlers: { f: ok },
        ports: {
          fetchJson: async (url) => {
            fetches++;
            return url.endsWith('openid-configuration') ? { jwks_uri: `${issuer}/keys` } : { keys };
          },
        },
      },
    );
  };
  const bearer = (text: string): Record<string, string> => ({ Authorization: `Bearer ${text}` });

  it('JW-1 JW-5 the token with or without "Bearer"; claims arrive as texts', async () => {
    const visit = await made();
    const text = await sign({ ...good, groups: ['a', 'b'], n: 5 });
    expect((await visit.get('/a', bearer(text))).status).toBe(200);
    expect((await visit.get('/a', { Authorization: text })).status).toBe(200);
    expect(visit.events['f']?.[0]).toMatchObject({
      requestContext: { authorizer: { jwt: { claims: { sub: 'ann', groups: '[a b]', n: '5' }, scopes: null } } },
    });
  });

  it('JW-2 each claim and the signature', async () => {
    const visit = await made();
    const cases: [string, string, number][] = [
      ['good', await sign(good), 200],
      ['issuer', await sign({ ...good, iss: 'https://evil.test' }), 401],
      ['audience', await sign({ ...good, aud: 'other' }), 401],
      ['audience in a list', await sign({ ...good, aud: ['x', 'shop'] }), 200],
      [
        'client_id without aud',
        await sign({
          ...Object.fromEntries(Object.entries(good).filter(([name]) => name !== 'aud')),
          client_id: 'shop',
        }),
        200,
      ],
      ['client_id beside a wrong aud', await sign({ ...good, aud: 'other', client_id: 'shop' }), 401],
      ['expired', await sign({ ...good, exp: now - 1 }), 401],
      ['no expiry', await sign(Object.fromEntries(Object.entries(good).filter(([name]) => name !== 'exp'))), 401],
      ['not yet', await sign({ ...good, nbf: now + 100 }), 401],
      ['issued in the future', await sign({ ...good, iat: now + 100 }), 401],
      ['another key', await sign(good, { key: other }), 401],
      ['unknown kid', await sign(good, { kid: 'k9' }), 401],
      ['no signature', `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(good))}.`, 401],
      [
        'shared secret',
        await new SignJWT(good)
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(new TextEncoder().encode('x'.repeat(32))),
        401,
      ],
      ['garbage', 'garbage', 401],
    ];
    for (const [name, text, status] of cases) {
      const answer = await visit.get('/a', bearer(text));
      expect([answer.status, answer.record.code], name).toEqual([
        status,
        status === 200 ? null : 'gateway.jwt.invalid',
      ]);
    }
    expect(cases.length).toBeGreaterThanOrEqual(15);
  });

  it('JW-2 one of the scopes of the route must be there', async () => {
    expect((await (await made({ scopes: ['write', 'admin'] })).get('/a', bearer(await sign(good)))).status).toBe(200);
    const answer = await (await made({ scopes: ['admin'] })).get('/a', bearer(await sign(good)));
    expect([answer.status, answer.body, answer.record.code]).toEqual([
      403,
      '{"message":"Forbidden"}',
      'gateway.jwt.scope',
    ]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer scope="admin" error="insufficient_scope"/);
    expect(
      (await (await made({ scopes: ['a'] })).get('/a', bearer(await sign({ ...good, scope: undefined, scp: ['a'] }))))
        .status,
    ).toBe(200);
  });

  it('JW-3 keys are fetched once, and again when a key is not known', async () => {
    const visit = await made();
    await visit.get('/a', bearer(await sign(good)));
    await visit.get('/a', bearer(await sign({ ...good, sub: 'bob' })));
    expect(fetches).toBe(2);
    keys = [...keys, { ...(await exportJWK(other.publicKey)), kid: 'k2', alg: 'RS256' }];
    visit.clock.turn(61_000);
    expect((await visit.get('/a', bearer(await sign(good, { key: other, kid: 'k2' })))).status).toBe(200);
    expect(fetches).toBe(4);
    visit.clock.turn(2 * 3_600_000);
    await visit.get('/a', bearer(await sign({ ...good, exp: now + 9999 })));
    expect(fetches).toBe(6);
  });

  it('JW-4 401 with the reason, and plain Bearer without a token', async () => {
    const visit = await made();
    const none = await visit.get('/a');
    expect([none.status, none.body, none.headers.get('www-authenticate'), none.record.code]).toEqual([
      401,
      '{"message":"Unauthorized"}',
      'Bearer',
      'gateway.jwt.missing',
    ]);
    const expired = await visit.get('/a', bearer(await sign({ ...good, exp: now - 1 })));
    expect(expired.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_token" error_description="the token has expired"',
    );
  });

  it('a token that was taken once is refused when its time is over', async () => {
    const visit = await made();
    const text = await sign({ ...good, exp: now + 60 });
    expect((await visit.get('/a', bearer(text))).status).toBe(200);
    visit.clock.turn(61_000);
    expect((await visit.get('/a', bearer(text))).status).toBe(401);
  });
});

describe('IAM', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const ann = 'arn:aws:iam::123456789012:user/ann';
  const bob = 'arn:aws:iam::999999999999:user/bob';
  const made = (more: object = {}, callers: object = {}): Promise<ApiVisit> =>
    api(
      {
        kind: 'rest',
        account: '123456789012',
        authorizers: {
          i: {
            use: 'iam',
            with: { callers: { AKIDANN: { secret, arn: ann }, AKIDBOB: { secret, arn: bob }, ...callers } },
          },
        },
        routes: { 'ANY /a': { ...fn('f'), authorizer: 'i' } },
        ...more,
      },
      { handlers: { f: ok } },
    );
  const signed = async (
    request: { method?: string; target?: string; body?: string },
    accessKeyId = 'AKIDANN',
    at = new Date(Date.UTC(2026, 0, 1)),
  ): Promise<Record<string, string>> => {
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey: secret },
      region: 'us-east-1',
      service: 'execute-api',
      sha256: Sha256,
      uriEscapePath: true,
    });
    const url = new URL(request.target ?? '/prod/a', 'http://api.test');
    const out = await signer.sign(
      {
        method: request.method ?? 'GET',
        protocol: 'http:',
        hostname: 'api.test',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { host: 'api.test' },
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      { signingDate: at },
    );
    return out.headers;
  };

  it('IA-1 a request signed by the reference signer passes, and the caller is known', async () => {
    const visit = await made();
    const answer = await visit.send({
      method: 'POST',
      target: '/prod/a?x=a%20b&y=1',
      headers: await signed({ method: 'POST', target: '/prod/a?x=a%20b&y=1', body: '{"a":1}' }),
      body: '{"a":1}',
    });
    expect(answer.status).toBe(200);
    expect((visit.events['f'] as RestEvent[])[0]?.requestContext.identity).toMatchObject({
      accessKey: 'AKIDANN',
      accountId: '123456789012',
      userArn: ann,
    });
  });

  it('IA-1 AZ-4 no signature, unknown key, a changed body, an old date', async () => {
    const visit = await made();
    const said = async (headers: Record<string, string>, body?: string): Promise<unknown[]> => {
      const answer = await visit.send({
        target: '/prod/a',
        method: body === undefined ? 'GET' : 'POST',
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const words = (message(answer) as string).slice(0, 40);
      return [answer.status, words, answer.headers.get('x-amzn-errortype'), answer.record.code];
    };
    expect(await said({})).toEqual([
      403,
      'Missing Authentication Token',
      'MissingAuthenticationTokenException',
      'gateway.signature.missing',
    ]);
    expect(await said({ authorization: 'AWS4-HMAC-SHA256 Credential=AKIDANN' })).toEqual([
      403,
      'Authorization header requires valid Cred',
      'InvalidSignatureException',
      'gateway.signature.malformed',
    ]);
    expect(await said(await signed({}, 'AKIDWHO'))).toEqual([
      403,
      'The security token included in the reque',
      'UnrecognizedClientException',
      'gateway.signature.unknown-key',
    ]);
    expect(await said(await signed({ method: 'POST', body: 'a' }), 'b')).toEqual([
      403,
      'The request signature we calculated does',
      'InvalidSignatureException',
      'gateway.signature.mismatch',
    ]);
    expect(await said(await signed({}, 'AKIDANN', new Date(Date.UTC(2025, 11, 31))))).toEqual([
      403,
      'Signature expired',
      'ExpiredTokenException',
      'gateway.signature.expired',
    ]);
  });

  it('RP-3 across accounts both must allow', async () => {
    const open = document(statement('Allow'));
    expect((await (await made()).send({ target: '/prod/a', headers: await signed({}, 'AKIDBOB') })).status).toBe(403);
    expect(
      (await (await made({ policy: open })).send({ target: '/prod/a', headers: await signed({}, 'AKIDBOB') })).status,
    ).toBe(200);
    expect(
      (
        await (
          await made({ policy: document(statement('Deny', { Principal: { AWS: ann } })) })
        ).send({ target: '/prod/a', headers: await signed({}) })
      ).status,
    ).toBe(403);
  });

  it("AZ-4 a caller's own policy that does not allow names caller and resource", async () => {
    const carl = 'arn:aws:iam::123456789012:user/carl';
    const visit = await made(
      {},
      {
        AKIDCARL: {
          secret,
          arn: carl,
          policy: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: 'arn:aws:execute-api:*:*:shop/prod/POST/*' },
            ],
          },
        },
      },
    );
    const answer = await visit.send({ target: '/prod/a', headers: await signed({}, 'AKIDCARL') });
    expect([answer.status, answer.record.code, message(answer)]).toEqual([
      403,
      'gateway.signature.denied',
      `User: ${carl} is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:shop/prod/GET/a`,
    ]);
  });

  it('a signature in the query is good for its time only', async () => {
    const signer = new SignatureV4({
      credentials: { accessKeyId: 'AKIDANN', secretAccessKey: secret },
      region: 'us-east-1',
      service: 'execute-api',
      sha256: Sha256,
    });
    const out = await signer.presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: 'api.test',
        path: '/prod/a',
        query: {},
        headers: { host: 'api.test' },
      },
      { expiresIn: 60, signingDate: new Date(Date.UTC(2026, 0, 1)) },
    );
    const query = Object.entries(out.query ?? {})
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
      .join('&');
    const visit = await made();
    const send = () => visit.send({ target: `/prod/a?${query}`, headers: { host: 'api.test' } });
    expect((await send()).status).toBe(200);
    visit.clock.turn(61_000);
    expect((await send()).status).toBe(403);
  });
});
