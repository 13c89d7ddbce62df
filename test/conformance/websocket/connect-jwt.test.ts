import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { serve, type Serving } from '../../../src/node/serve.ts';
import { sallyport, type App } from '../../../src/pipeline/app.ts';
import { client, refusedWith } from './api-stage.ts';

/** A JSON Web Token at `$connect`: in a field, or in the query, since a browser can set no field on a handshake. */

const issuer = 'https://issuer.test';
let app: App;
let serving: Serving;
let pair: Awaited<ReturnType<typeof generateKeyPair>>;
let other: typeof pair;

beforeAll(async () => {
  pair = await generateKeyPair('RS256', { extractable: true });
  other = await generateKeyPair('RS256', { extractable: true });
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }];
  const api = (name: string, more: object): object => ({
    to: {
      use: 'websocket',
      with: {
        api: name,
        routes: { $default: { to: { mock: { says: 'in' } }, replies: true } },
        authorizer: { use: 'jwt', with: { issuer, audience: ['chat'], ...more } },
      },
    },
  });
  const document = {
    listen: { port: 0, shutdown: '500ms' },
    admin: { enabled: false },
    store: { use: 'memory' },
    logging: { sinks: [] },
    routes: { 'GET /field': api('field', {}), 'GET /query': api('query', { identity: '$request.querystring.token' }) },
  };
  const fetchJson = async (url: string): Promise<unknown> =>
    url.endsWith('openid-configuration') ? { jwks_uri: `${issuer}/keys` } : { keys };
  app = await sallyport({ document, ports: { log: () => undefined, fetchJson } });
  serving = await serve(app);
});
afterAll(async () => {
  await serving.close();
  await app.close();
});

const now = Math.floor(Date.now() / 1000);
const good: JWTPayload = { iss: issuer, aud: 'chat', exp: now + 3600, iat: now - 10, sub: 'ann', scope: 'talk' };
const sign = (claims: JWTPayload, by = pair): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(by.privateKey);
const at = (path: string): string => `ws://127.0.0.1:${serving.port}${path}`;

describe('WC-3: a token at $connect', () => {
  it('lets in, from a field and from the query, and its claims stand in the context', async () => {
    const token = await sign(good);
    for (const [path, headers] of [
      ['/field', { Authorization: `Bearer ${token}` }],
      [`/query?token=${token}`, {}],
    ] as const) {
      const { ws, next } = await client(at(path), { headers: { ...headers } });
      ws.send('x');
      expect(await next()).toBe('in');
      const [session] = [...app.sockets.registry(path.slice(1).split('?')[0]!)];
      expect(session?.facts.authorizer).toMatchObject({ jwt: { claims: { sub: 'ann' } } });
      ws.terminate();
    }
  });

  it('refuses none, and one that is late, of another audience, another issuer, another key, or changed', async () => {
    const right = await sign(good);
    const bad = [
      await sign({ ...good, exp: now - 3600 }),
      await sign({ ...good, aud: 'shop' }),
      await sign({ ...good, iss: 'https://evil.test' }),
      await sign(good, other),
      `${right.slice(0, -6)}AAAAAA`,
      'nonsense',
    ];
    expect((await refusedWith(at('/field'))).status).toBe(401);
    for (const token of bad) {
      const { status, headers } = await refusedWith(at('/field'), { headers: { Authorization: `Bearer ${token}` } });
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toContain('Bearer');
    }
    expect((await refusedWith(at(`/query?token=${bad[0]}`))).status).toBe(401);
    expect(app.sockets.size).toBeLessThan(3);
  });
});
