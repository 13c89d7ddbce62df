import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, describe } from 'vitest';
import type { DocumentInput } from '../../src/config/document.ts';
import { Body } from '../../src/http/body.ts';
import { HeaderList } from '../../src/http/headers.ts';
import { answerWith, differences, inEveryShell, shells, skipFor, toBeRefused } from '../../src/testing/index.ts';

const origins = { shop: { url: 'http://shop.test' } };
const routes: DocumentInput['routes'] = { 'ANY /{proxy+}': { to: 'shop' } };

describe('what a message carries gets through every door', () => {
  const document: DocumentInput = { origins, routes };

  inEveryShell(it, 'query, doubled names and encoded characters', { document }, async (edge) => {
    await edge.send({ target: '/a%20b/c?x=1&x=2&y=%26%3D&empty=' });
    expect(edge.asked.map(({ target }) => target)).toEqual(['/a%20b/c?x=1&x=2&y=%26%3D&empty=']);
  });

  inEveryShell(
    it,
    'several cookies set, several sent',
    {
      document,
      origin: () => ({
        status: 200,
        headers: HeaderList.fromFlat(['Set-Cookie', 'a=1; Path=/', 'Set-Cookie', 'b=2', 'Content-Length', '0']),
        body: null,
        address: 'script',
      }),
    },
    async (edge) => {
      const answer = await edge.send({ target: '/x', headers: { Cookie: 'one=1; two=2' } });
      expect(answer.headers.all('set-cookie')).toEqual(['a=1; Path=/', 'b=2']);
      expect(edge.asked[0]?.headers.get('cookie')).toBe('one=1; two=2');
    },
  );

  inEveryShell(
    it,
    'a body up and a status down',
    { document, origin: answerWith(201, 'text/plain', 'made ☕') },
    async (edge) => {
      const answer = await edge.send({
        method: 'POST',
        target: '/x',
        body: '{"tea":"☕"}',
        headers: { 'content-type': 'application/json' },
      });
      expect([answer.status, answer.body, edge.asked[0]?.body]).toEqual([201, 'made ☕', '{"tea":"☕"}']);
    },
  );

  inEveryShell(
    it,
    'bytes that are no text',
    {
      document,
      origin: () => ({
        status: 200,
        headers: HeaderList.fromFlat(['Content-Type', 'application/octet-stream', 'Content-Length', '4']),
        body: Body.of(new Uint8Array([0x41, 0x00, 0x42, 0x7f])),
        address: 'script',
      }),
    },
    async (edge) => expect((await edge.send({ target: '/x' })).body).toBe('A\u0000B\u007f'),
  );

  inEveryShell(
    it,
    'an answer without a body',
    { document, origin: answerWith(204, 'text/plain', '') },
    async (edge) => {
      const answer = await edge.send({ target: '/x' });
      expect([answer.status, answer.body]).toEqual([204, '']);
    },
  );

  inEveryShell(
    it,
    'one field on two lines reaches the origin as two',
    { document, skip: skipFor('doubled-header') },
    async (edge) => {
      await edge.send({
        target: '/x',
        headers: [
          ['X-Two', '1'],
          ['X-Two', '2'],
        ],
      });
      expect(edge.asked[0]?.headers.all('x-two')).toEqual(['1', '2']);
    },
  );
});

describe('the firewall behind every door', () => {
  const seclang = [
    'SecRuleEngine On',
    'SecRequestBodyAccess On',
    'SecRule ARGS "@contains attack" "id:1,phase:2,deny,status:403,log"',
    'SecRule REQUEST_BODY "@contains poison" "id:2,phase:2,deny,status:403,log"',
  ].join('\n');
  const ports = {
    ruleFiles: { read: () => seclang, list: () => ['own.conf'], bytes: () => null },
  };
  const document: DocumentInput = { origins, routes, waf: { use: 'rules', rules: { after: ['own.conf'] } } };
  inEveryShell(it, 'a query and a body are looked at', { document, ports }, async (edge) => {
    toBeRefused(await edge.send({ target: '/x?q=attack' }), 'waf.blocked', 403);
    toBeRefused(
      await edge.send({
        method: 'POST',
        target: '/x',
        body: 'a=poison',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
      'waf.blocked',
      403,
    );
    expect((await edge.send({ target: '/x?q=fine' })).status).toBe(200);
    expect(edge.asked).toHaveLength(1);
  });
});

describe('the edge behind every door', () => {
  const document: DocumentInput = {
    origins,
    edge: {
      behaviours: [
        { path: '/private/*', origin: 'shop', methods: 'read' },
        { path: '*', origin: 'shop', cache: {}, responseHeaders: { security: { frameOptions: { value: 'DENY' } } } },
      ],
    } as never,
  };
  inEveryShell(
    it,
    'the second answer comes from the cache, dressed like the first',
    { document, origin: answerWith(200, 'text/plain', 'kept', { 'Cache-Control': 'max-age=60' }) },
    async (edge) => {
      const first = await edge.send({ target: '/a' });
      const second = await edge.send({ target: '/a' });
      expect([first.body, second.body, edge.asked.length]).toEqual(['kept', 'kept', 1]);
      expect(second.record?.from).toBe('cache hit, born of integration shop script');
      expect(second.headers.get('x-frame-options')).toBe('DENY');
    },
  );
});

describe('an API behind every door', () => {
  const document: DocumentInput = {
    apis: {
      orders: {
        kind: 'http',
        cors: { allowOrigins: ['https://shop.test'], allowMethods: ['GET'] },
        routes: { 'GET /orders/{id}': { to: { use: 'mock', with: { status: 200, body: 'an order' } } } },
      },
    } as never,
  };
  inEveryShell(it, 'its routes, its own 404, its preflight', { document }, async (edge) => {
    expect((await edge.send({ target: '/orders/7' })).body).toBe('an order');
    const none = await edge.send({ target: '/nowhere' });
    expect([none.status, JSON.parse(none.body)]).toEqual([404, { message: 'Not Found' }]);
    const preflight = await edge.send({
      method: 'OPTIONS',
      target: '/orders/7',
      headers: { Origin: 'https://shop.test', 'Access-Control-Request-Method': 'GET' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://shop.test',
    ]);
  });
});

describe('the list of differences', () => {
  it('names doors that there are, and each is told of in a story', () => {
    const stories = ['everywhere', 'front-door', 'faults']
      .map((name) => readFileSync(join(import.meta.dirname, `${name}.test.ts`), 'utf8'))
      .join('\n');
    for (const [name, { doors }] of Object.entries(differences)) {
      expect(stories, name).toContain(`skipFor('${name}')`);
      for (const door of doors) expect([...shells.keys()]).toContain(door);
    }
    expect(shells.size).toBe(6);
  });
});
