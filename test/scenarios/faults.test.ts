import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DocumentInput } from '../../src/config/document.ts';
import { DocumentError } from '../../src/config/issues.ts';
import { sallyport } from '../../src/pipeline/app.ts';
import { allow, defineRule, deny, type RuleVerdict } from '../../src/rules/rule.ts';
import type { State } from '../../src/stores/store.ts';
import { inEveryShell, toBeRefused, toHaveNoted } from '../../src/testing/index.ts';
import { sallyportCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

const origins = { shop: { url: 'http://shop.test' } };

/** A rule that breaks in every way that code can. */
const bad = defineRule({
  name: 'bad',
  says: 'Breaks as told.',
  params: z.strictObject({ how: z.string() }),
  check: ({ how }) => {
    const garbage = (value: unknown): RuleVerdict => value as RuleVerdict;
    const ways: Record<string, () => RuleVerdict | Promise<RuleVerdict>> = {
      throws: () => {
        throw new Error('thrown');
      },
      rejects: () => Promise.reject(new Error('rejected')),
      'never answers': () => new Promise(() => {}),
      'answers nothing': () => garbage(undefined),
      'answers null late': () => Promise.resolve(garbage(null)),
      'answers true': () => garbage(true),
      'answers another kind': () => garbage({ kind: 'maybe' }),
      // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
      'answers a thenable': () => garbage({ then: () => {} }),
      'denies without a status': () => garbage({ kind: 'deny', reason: 'x' }),
      'denies without a reason': () => garbage({ kind: 'deny', status: 403 }),
    };
    return ways[how] as () => RuleVerdict;
  },
});
const strict = defineRule({
  name: 'strict',
  says: 'Denies what is marked.',
  params: z.strictObject({}),
  check: () => (request) => (request.headers.has('x-bad') ? deny('marked') : allow),
});

const ways = [
  'throws',
  'rejects',
  'never answers',
  'answers nothing',
  'answers null late',
  'answers true',
  'answers another kind',
  'answers a thenable',
  'denies without a status',
  'denies without a reason',
];

describe('a rule that breaks', () => {
  for (const how of ways) {
    const document = (onFault: 'open' | 'closed'): DocumentInput => ({
      origins,
      routes: { 'GET /': { to: 'shop' } },
      rules: { onFault, timeout: '40ms', map: { default: [{ name: 'bad', params: { how } }, { name: 'strict' }] } },
    });
    inEveryShell(it, `${how}: closed`, { document: document('closed'), plugins: [bad, strict] }, async (edge) => {
      const answer = await edge.send({});
      toBeRefused(answer, 'rules.broken', 500);
      toHaveNoted(answer, 'rules', 'refused', { rule: 'bad' });
      expect(edge.asked).toEqual([]);
    });
    inEveryShell(
      it,
      `${how}: open, and the rules after it are still asked`,
      { document: document('open'), plugins: [bad, strict] },
      async (edge) => {
        const answer = await edge.send({});
        expect(answer.status).toBe(200);
        toHaveNoted(answer, 'rules', 'fault, open', { rule: 'bad' });
        toBeRefused(await edge.send({ headers: { 'X-Bad': '1' } }), 'rules.denied', 403);
      },
    );
  }

  inEveryShell(
    it,
    'a status that is none does no harm',
    {
      document: { origins, routes: { 'GET /': { to: 'shop' } }, rules: { map: { default: [{ name: 'odd' }] } } },
      plugins: [
        defineRule({
          name: 'odd',
          says: 'Denies with an odd status.',
          params: z.strictObject({}),
          check: () => () => deny('odd', 9999),
        }),
      ],
    },
    async (edge) => toBeRefused(await edge.send({}), 'rules.denied', 403),
  );
});

const broken = (): never => {
  throw new Error('the disk is gone');
};
const brokenState = (late: boolean): State => {
  const fail = late ? () => Promise.reject(new Error('the disk is gone')) : broken;
  return {
    buckets: { take: fail, close: async () => {} },
    counters: { add: fail, read: fail, reset: fail, close: async () => {} },
    records: { get: fail, put: fail, remove: fail, list: fail, close: async () => {} },
    healthy: async () => false,
    close: async () => {},
  };
};

describe('a store that cannot answer', () => {
  for (const late of [false, true]) {
    const when = late ? 'later' : 'at once';
    const document = (keys: 'open' | 'closed', throttles: 'open' | 'closed'): DocumentInput => ({
      origins,
      keys: { onFault: keys },
      throttles: { onFault: throttles, overall: { rate: 1, burst: 1 } },
      routes: { 'GET /key': { to: 'shop', key: 'required' }, 'GET /': { to: 'shop' } },
    });
    inEveryShell(
      it,
      `${when}: throttles open, keys closed, and the trace says so`,
      { document: document('closed', 'open'), ports: { state: brokenState(late) } },
      async (edge) => {
        const free = await edge.send({});
        expect(free.status).toBe(200);
        toHaveNoted(free, 'gateway.throttle', 'fault, open', { says: 'the disk is gone' });
        const held = await edge.send({ target: '/key', headers: { 'x-api-key': 'k' } });
        toBeRefused(held, 'gateway.key.unavailable', 503);
        expect(held.body).not.toContain('disk');
        expect((await edge.app.status()).storeHealthy).toBe(false);
      },
    );
    inEveryShell(
      it,
      `${when}: throttles closed, keys open`,
      { document: document('open', 'closed'), ports: { state: brokenState(late) } },
      async (edge) => {
        toBeRefused(await edge.send({}), 'gateway.throttle.unavailable', 503);
      },
    );
    inEveryShell(
      it,
      `${when}: keys open lets in whoever shows any key, and nobody without`,
      { document: document('open', 'open'), ports: { state: brokenState(late) } },
      async (edge) => {
        const open = await edge.send({ target: '/key', headers: { 'x-api-key': 'k' } });
        expect(open.status).toBe(200);
        toHaveNoted(open, 'gateway.key', 'fault, open');
        toBeRefused(await edge.send({ target: '/key' }), 'gateway.key.missing', 403);
      },
    );
  }
});

describe('a sink that breaks its word and throws', () => {
  const thrower = { name: 'thrower', write: () => broken(), flush: async () => {} };
  inEveryShell(
    it,
    'costs nobody his answer',
    { document: { origins, routes: { 'GET /': { to: 'shop' } } }, ports: { observers: [thrower] } },
    async (edge) => {
      expect((await edge.send({})).status).toBe(200);
    },
  );
});

describe('a document that names what there is not', () => {
  const load = (rules: unknown): Promise<unknown> =>
    sallyport({
      document: { store: { use: 'memory' }, origins, routes: { 'GET /': { to: 'shop' } }, rules: { map: rules } },
      plugins: [strict],
    }).then((app) => app.close());

  it.each([
    [{ default: [{ name: 'user-agnt' }] }, 'rules.map.default[0].name', 'user-agent'],
    [{ 'POST /a': [{ name: 'nothing-like-it-at-all' }] }, 'rules.map["POST /a"][0].name', 'known rules'],
    [{ default: [{ name: 'ip-set', params: { allow: ['10.0.0.0/99'] } }] }, 'rules.map.default[0].params.allow[0]', ''],
    [{ default: [{ name: 'ip-set', params: {} }] }, 'rules.map.default[0].params', ''],
    [
      { default: [{ name: 'size-limits', params: { boddy: 1 } }] },
      'rules.map.default[0].params.boddy',
      'did you mean "body"?',
    ],
    [{ default: [{ name: 'header-check', params: { match: { a: '(' } } }] }, 'rules.map.default[0].params.match.a', ''],
    [{ orders: [] }, 'rules.map.orders', 'POST /orders/*'],
    [{ '/orders/{id}': [] }, 'rules.map["/orders/{id}"]', '/orders/*'],
    [{ default: [{ name: 'user-agent', mode: 'observe' }] }, 'rules.map.default[0].mode', ''],
    [
      { default: [{ name: 'user-agent' }], '/a': [{ name: 'user-agnt' }], '/b': [{ name: 'ip-st' }] },
      'rules.map["/b"][0].name',
      'ip-set',
    ],
  ])('%j', async (map, path, hint) => {
    const thrown = await load(map).then(
      () => null,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(DocumentError);
    const issue = (thrown as DocumentError).issues.find((each) => each.path === path);
    expect((thrown as DocumentError).issues.map((each) => each.path)).toContain(path);
    expect(issue?.hint ?? '').toContain(hint);
  });
});

describe("a user's own rule in his own project", () => {
  it('is loaded by its file, checked, and decides', async () => {
    const folder = temporaryFolder({
      'even-hours.ts': `import { allow, defineRule, deny, z } from 'sallyport';
export default defineRule({
  name: 'no-robots',
  says: 'Denies robots.',
  params: z.strictObject({ word: z.string() }),
  check: ({ word }) => (request) => (request.headers.get('user-agent')?.includes(word) ? deny('a robot') : allow),
});
`,
      'sallyport.config.ts': `import { defineConfig } from 'sallyport';
export default defineConfig({
  store: { use: 'memory' },
  rules: { modules: ['even-hours.ts'], map: { default: [{ name: 'no-robots', params: { word: 'bot' } }] } },
  routes: { 'GET /': { to: 'main' } },
  origins: { main: { url: 'http://origin.test' } },
});
`,
    });
    try {
      const [checked, allowed, denied] = await Promise.all([
        sallyportCommand(folder.path, ['check']),
        sallyportCommand(folder.path, ['try', 'curl -A curl /']),
        sallyportCommand(folder.path, ['try', 'curl -A robot /']),
      ]);
      expect([checked.err, checked.code]).toEqual(['', 0]);
      expect(checked.out).toContain('1 rule of your own');
      expect(allowed.code).toBe(0);
      expect(denied.code).toBe(1);
      expect(denied.out).toContain('a robot');
      folder.write('even-hours.ts', 'export default { nothing: true };');
      const none = await sallyportCommand(folder.path, ['check']);
      expect(none.code).toBe(1);
      expect(none.err).toContain('rules.modules[0]');
      folder.write('even-hours.ts', 'export default {{{');
      const syntax = await sallyportCommand(folder.path, ['check']);
      expect(syntax.code).toBe(1);
      expect(syntax.err).toContain('rules.modules[0]');
    } finally {
      folder.remove();
    }
  });
});
