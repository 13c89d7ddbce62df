import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { importOpenApi } from '../../../src/openapi/import.ts';
import { api, closeAll, fn, message, ok, type ApiVisit } from './kit.ts';

afterEach(closeAll);

const pool = 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbC';
const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC';
const now = Date.UTC(2026, 0, 1) / 1000;
const id: JWTPayload = {
  iss: issuer,
  aud: 'client-1',
  token_use: 'id',
  sub: 'ann',
  'cognito:groups': ['a', 'b'],
  exp: now + 3600,
  iat: now - 10,
};
const access: JWTPayload = {
  iss: issuer,
  client_id: 'client-1',
  token_use: 'access',
  scope: 'orders/read orders/write',
  exp: now + 3600,
};

describe('Cognito user pools', () => {
  let pair: Awaited<ReturnType<typeof generateKeyPair>>;
  const asked: string[] = [];
  beforeAll(async () => {
    pair = await generateKeyPair('RS256', { extractable: true });
  });
  const sign = (claims: JWTPayload, key = pair.privateKey): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(key);
  const made = async (more: object = {}, options: object = {}, route: object = {}): Promise<ApiVisit> => {
    asked.length = 0;
    const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256' }];
    return api(
      {
        kind: 'rest',
        authorizers: { c: { use: 'cognito', with: { pools: [pool], ...options } } },
        routes: {
          'GET /id': { ...fn('f'), authorizer: 'c', ...route },
          'GET /scoped': { ...fn('f'), authorizer: 'c', scopes: ['orders/read'] },
        },
        ...more,
      },
      {
        handlers: { f: ok },
        ports: {
          fetchJson: async (url) => {
            asked.push(url);
            return url.endsWith('openid-configuration') ? { jwks_uri: `${issuer}/keys` } : { keys };
          },
        },
      },
    );
  };
  const ask = async (visit: ApiVisit, target: string, token: string): Promise<unknown[]> => {
    const answer = await visit.get(`/prod${target}`, { Authorization: token });
    return answer.status === 200 ? [200] : [answer.status, message(answer), answer.headers.get('x-amzn-errortype')];
  };
  const no = [401, 'Unauthorized', 'UnauthorizedException'];

  it('IA-2 EV1-3 an ID token where the method has no scopes; its claims as texts', async () => {
    const visit = await made();
    const token = await sign(id);
    expect(await ask(visit, '/id', token)).toEqual([200]);
    expect(await ask(visit, '/id', `Bearer ${token}`)).toEqual([200]);
    expect(visit.events['f']?.[0]).toMatchObject({
      requestContext: { authorizer: { claims: { sub: 'ann', 'cognito:groups': '[a b]', exp: String(now + 3600) } } },
    });
    expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`, `${issuer}/keys`]);
    expect(await ask(visit, '/id', await sign(access))).toEqual(no);
    expect((await visit.get('/prod/id')).status).toBe(401);
  });

  it('IA-2 an access token with one of the scopes where the method has some', async () => {
    const visit = await made();
    expect(await ask(visit, '/scoped', await sign(access))).toEqual([200]);
    expect(await ask(visit, '/scoped', await sign({ ...access, scope: 'orders/write' }))).toEqual(no);
    expect(await ask(visit, '/scoped', await sign({ ...id, scope: 'orders/read' }))).toEqual(no);
  });

  it('IA-2 another pool, another key, what is no token, one that is over, clients that are not taken', async () => {
    const visit = await made();
    const stranger = await generateKeyPair('RS256');
    expect(await ask(visit, '/id', await sign({ ...id, iss: `${issuer}X` }))).toEqual(no);
    expect(asked).toEqual([]); // nobody is asked for keys because a token says so
    expect(await ask(visit, '/id', await sign(id, stranger.privateKey))).toEqual(no);
    for (const token of ['none', 'a.b.c', 'a..c', `${(await sign(id)).slice(0, -4)}AAAA`])
      expect(await ask(visit, '/id', token), token).toEqual(no);
    expect(await ask(visit, '/id', await sign({ ...id, exp: now - 1 }))).toEqual([
      401,
      'The incoming token has expired',
      'UnauthorizedException',
    ]);
    const narrow = await made({}, { clients: ['client-2'], validate: 'ey.+' });
    expect(await ask(narrow, '/id', await sign(id))).toEqual(no);
    expect(await ask(narrow, '/id', await sign({ ...id, aud: 'client-2' }))).toEqual([200]);
    expect(await ask(narrow, '/id', 'other')).toEqual(no);
  });

  it('IA-2 RP-4 with a resource policy an Allow is needed besides, after the token', async () => {
    const policy = (effect: string, resource: string): object => ({
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Principal: '*', Action: 'execute-api:Invoke', Resource: resource }],
    });
    const token = await sign(id);
    expect(await ask(await made({ policy: policy('Allow', '*') }), '/id', token)).toEqual([200]);
    expect((await ask(await made({ policy: policy('Allow', 'execute-api:/prod/GET/x') }), '/id', token))[0]).toBe(403);
    expect((await ask(await made({ policy: policy('Deny', '*') }), '/id', token))[0]).toBe(403);
    expect((await ask(await made({ policy: policy('Deny', '*') }), '/id', 'none'))[0]).toBe(401);
  });

  it('IA-2 options that make no sense; the import', async () => {
    await expect(made({ kind: 'http' })).rejects.toThrow(/user pools are for REST APIs/);
    await expect(made({}, { pools: ['eu-west-1_AbC'] })).rejects.toThrow(/neither the ARN of a user pool/);
    await expect(made({}, { identity: 'method.request.querystring.t' })).rejects.toThrow(/is no header field/);
    await expect(made({}, { validate: '(' })).rejects.toThrow(/is no regular expression/);
    const { document, notes } = importOpenApi({
      openapi: '3.0.1',
      info: { title: 'a', version: '1' },
      components: {
        securitySchemes: {
          pool: {
            type: 'apiKey',
            name: 'Authorization',
            in: 'header',
            'x-amazon-apigateway-authtype': 'cognito_user_pools',
            'x-amazon-apigateway-authorizer': { type: 'cognito_user_pools', providerARNs: [pool] },
          },
        },
      },
      paths: { '/a': { get: { security: [{ pool: ['s'] }], 'x-amazon-apigateway-integration': { type: 'mock' } } } },
    });
    expect(document.apis['a']).toMatchObject({
      authorizers: { pool: { use: 'cognito', with: { pools: [pool] } } },
      routes: { 'GET /a': { authorizer: 'pool', scopes: ['s'] } },
    });
    expect(notes.filter(({ path }) => path.includes('pool'))).toEqual([]);
  });
});
