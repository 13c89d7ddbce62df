import { describe, expect, it } from 'vitest';
import { createKey, revokeKey } from '../../src/gateway/keyring.ts';
import { nodeDigest } from '../../src/net/digest.ts';
import type { DocumentInput } from '../../src/config/document.ts';
import {
  answerWith,
  inEveryShell,
  skipFor,
  toBeRefused,
  toComeFrom,
  toHaveMissed,
  toHaveNoted,
  type Shell,
} from '../../src/testing/index.ts';
import { explain } from '../../src/trace/explain.ts';

const origins = { shop: { url: 'http://shop.test' } };
const newKey = async (
  edge: Shell,
  more: { readonly tenant?: string; readonly expiresAt?: number } = {},
): Promise<{ readonly key: string; readonly id: string }> => {
  const { key, record } = await createKey(edge.app.ports.records, nodeDigest, {
    name: 'acme',
    now: edge.clock.now(),
    tenant: more.tenant ?? null,
    expiresAt: more.expiresAt ?? null,
  });
  return { key, id: record.id };
};

describe('where an answer comes from', () => {
  const document: DocumentInput = {
    origins,
    rules: {
      map: {
        default: [{ name: 'method-and-path', params: { methods: ['GET', 'POST'], deny: ['/admin*'] } }],
        'POST /orders/*': [{ name: 'size-limits', params: { body: 10 } }],
      },
    },
    routes: {
      'ANY /orders/{id}': { to: 'shop' },
      'GET /admin/{proxy+}': { to: 'shop' },
      'GET /mock': { to: { use: 'mock', with: { status: 418, body: 'tea' } } },
    },
  };

  inEveryShell(
    it,
    'allowed, all the way to the origin',
    { document, origin: answerWith(200, 'text/plain', 'seven') },
    async (edge) => {
      const answer = await edge.send({ target: '/orders/7?x=1', headers: { 'X-One': '1' } });
      expect([answer.status, answer.body]).toEqual([200, 'seven']);
      toComeFrom(answer, 'integration shop');
      toHaveNoted(answer, 'rules', 'allowed', { resource: 'default' });
      toHaveNoted(answer, 'gateway.route', 'route', { route: 'ANY /orders/{id}' });
      expect(edge.asked.map(({ method, target }) => `${method} ${target}`)).toEqual(['GET /orders/7?x=1']);
      expect(answer.headers.get('x-sallyport-trace')).toBe(answer.record?.id);
    },
  );

  inEveryShell(
    it,
    "the origin's own 403 does not look like ours",
    { document, origin: answerWith(403, 'text/plain', 'no') },
    async (edge) => {
      const answer = await edge.send({ target: '/orders/7' });
      expect([answer.status, answer.body, answer.record?.code]).toEqual([403, 'no', null]);
      toComeFrom(answer, { by: 'integration', name: 'shop' });
    },
  );

  inEveryShell(
    it,
    'denied by a rule: later stages are not reached, the reason stays inside',
    { document },
    async (edge) => {
      const answer = await edge.send({ target: '/%61dmin/users?api_key=secret' });
      toBeRefused(answer, 'rules.denied', 403);
      toHaveNoted(answer, 'rules', 'refused', { rule: 'method-and-path', reason: 'the path is denied' });
      toHaveMissed(answer, 'gateway.route');
      expect(JSON.parse(answer.body)).toEqual({ message: 'Forbidden' });
      expect(answer.record?.path).toBe('/%61dmin/users?api_key=••••(6)');
      expect(edge.asked).toEqual([]);
      const story = explain(answer.record as NonNullable<typeof answer.record>);
      expect(story).toContain('rules.denied');
      expect(story).toMatch(/gateway\.route\s+not reached/);
    },
  );

  inEveryShell(it, 'a rule may choose its status, a resource its chain', { document }, async (edge) => {
    toBeRefused(await edge.send({ method: 'DELETE', target: '/orders/7' }), 'rules.denied', 405);
    toBeRefused(
      await edge.send({
        method: 'POST',
        target: '/orders/7',
        body: 'x'.repeat(11),
        headers: { 'content-length': '11' },
      }),
      'rules.denied',
      413,
    );
    expect(
      (await edge.send({ method: 'POST', target: '/orders/7', body: 'x', headers: { 'content-length': '1' } })).status,
    ).toBe(200);
  });

  inEveryShell(it, 'no route, no request, a mock', { document }, async (edge) => {
    toBeRefused(await edge.send({ target: '/nowhere' }), 'gateway.route.none', 404);
    toBeRefused(await edge.send({ target: '/orders/../admin/x' }), 'admit.target-dot-segment', 400);
    const mock = await edge.send({ target: '/mock' });
    expect([mock.status, mock.body]).toEqual([418, 'tea']);
    toComeFrom(mock, 'integration mock');
  });

  inEveryShell(
    it,
    'an origin that throws is a 502 or 500 of ours, and tells nobody why',
    {
      document,
      origin: () => {
        throw new Error('secret detail');
      },
    },
    async (edge) => {
      const answer = await edge.send({ target: '/orders/7' });
      toBeRefused(answer, 'flow.unexpected', 500);
      expect(answer.body).not.toContain('secret detail');
      toHaveNoted(answer, 'recover', 'fault', { says: 'secret detail' });
    },
  );
});

