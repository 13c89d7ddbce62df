import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentInput } from '../../src/config/document.ts';
import { DocumentError } from '../../src/config/issues.ts';
import { Body } from '../../src/http/body.ts';
import { answerWith, visit, type Script, type Visit, type VisitRequest } from '../../src/testing/visit.ts';

const own = `
SecRule ARGS "@contains attack" "id:1001,phase:2,deny,t:none,t:lowercase,msg:'An attack',logdata:'%{MATCHED_VAR}',severity:CRITICAL,tag:'attack-demo'"
SecRule REQUEST_HEADERS:User-Agent "@beginsWith scanner" "id:1002,phase:1,deny,status:406,msg:'A scanner'"
SecRule RESPONSE_BODY "@contains secret-table" "id:1003,phase:4,deny,msg:'A leak'"
SecRule RESPONSE_STATUS "@streq 418" "id:1004,phase:3,deny,msg:'A teapot'"
SecRule ARGS:go "@streq away" "id:1005,phase:2,redirect:https://example.com/bye,msg:'Away'"
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-waf-'));
  writeFileSync(join(folder, 'own.conf'), own);
  writeFileSync(
    join(folder, 'slow.conf'),
    'SecRule ARGS "!@rx ^(?=(a+)+\\1b$)" "id:2001,phase:2,pass,setvar:tx.x=1,msg:\'Slow\'"\n',
  );
  writeFileSync(
    join(folder, 'broken.conf'),
    'SecRule ARGS "@rx a" "id:1,phase:2,deny"\nSecRul ARGS "@rx a" "id:2"\nSecRule ARGZ "@rx a" "id:3,phase:2,deny"\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (waf: unknown, more: Partial<DocumentInput> = {}, origin?: Script): Promise<Visit> =>
  visit({
    folder,
    ...(origin && { origin }),
    document: {
      waf,
      routes: { 'ANY /{proxy+}': { to: 'main' } },
      origins: { main: { url: 'http://origin.test' } },
      ...more,
    },
  });

const ownRules = { use: 'rules', rules: { after: ['own.conf'] } } as const;
const form = (text: string | Body): VisitRequest => ({
  method: 'POST',
  target: '/form',
  headers: {
    'Content-Type': 'application/x-www-form-urlencoded',
    ...(typeof text === 'string' && { 'Content-Length': String(text.length) }),
  },
  body: text,
});
const notesOf = (answer: { readonly record: Visit['records'][number] }) =>
  answer.record.steps?.find(({ stage }) => stage === 'waf')?.notes ?? [];

/** Gives each chunk on its own turn. */
function inChunks(chunks: readonly string[]): Body {
  return Body.fromChunks(
    (async function* () {
      for (const chunk of chunks) {
        await Promise.resolve();
        yield new TextEncoder().encode(chunk);
      }
    })(),
  );
}

describe('the firewall in the line', () => {
  it('refuses with its own code, before the origin is asked, and tells the trace why', async () => {
    const edge = await open(ownRules);
    const answer = await edge.send({ target: '/x?q=an+ATTACK&password=hunter2' });
    expect([answer.status, answer.from]).toEqual([403, { by: 'refusal', code: 'waf.blocked' }]);
    expect(edge.asked).toEqual([]);
    const notes = notesOf(answer);
    expect(notes.map(({ what }) => what)).toEqual(['matched', 'refused', 'found']);
    expect(notes[0]?.facts).toMatchObject({
      rule: '1001',
      message: 'An attack',
      field: 'ARGS:q',
      operator: '@contains attack',
      value: 'an ATTACK',
      after: 'lowercase: an attack',
      hit: 'attack',
      at: 'own.conf:2',
    });
    expect(notes[1]?.facts).toMatchObject({ code: 'waf.blocked', rule: '1001' });
    expect(JSON.stringify(answer.record)).not.toContain('hunter2');
    await edge.close();
  });

  it.each<[string, VisitRequest, number, string | null]>([
    ['a clean request', { target: '/x?q=hello' }, 200, null],
    ['a header', { headers: { 'User-Agent': 'scanner/1' } }, 406, 'waf.blocked'],
    ['a form', form('a=1&b=attack'), 403, 'waf.blocked'],
    ['a form in chunks', form(inChunks(['a=1&b=at', 'ta', 'ck&c=2'])), 403, 'waf.blocked'],
    [
      'a JSON value',
      { ...form('{"a":{"b":"attack"}}'), headers: { 'Content-Type': 'application/json' } },
      403,
      'waf.blocked',
    ],
    [
      'a JSON text that is none',
      { ...form('{"a":'), headers: { 'Content-Type': 'application/json' } },
      400,
      'waf.blocked',
    ],
    ['a redirection', { target: '/?go=away' }, 302, 'waf.blocked'],
  ])('%s', async (_, request, status, code) => {
    const edge = await open(ownRules);
    const answer = await edge.send(request);
    expect([answer.status, answer.record.code]).toEqual([status, code]);
    if (status === 302) expect(answer.headers.get('location')).toBe('https://example.com/bye');
    await edge.close();
  });

  it('plays a judged body back to the origin, byte for byte', async () => {
    const edge = await open(ownRules);
    const chunks = Array.from({ length: 50 }, (_, at) => `field${at}=${'x'.repeat(at * 7)}&`);
    expect((await edge.send(form(inChunks(chunks)))).status).toBe(200);
    expect(edge.asked[0]?.body).toBe(chunks.join(''));
    await edge.close();
  });

  it.each<[string, object, VisitRequest, number, string | null]>([
    ['blocks what says that it is too long', { bytes: 100 }, form('a'.repeat(101)), 413, 'waf.body'],
    [
      'blocks what turns out to be too long',
      { bytes: 100 },
      form(inChunks(['a'.repeat(60), 'b'.repeat(60)])),
      413,
      'waf.body',
    ],
    ['takes what just fits', { bytes: 100 }, form(`a=${'b'.repeat(98)}`), 200, null],
    [
      'judges the first part',
      { bytes: 100, over: 'first-part' },
      form(`a=attack&${'b'.repeat(200)}`),
      403,
      'waf.blocked',
    ],
    [
      'and lets the rest by',
      { bytes: 100, over: 'first-part' },
      form(inChunks([`a=${'b'.repeat(200)}`, '&c=attack'])),
      200,
      null,
    ],
  ])('%s', async (_, body, request, status, code) => {
    const edge = await open({ ...ownRules, body });
    const answer = await edge.send(request);
    expect([answer.status, answer.record.code]).toEqual([status, code]);
    if (code === null) expect(edge.asked[0]?.body.length).toBeGreaterThanOrEqual(100);
    await edge.close();
  });

  it('keeps a leak in, and holds answers only where a rule could refuse them', async () => {
    const leak = answerWith(200, 'text/html', '<p>secret-table</p>');
    const edge = await open(ownRules, {}, leak);
    expect((await edge.send({})).record.code).toBe('waf.blocked');
    await edge.close();
    for (const [waf, type] of [
      [{ ...ownRules, answers: { judge: false } }, 'text/html'],
      [ownRules, 'image/png'],
    ] as const) {
      const open_ = await open(waf, {}, answerWith(200, type, 'secret-table'));
      const answer = await open_.send({});
      expect([answer.status, answer.body]).toEqual([200, 'secret-table']);
      await open_.close();
    }
    const teapot = await open(ownRules, {}, answerWith(418, 'text/plain', 'short and stout'));
    expect((await teapot.send({})).record).toMatchObject({ status: 403, code: 'waf.blocked' });
    await teapot.close();
  });

  it('lets an answer stream that no rule could refuse for its body', async () => {
    let pulled = 0;
    const endless = Body.fromChunks(
      (async function* () {
        for (;;) {
          pulled++;
          yield new Uint8Array(1000);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })(),
    );
    writeFileSync(join(folder, 'head.conf'), 'SecRule ARGS "@contains attack" "id:1001,phase:2,deny"\n');
    const edge = await open({ use: 'rules', rules: { after: ['head.conf'] } });
    const script: Script = () => ({ status: 200, headers: answerHeaders, body: endless, address: 'script' });
    const streaming = await open({ use: 'rules', rules: { after: ['head.conf'] } }, {}, script);
    const { app } = streaming;
    const answer = await app.handle(
      { method: 'GET', target: '/', version: '1.1', headers: hostOnly, body: null },
      viewer,
    );
    expect(answer.status).toBe(200);
    expect(pulled).toBeLessThan(5);
    answer.body?.cancel();
    await streaming.close();
    await edge.close();
  });

  it('only tells in mode detect', async () => {
    const edge = await open({ ...ownRules, mode: 'detect' });
    const answer = await edge.send({ target: '/?q=attack' });
    expect([answer.status, edge.asked.length]).toEqual([200, 1]);
    expect(notesOf(answer).at(-1)?.facts).toMatchObject({ rules: '1001', wouldRefuse: '1001' });
    await edge.close();
  });

  it('leaves our own refusals their reasons', async () => {
    const edge = await open(ownRules, { throttles: { overall: { rate: 0.001, burst: 1 } } });
    await edge.send({});
    expect((await edge.send({})).record.code).toBe('gateway.throttle.overall');
    await edge.close();
  });

  it.each([
    ['closed', 503, 'waf.budget'],
    ['open', 200, null],
  ] as const)('cuts off a slow rule of one’s own, %s', async (onFault, status, code) => {
    const edge = await open({ use: 'rules', rules: { after: ['slow.conf'] }, budget: '5ms', onFault });
    expect((await edge.send({ target: '/?a=b' })).status).toBe(200);
    const answer = await edge.send({ target: `/?a=${'a'.repeat(400)}` });
    expect([answer.status, answer.record.code]).toEqual([status, code]);
    expect(JSON.stringify(notesOf(answer))).toContain('"rule":"2001"');
    await edge.close();
  });
});

const { HeaderList } = await import('../../src/http/headers.ts');
const answerHeaders = HeaderList.of({ 'Content-Type': 'text/html' });
const hostOnly = HeaderList.of({ Host: 'localhost' });
const viewer = {
  address: '192.0.2.1',
  peer: '192.0.2.1',
  port: 1,
  secure: false,
  localAddress: '127.0.0.1',
  localPort: 80,
};

describe('a rule that breaks while it runs', () => {
  it.each([
    ['closed', 500, 'waf.fault'],
    ['open', 200, null],
  ] as const)('%s, and is named', async (onFault, status, code) => {
    writeFileSync(
      join(folder, 'macro.conf'),
      'SecRule ARGS "@ipMatch %{request_headers.x-pattern}" "id:3001,phase:2,deny,msg:\'By block\'"\n',
    );
    const edge = await open({ use: 'rules', rules: { after: ['macro.conf'] }, onFault });
    expect((await edge.send({ target: '/?a=b', headers: { 'X-Pattern': '10.0.0.0/8' } })).status).toBe(200);
    const answer = await edge.send({ target: '/?a=b', headers: { 'X-Pattern': 'nonsense' } });
    expect([answer.status, answer.record.code]).toEqual([status, code]);
    expect(notesOf(answer)[0]?.facts).toMatchObject({ rule: '3001', says: expect.stringContaining('macro.conf:1') });
    await edge.close();
  });
});

describe('own words of routes, tenants and paths', () => {
  const tenants: DocumentInput['tenants'] = {
    from: { header: 'x-tenant' },
    required: false,
    known: {
      wiki: { waf: { exclusions: [{ rules: 1001, target: 'ARGS:text' }] } },
      lab: { waf: { mode: 'detect' } },
      open: { waf: false },
      strict: {},
    },
  };
  it.each([
    ['wiki', '/?text=attack', 200],
    ['wiki', '/?other=attack', 403],
    ['lab', '/?other=attack', 200],
    ['open', '/?other=attack', 200],
    ['strict', '/?text=attack', 403],
    ['nobody', '/?text=attack', 403],
  ])('tenant %s, %s', async (tenant, target, status) => {
    const edge = await open(ownRules, { tenants });
    expect((await edge.send({ target, headers: { 'X-Tenant': tenant } })).status).toBe(status);
    await edge.close();
  });

  it.each([
    ['GET', '/health/deep?q=attack', 200],
    ['GET', '/%68ealth/deep?q=attack', 200],
    ['GET', '/notes?q=attack', 200],
    ['GET', '/notes?go=away', 302],
    ['GET', '/forum/1?q=attack', 200],
    ['GET', '/foru?q=attack', 403],
    ['GET', '/other?q=attack', 403],
  ])('%s %s', async (method, target, status) => {
    const edge = await open(
      { ...ownRules, exclusions: [{ tag: 'attack-demo', paths: ['/forum/'] }] },
      {
        routes: {
          'GET /health/{proxy+}': { to: 'main', waf: false },
          'GET /notes': { to: 'main', waf: { exclusions: [{ rules: '1000-1001' }] } },
          'ANY /{proxy+}': { to: 'main' },
        },
      },
    );
    expect((await edge.send({ method, target })).status).toBe(status);
    await edge.close();
  });

  it('means an API of its own as well', async () => {
    const api = { kind: 'http' as const, routes: { $default: { to: 'main' } } };
    const edge = await open(ownRules, {
      routes: {},
      apis: { open: { ...api, hosts: ['open.test'], waf: false }, shut: { ...api, hosts: ['shut.test'] } },
    });
    expect((await edge.send({ target: '/?q=attack', headers: { Host: 'open.test' } })).status).toBe(200);
    expect((await edge.send({ target: '/?q=attack', headers: { Host: 'shut.test' } })).record.code).toBe('waf.blocked');
    await edge.close();
  });
});

describe('a document that is wrong about its firewall', () => {
  const issuesOf = async (waf: unknown, more: Partial<DocumentInput> = {}) => {
    const failed: unknown = await open(waf, more).catch((thrown: unknown) => thrown);
    expect(failed).toBeInstanceOf(DocumentError);
    return (failed as DocumentError).issues;
  };
  it('says which directive in which line is not understood, all of them', async () => {
    const issues = await issuesOf({ use: 'rules', rules: { after: ['broken.conf'] } });
    expect(issues.map(({ path, found }) => [path, found])).toEqual([
      ['waf', expect.stringMatching(/^broken\.conf:2: there is no directive `SecRul`/)],
      ['waf', expect.stringMatching(/^broken\.conf:3: .*ARGZ/)],
    ]);
    expect(issues[0]?.hint).toMatch(/SecRule/);
  });
  it.each<[string, unknown, Partial<DocumentInput>, RegExp]>([
    [
      'a directory that is not there',
      { path: 'nowhere' },
      {},
      /waf: .*no rule set is found in `nowhere`.*REQUEST-901/s,
    ],
    ['no directory', {}, {}, /waf\.path: the directory of the rule set/],
    [
      'a file that is not there',
      { use: 'rules', rules: { after: ['no-*.conf'] } },
      {},
      /no file is called `no-\*\.conf`/,
    ],
    ['levels in the wrong order', { ...ownRules, paranoia: 3, detectionParanoia: 2 }, {}, /detectionParanoia/],
    ['an exclusion of nothing', { ...ownRules, exclusions: [{ target: 'ARGS' }] }, {}, /either `rules` or `tag`/],
    [
      'an exclusion of a field that is not there',
      ownRules,
      {
        tenants: {
          from: { header: 'x-t' },
          known: { a: { waf: { exclusions: [{ rules: 1001, target: 'ARGZ:x' }] } } },
        },
      },
      /tenants\.known\.a\.waf\.exclusions\[0\].*ARGZ/s,
    ],
    [
      'a tenant that only the key names',
      ownRules,
      { tenants: { from: { key: true }, known: { a: { waf: false } } } },
      /the firewall stands before the key/,
    ],
    [
      'own words without a firewall',
      undefined,
      { routes: { 'GET /': { to: 'main', waf: { mode: 'detect' } } } },
      /routes\["GET \/"\]\.waf.*add `waf/s,
    ],
    [
      'a slip of the pen',
      ownRules,
      { routes: { 'GET /': { to: 'main', waf: { exclusion: [] } as never } } },
      /did you mean "exclusions"/,
    ],
  ])('%s', async (_, waf, more, says) => {
    expect(
      (await issuesOf(waf, more))
        .map(({ path, wanted, found, hint }) => `${path}: ${wanted} ${found} ${hint}`)
        .join('\n'),
    ).toMatch(says);
  });
});
