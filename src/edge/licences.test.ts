import { describe, expect, it } from 'vitest';
import { manualClock } from '../base/clock.ts';
import type { DocumentInput } from '../config/document.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import { nodeDigest } from '../net/digest.ts';
import { MemoryRecords } from '../stores/memory/records.ts';
import { visit, type Visit } from '../testing/visit.ts';
import { createLicence, importLicences, listLicences, revokeLicence } from './licence-book.ts';
import { licenceUsed } from './licences.ts';

type Licences = NonNullable<NonNullable<DocumentInput['edge']>['licences']>;

const edge = (licences: Licences, behaviour: object = {}): Promise<Visit> =>
  visit({
    origin: ({ target, headers }) => ({
      status: 200,
      headers: HeaderList.of({ 'Cache-Control': 'max-age=60' }),
      body: Body.of(`${target} ${headers.get('x-lic') ?? ''}`),
      address: 'script',
    }),
    document: {
      origins: { o: { url: 'http://o.test' } },
      routes: {},
      edge: { licences, behaviours: [{ origin: 'o', licences: true, cache: {}, ...behaviour }] },
    },
  });

const codeOf = (reply: { readonly from: { readonly by: string; readonly code?: string } }): string | undefined =>
  reply.from.code;

describe('licences', () => {
  const list = {
    good: { name: 'one' },
    other: { name: 'two' },
    old: { expires: '2025-12-31' },
    off: { enabled: false },
    small: { quota: 2 },
    license: {},
  };

  it('tells missing, unknown, revoked, expired and used-up keys apart', async () => {
    const v = await edge({ from: { list } });
    const rows: readonly (readonly [string, number, string | undefined])[] = [
      ['/s', 401, 'edge.licence.missing'],
      ['/s?license=', 401, 'edge.licence.missing'],
      ['/s?license', 401, 'edge.licence.missing'],
      ['/s?license=nope', 403, 'edge.licence.unknown'],
      ['/s?license=off', 403, 'edge.licence.unknown'],
      ['/s?license=old', 403, 'edge.licence.expired'],
      ['/s?license=good', 200, undefined],
      ['/s?license=small', 200, undefined],
      ['/s?license=small', 200, undefined],
      ['/s?license=small', 429, 'edge.licence.quota'],
    ];
    for (const [target, status, code] of rows) {
      const reply = await v.send({ target });
      expect([reply.status, codeOf(reply)], target).toEqual([status, code]);
    }
    expect(v.asked).toHaveLength(1);
    v.clock.turn(32 * 86_400_000);
    expect((await v.send({ target: '/s?license=small' })).status).toBe(200);
  });

  it('checks each request, hits too, and never splits the cache', async () => {
    const v = await edge({ in: ['query:license', 'header:x-lic', 'cookie:lic'], from: { list } });
    const ways = [
      { target: '/s?q=1&license=good' },
      { target: '/s?license=other&q=1' },
      { target: '/s?q=1', headers: { 'X-Lic': 'good' } },
      { target: '/s?q=1', headers: { Cookie: 'lic=other' } },
      { target: '/s?q=1&%6cicense=good' },
    ];
    for (const request of ways) expect((await v.send(request)).body).toBe('/s?q=1 ');
    expect(v.asked).toHaveLength(1);
    expect((await v.send({ target: '/s?q=1' })).status).toBe(401);
    expect((await v.send({ method: 'HEAD', target: '/s?q=1&license=nope' })).status).toBe(403);
    expect((await v.send({ target: '/s?q=1', headers: { 'If-None-Match': '*' } })).status).toBe(401);
  });

  it('hands the key on only where it is told to', async () => {
    const v = await edge({ in: ['header:x-lic'], from: { list }, forward: true }, { cache: undefined });
    expect((await v.send({ target: '/s', headers: { 'X-Lic': 'good' } })).body).toBe('/s good');
  });

  it('remembers good results longer than bad ones, asks once for many, and closes when nobody can tell', async () => {
    const v = await edge({ from: { store: true }, remember: { valid: '5m', invalid: '10s' } });
    let reads = 0;
    let broken = false;
    const { records } = v.app.ports;
    const get = records.get.bind(records);
    Object.assign(records, {
      get: (kind: string, id: string) => {
        if (kind === 'licence') reads++;
        if (broken) throw new Error('the store is down');
        return get(kind, id);
      },
    });
    const made = await createLicence(records, v.app.ports.digest, v.clock, { name: 'acme' });
    const ask = (key: string): Promise<{ readonly status: number }> => v.send({ target: `/s?license=${key}` });
    const key = made?.key as string;
    await Promise.all(Array.from({ length: 20 }, () => ask(key)));
    expect(reads).toBe(1);
    await ask('nope');
    await ask('nope');
    expect(reads).toBe(2);
    v.clock.turn(11_000);
    await ask('nope');
    expect(reads).toBe(3);
    expect(await revokeLicence(records, made?.record.id as string)).toBe(true);
    expect((await ask(key)).status).toBe(200);
    v.clock.turn(300_000);
    expect((await ask(key)).status).toBe(403);
    broken = true;
    v.clock.turn(300_000);
    const reply = await v.send({ target: `/s?license=${key}` });
    expect([reply.status, codeOf(reply)]).toEqual([503, 'edge.licence.unavailable']);
  });

  it('writes no key that was sent in the wrong place, under any of its names', async () => {
    const v = await edge({ in: ['query:license', 'header:x-lic', 'cookie:sid'], from: { list } });
    const targets = [
      '/s?X-Lic=k3y&license=good',
      '/s?sid=k3y',
      '/s?q=1;license=k3y',
      '/s?LICENSE=k3y',
      '/s?%78-lic=k3y',
    ];
    for (const target of targets) {
      const { record } = await v.send({ target, headers: { 'X-Lic': '', Cookie: 'sid=' } });
      expect(JSON.stringify(record), target).not.toContain('k3y');
      expect(record.path, target).toContain('••••(3)');
    }
  });

  it('counts what each licence asks for, hits too, by its id and period', async () => {
    const v = await edge({ from: { store: true }, quotaPeriod: 'day' });
    const { records, counters, digest } = v.app.ports;
    const one = await createLicence(records, digest, v.clock, { name: 'one' });
    const two = await createLicence(records, digest, v.clock, { name: 'two' });
    const used = async (): Promise<number[]> =>
      Promise.all(
        [one, two].map(async (made) => licenceUsed(counters, made?.record.id as string, v.clock.now(), 'day')),
      );
    for (const made of [one, one, two, one]) await v.send({ target: `/s?license=${made?.key}` });
    expect([v.asked.length, ...(await used())]).toEqual([1, 3, 1]);
    expect(v.records.map(({ cache }) => cache)).toEqual(['Miss', 'Hit', 'Hit', 'Hit']);
    v.clock.turn(86_400_000);
    expect(await used()).toEqual([0, 0]);
  });

  it('keeps a book without keys in it', async () => {
    const records = new MemoryRecords();
    const clock = manualClock();
    const report = await importLicences(
      records,
      nodeDigest,
      clock,
      '# key,name,expires,quota\nkey-one,Acme\nkey-two,Globex,2027-01-01,1000\nkey-one,again\nbroken\nkey-three,X,someday\nkey-four,Y,,0\n',
    );
    expect([report.made, report.known]).toEqual([2, 1]);
    expect(report.bad).toEqual([
      { line: 5, wanted: 'key,name[,expires[,quota]]' },
      { line: 6, wanted: expect.stringContaining('a date') },
      { line: 7, wanted: expect.stringContaining('above 0') },
    ]);
    const book = await listLicences(records);
    expect(book.map(({ name, quota }) => [name, quota]).sort()).toEqual([
      ['Acme', null],
      ['Globex', 1000],
    ]);
    expect(JSON.stringify(book)).not.toContain('key-');
    expect(await revokeLicence(records, 'nobody')).toBe(false);
    // More than one page of the store: the last is listed and ended as well.
    const many = Array.from({ length: 1100 }, (_, at) => `many-${at},Many`).join('\n');
    expect((await importLicences(records, nodeDigest, clock, many)).made).toBe(1100);
    const last = (await listLicences(records)).at(-1);
    expect(await revokeLicence(records, last?.id as string)).toBe(true);
    expect((await listLicences(records)).map(({ enabled }) => enabled)).toEqual([
      ...Array.from({ length: 1101 }, () => true),
      false,
    ]);
  });
});

