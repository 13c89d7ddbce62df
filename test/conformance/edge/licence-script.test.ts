import { beforeAll, describe, expect, it } from 'vitest';
import { licenceScript } from '../../../src/cdk/licence-script.ts';
import { createLicence, licenceHash, revokeLicence } from '../../../src/edge/licence-book.ts';
import { toScriptEvent } from '../../../src/events/edge-script.ts';
import { HeaderList } from '../../../src/http/headers.ts';
import { nodeDigest } from '../../../src/net/digest.ts';
import { openScript } from '../../../src/run/script.ts';
import { visit, type Visit } from '../../../src/testing/visit.ts';
import { njs, noNjs, type NjsOutcome, type NjsRun } from '../../support/njs.ts';
import { rows, type Row } from './licence-rows.ts';

/**
 * One table, three machines: the edge of a document, and the CloudFront Function emitted for the same, under njs, the kin of
 * CloudFront's own engine, and under the edge's own engine for such functions.
 */

const places = ['query:license', 'header:x-lic', 'cookie:lic'];
const code = licenceScript({ in: places, open: ['/health', '/assets/*'] });
const now = Date.UTC(2026, 0, 1);

async function line(): Promise<{ readonly edge: Visit; readonly store: Record<string, string>; fails: boolean }> {
  const edge = await visit({
    document: {
      origins: { o: { url: 'http://o.test' } },
      routes: {},
      edge: {
        licences: { in: places, from: { store: true }, remember: { valid: '0s', invalid: '0s' } },
        behaviours: [
          { path: '/health', origin: 'o' },
          { path: '/assets/*', origin: 'o' },
          { path: '*', origin: 'o', licences: true },
        ],
      },
    },
  });
  const { records } = edge.app.ports;
  const make = (key: string, expiresAt: number | null = null) =>
    createLicence(records, nodeDigest, edge.clock, { name: 'one', key, expiresAt });
  for (const key of ['good', 'other', 'a b', 'ä', '50%', '100%25', '__proto__', 'L'.repeat(3000), 'a=b', 'license'])
    await make(key);
  await make('old', now - 86_400_000);
  await make('first of January', now);
  await make('a moment more', now + 1);
  const cut = await make('cut');
  await revokeLicence(records, cut?.record.id as string);
  const store: Record<string, string> = {};
  for (const { id, value } of await records.list('licence', { limit: 100 })) store[id] = JSON.stringify(value);
  const it = { edge, store, fails: false };
  const get = records.get.bind(records);
  Object.assign(records, {
    get: (kind: string, id: string) => {
      if (it.fails && kind === 'licence') throw new Error('the store is down');
      return get(kind, id);
    },
  });
  return it;
}

const eventOf = ({ method, target, headers }: Row['request']) =>
  toScriptEvent(
    { method: method ?? 'GET', target, version: '1.1', headers: HeaderList.of(headers ?? []), body: null },
    null,
    { moment: 'viewer-request', distributionId: 'E1', domain: 'd.test', requestId: 'r', ip: '192.0.2.1' },
  );