describe('keys', () => {
  const document: DocumentInput = {
    origins,
    keys: { rememberFor: '1s' },
    routes: { 'GET /': { to: 'shop', key: 'required' } },
  };

  inEveryShell(it, 'none, wrong, right, revoked', { document }, async (edge) => {
    const { key, id } = await newKey(edge);
    toBeRefused(await edge.send({}), 'gateway.key.missing', 403);
    toBeRefused(await edge.send({ headers: { 'x-api-key': `${key}0` } }), 'gateway.key.unknown', 403);
    const good = await edge.send({ headers: { 'X-API-Key': key } });
    toComeFrom(good, 'integration shop');
    expect(good.record?.key).toBe(id);
    expect(edge.asked[0]?.headers.has('x-api-key')).toBe(false);
    expect(JSON.stringify(good.record)).not.toContain(key);
    await revokeKey(edge.app.ports.records, id);
    edge.clock.turn(1000);
    toBeRefused(await edge.send({ headers: { 'x-api-key': key } }), 'gateway.key.unknown', 403);
  });

  inEveryShell(it, 'expired to the millisecond, even while remembered', { document }, async (edge) => {
    const { key } = await newKey(edge, { expiresAt: edge.clock.now() + 500 });
    edge.clock.turn(499);
    expect((await edge.send({ headers: { 'x-api-key': key } })).status).toBe(200);
    edge.clock.turn(1);
    toBeRefused(await edge.send({ headers: { 'x-api-key': key } }), 'gateway.key.expired', 403);
  });
});

describe('throttles', () => {
  const statuses = async (
    edge: Shell,
    times: number,
    target = '/',
    headers: Record<string, string> = {},
  ): Promise<number[]> => {
    const list: number[] = [];
    for (let at = 0; at < times; at++) list.push((await edge.send({ target, headers })).status);
    return list;
  };

  inEveryShell(
    it,
    'a burst, then the rate; Retry-After in whole seconds',
    { document: { origins, throttles: { overall: { rate: 0.5, burst: 3 } }, routes: { 'GET /': { to: 'shop' } } } },
    async (edge) => {
      expect(await statuses(edge, 4)).toEqual([200, 200, 200, 429]);
      const first = await edge.send({});
      toBeRefused(first, 'gateway.throttle.overall', 429);
      expect(first.headers.get('retry-after')).toBe('2');
      toHaveNoted(first, 'gateway.throttle', 'refused', { bucket: 'overall', retryAfterMs: 2000 });
      edge.clock.turn(1500);
      expect((await edge.send({})).headers.get('retry-after')).toBe('1');
      edge.clock.turn(500);
      expect(await statuses(edge, 2)).toEqual([200, 429]);
      edge.clock.turn(3_600_000); // no more than a burst is ever saved up
      expect(await statuses(edge, 4)).toEqual([200, 200, 200, 429]);
    },
  );

  inEveryShell(
    it,
    'per route and per key, each its own bucket; a refused one takes nothing from those behind it',
    {
      document: {
        origins,
        throttles: { overall: { rate: 1, burst: 9 }, perKey: { rate: 1, burst: 3 } },
        routes: {
          'GET /a': { to: 'shop', throttle: { rate: 1, burst: 2 } },
          'GET /b': { to: 'shop', key: 'required', throttlePerKey: { rate: 1, burst: 2 } },
          'GET /c': { to: 'shop' },
        },
      },
    },
    async (edge) => {
      expect(await statuses(edge, 6, '/a')).toEqual([200, 200, 429, 429, 429, 429]);
      const one = await newKey(edge);
      const other = await createKey(edge.app.ports.records, nodeDigest, {
        name: 'other',
        now: 0,
        tenant: null,
        expiresAt: null,
      });
      expect(await statuses(edge, 3, '/b', { 'x-api-key': one.key })).toEqual([200, 200, 429]);
      expect(await statuses(edge, 2, '/b', { 'x-api-key': other.key })).toEqual([200, 200]);
      // Nine in all: two of /a, three and two of /b, so two are left.
      expect(await statuses(edge, 3, '/c')).toEqual([200, 200, 429]);
    },
  );
});