describe('the door of the edge', () => {
  it('keeps countries out, lets unknown places in, and takes no GET with a body', async () => {
    const { access } = await import('./access.ts');
    const { behaviourFact } = await import('./behaviour.ts');
    const { newExchange } = await import('../flow/exchange.ts');
    const { Departure } = await import('../flow/departure.ts');
    const { Trace } = await import('../trace/trace.ts');
    const clock = manualClock();
    const geography = {
      country: (address: string) =>
        address.startsWith('192.0.2.') ? 'KP' : address.startsWith('198.51.') ? 'DE' : null,
      place: () => null,
    };
    const rules = [{ viewerProtocol: 'https-only' as const, methods: null, bodilessGet: true, keys: null }];
    const ask = (address: string, only: boolean, more: { secure?: boolean; body?: Body } = {}) => {
      const stage = access({ rules, geo: { geography, countries: new Set(['KP']), only, unknown: 'allow' } });
      const exchange = newExchange({
        request: { method: 'GET', target: '/', version: '1.1', headers: HeaderList.empty, body: more.body ?? null },
        viewer: { address, peer: address, port: 1, secure: more.secure ?? true, localAddress: '', localPort: 1 },
        trace: new Trace('t', [], clock),
        clock,
        departure: new Departure(),
        later() {},
      });
      exchange.facts.set(behaviourFact, 0);
      return stage.handle(exchange, () => ({
        status: 200,
        headers: HeaderList.empty,
        body: null,
        from: { by: 'policy', name: 'x' },
      })) as { readonly status: number; readonly from: { readonly by: string; readonly code?: string } };
    };
    expect([
      codeOf(ask('192.0.2.1', false)),
      ask('198.51.100.1', false).status,
      ask('203.0.113.1', false).status,
    ]).toEqual(['edge.geo', 200, 200]);
    expect([ask('192.0.2.1', true).status, codeOf(ask('198.51.100.1', true)), ask('203.0.113.1', true).status]).toEqual(
      [200, 'edge.geo', 200],
    );
    expect(codeOf(ask('203.0.113.1', false, { secure: false }))).toBe('edge.https-only');
    expect(codeOf(ask('203.0.113.1', false, { body: Body.of('x') }))).toBe('edge.get-with-body');
  });
});