interface Result {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, { readonly value: string }>>;
  readonly uri: string;
  readonly querystring: Readonly<Record<string, Value>>;
  readonly cookies: Readonly<Record<string, Value>>;
}
interface Value {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

const codeOf = (result: Result): string =>
  result.statusCode === undefined ? 'in' : (result.headers['x-sallyport-code']?.value ?? '');

const pairs = (values: Readonly<Record<string, Value>>): string[] =>
  Object.entries(values)
    .flatMap(([name, one]) => (one.multiValue ?? [one]).map(({ value }) => `${name}=${value}`))
    .toSorted();

describe.skipIf(noNjs !== null)(`the licence check as a CloudFront Function${noNjs ? ` (${noNjs})` : ''}`, () => {
  let told: Awaited<ReturnType<typeof line>>;
  let results: NjsOutcome;
  beforeAll(async () => {
    told = await line();
    const runs = rows.map(({ request, fails }): NjsRun => ({
      event: eventOf(request).event,
      ...(fails ? { fails } : {}),
    }));
    results = njs(code, runs, { store: told.store, now });
  });

  it('has rows enough, each answer among them, and no two alike', () => {
    expect(rows.length).toBeGreaterThanOrEqual(80);
    expect(new Set(rows.map(({ says }) => says)).size).toBe(rows.length);
    expect(new Set(rows.map(({ script }) => script))).toEqual(
      new Set(['in', ...['missing', 'unknown', 'expired', 'unavailable'].map((last) => `edge.licence.${last}`)]),
    );
  });

  it.each(rows.map((row, at) => ({ ...row, at })))('$says: $script', async ({ request, script, fails, edge, at }) => {
    const found = results.results[at];
    expect(found?.error).toBeUndefined();
    const result = found?.value as Result;
    expect(codeOf(result)).toBe(script);

    told.fails = fails !== undefined;
    const before = told.edge.asked.length;
    const reply = await told.edge.send({ ...request, headers: request.headers ?? {} });
    const lineSays = reply.from.by === 'refusal' ? (reply.from as { readonly code: string }).code : 'in';
    expect(lineSays).toBe(edge ?? script);
    if (script === 'in' && lineSays === 'in') {
      // What goes on, to the cache and the origin, is the same request without any licence.
      const [path, query = ''] = (told.edge.asked[before]?.target ?? '').split('?');
      expect([result.uri, ...pairs(result.querystring)]).toEqual([
        path,
        ...query
          .split('&')
          .filter((part) => part !== '')
          .map((part) => (part.includes('=') ? part : `${part}=`))
          .toSorted(),
      ]);
      const sent = told.edge.asked[before]?.headers;
      expect(pairs(result.cookies).join('; ')).toBe(sent?.get('cookie')?.split('; ').toSorted().join('; ') ?? '');
      expect(result.headers['x-lic']?.value).toBe(sent?.get('x-lic'));
    } else if (script !== 'in') {
      expect(result).toMatchObject({ headers: { 'cache-control': { value: 'no-store' } } });
      expect(result.statusCode).toBe(script.endsWith('missing') ? 401 : script.endsWith('unavailable') ? 503 : 403);
      expect(JSON.stringify(result)).not.toContain('good');
    }
  });

  it('the engine of the edge itself says the same', () => {
    const script = openScript({ name: 'licence.js', code, store: told.store, timeoutMs: 1000, now });
    let ran = 0;
    for (const row of rows) {
      if (row.fails !== undefined || row.atNow) continue;
      const { event, rawQuery } = eventOf(row.request);
      const outcome = script.run(event, rawQuery);
      expect(outcome.kind, row.says).toBe('answer');
      if (outcome.kind === 'answer') expect(codeOf(outcome.value as Result), row.says).toBe(row.script);
      ran++;
    }
    expect(ran).toBeGreaterThanOrEqual(70);
  });

  it('a log line says that the store failed, and names no licence', () => {
    expect(results.log.length).toBe(rows.filter(({ script }) => script.endsWith('unavailable')).length);
    for (const text of results.log) expect(text).toMatch(/^edge\.licence\.unavailable Error: the store is down$/);
  });

  it('records that somebody wrote by hand are read strictly', () => {
    const event = eventOf({ target: '/s?license=k' }).event;
    const says = (record: string): string => {
      const {
        results: [one],
      } = njs(code, [{ event }], { store: { [licenceHash(nodeDigest, 'k')]: record }, now });
      return codeOf(one?.value as Result);
    };
    expect(
      [
        '{}',
        '{"expiresAt":null}',
        '{"enabled":true}',
        `{"expiresAt":${now + 1}}`,
        '{"enabled":false}',
        '{"expiresAt":0}',
      ].map((record) => says(record)),
    ).toEqual(['in', 'in', 'in', 'in', 'edge.licence.unknown', 'edge.licence.expired']);
    for (const broken of ['', 'yes', 'null', '7', '{"expiresAt":"2030-01-01"}', '{'])
      expect(says(broken), broken).toBe('edge.licence.unavailable');
  });

  it('a function without its store does not let anybody in', () =>
    expect(() => njs(code, [{ event: eventOf({ target: '/s' }).event }], { store: null, now })).toThrow(
      'no KeyValueStore is associated',
    ));
});

describe('the text of the licence function', () => {
  it(`is far below 10 kB (${code.length} bytes), and too many open paths are an error`, () => {
    expect(code.length).toBeLessThan(3500);
    expect(() => licenceScript({ open: Array.from({ length: 900 }, (_, at) => `/path-${at}`) })).toThrow(/10240/);
  });
  it('uses nothing that the function runtime lacks or that its kin refuse', () => {
    expect(code).not.toMatch(
      /\.\.\.|\?\.|\?\?|\bfor \(\w+ \w+ of|=>|\b(?:fetch|setTimeout|setInterval|eval|class|process|Function)\b|new Function|(?:var|let|const) [[{]/,
    );
    expect(code.startsWith("import cf from 'cloudfront';\n")).toBe(true);
    // `await` is refused in arguments and closures; a statement of its own is always taken.
    for (const each of code.split('\n').filter((text) => text.includes('await')))
      expect(each).toMatch(/^\s+(?:var )?\w+ = await store\.\w+\([^()]*\);$/);
    for (const call of code.matchAll(/console\.log\(([^)]*)\)/g)) expect(call[1]).not.toContain(',');
    expect([...code.matchAll(/require\('(\w+)'\)/g)].map(([, name]) => name)).toEqual(['crypto']);
  });
  it('is plain ASCII, whatever the names', () =>
    expect(licenceScript({ in: ['query:sch\u00fcssel\u{1f511}'] })).toMatch(/^[\x20-\x7e\n]+$/));
  it.each([
    [{ in: ['license'] }, /wanted "query:NAME", "header:NAME" or "cookie:NAME"/],
    [{ in: [] }, /name a place/],
    [{ in: ['header:Cookie'] }, /may not take the header cookie away/],
    [{ in: ['header:Host'] }, /may not take the header host away/],
    [{ in: ['header:X-Edge-Key'] }, /let the licence stand in another/],
    [{ open: ['health'] }, /"health" is no open path/],
    [{ open: ['/a*b'] }, /with one \* at the end/],
  ])('%j is refused when it is made', (options, says) => expect(() => licenceScript(options)).toThrow(says));
});