describe('tenants', () => {
  const denies = (path: string) => ({ rules: { default: [{ name: 'method-and-path', params: { deny: [path] } }] } });
  const known = { acme: denies('/x/acme*'), globex: denies('/x/globex*'), plain: {} };
  const routes: DocumentInput['routes'] = { 'ANY /{proxy+}': { to: 'shop' } };

  inEveryShell(
    it,
    'by header: own rules, and none for strangers',
    {
      document: { origins, routes, tenants: { from: { header: 'x-tenant' }, known } },
      skip: skipFor('doubled-header'),
    },
    async (edge) => {
      const ask = (tenant: string | null, target: string) =>
        edge.send({ target, headers: tenant === null ? {} : { 'X-Tenant': tenant } });
      toBeRefused(await ask('acme', '/x/acme'), 'rules.denied', 403);
      const other = await ask('globex', '/x/acme');
      expect([other.status, other.record?.tenant]).toEqual([200, 'globex']);
      expect((await ask('plain', '/x/acme')).status).toBe(200);
      toBeRefused(await ask(null, '/y'), 'tenant.missing', 403);
      toBeRefused(await ask('nobody', '/y'), 'tenant.unknown', 403);
      toBeRefused(await ask('constructor', '/y'), 'tenant.unknown', 403);
      toBeRefused(
        await edge.send({
          target: '/y',
          headers: [
            ['x-tenant', 'plain'],
            ['x-tenant', 'acme'],
          ],
        }),
        'tenant.missing',
        403,
      );
    },
  );

  inEveryShell(
    it,
    'by host',
    { document: { origins, routes, tenants: { from: { host: '{tenant}.api.test' }, known } } },
    async (edge) => {
      toBeRefused(await edge.send({ target: '/x/acme', headers: { Host: 'ACME.api.test:8080' } }), 'rules.denied');
      expect((await edge.send({ target: '/x/acme', headers: { Host: 'globex.api.test' } })).status).toBe(200);
      toBeRefused(await edge.send({ target: '/', headers: { Host: 'acme.evil.test' } }), 'tenant.missing');
      toBeRefused(await edge.send({ target: '/', headers: { Host: 'a.acme.api.test' } }), 'tenant.missing');
    },
  );

  inEveryShell(
    it,
    'by path',
    { document: { origins, routes, tenants: { from: { path: '/x/{tenant}' }, known } } },
    async (edge) => {
      toBeRefused(await edge.send({ target: '/x/acme/1' }), 'rules.denied');
      toBeRefused(await edge.send({ target: '/x/%61cme/1' }), 'rules.denied');
      expect((await edge.send({ target: '/x/plain/1' })).status).toBe(200);
      toBeRefused(await edge.send({ target: '/y' }), 'tenant.missing');
    },
  );

  inEveryShell(
    it,
    'by key: known after the key, and judged by his own rules then',
    {
      document: {
        origins,
        routes: { 'ANY /{proxy+}': { to: 'shop', key: 'required' } },
        tenants: { from: { key: true }, known },
      },
    },
    async (edge) => {
      const acme = await newKey(edge, { tenant: 'acme' });
      toBeRefused(await edge.send({ target: '/x/acme', headers: { 'x-api-key': acme.key } }), 'rules.denied', 403);
      const good = await edge.send({ target: '/x/globex', headers: { 'x-api-key': acme.key } });
      expect([good.status, good.record?.tenant]).toEqual([200, 'acme']);
      const nobody = await createKey(edge.app.ports.records, nodeDigest, {
        name: 'n',
        now: 0,
        tenant: null,
        expiresAt: null,
      });
      toBeRefused(await edge.send({ target: '/', headers: { 'x-api-key': nobody.key } }), 'tenant.missing', 403);
    },
  );
});
