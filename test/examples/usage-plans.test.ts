import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock, type ManualClock } from '../../src/base/clock.ts';
import { loadDocument } from '../../src/cli/load.ts';
import { run, type Running } from '../../src/cli/run.ts';
import memory from '../../src/stores/pages/memory.ts';

describe('examples/usage-plans', () => {
  let running: Running;
  let clock: ManualClock;

  beforeAll(async () => {
    Object.assign(process.env, { PORT: '0', ADMIN_PORT: '0' });
    clock = manualClock(Date.UTC(2026, 10, 21, 12));
    const loaded = await loadDocument(resolve(import.meta.dirname, '../../examples/usage-plans/sallyport.config.ts'));
    const state = await memory.open({}, { clock, folder: '.', warn() {} });
    running = await run(loaded, { state, clock, sinks: [], log() {} });
  });
  afterAll(() => running.close());

  const ask = (key: string | null, path = '/v1/forecast/Berlin') =>
    fetch(running.serving.url + path, { headers: key === null ? {} : { 'x-api-key': key } });
  const acme = 'acme-demo-key-000000000001';
  const globex = 'globex-demo-key-0000000002';

  it('serves a customer by his key, and nobody without one', async () => {
    const answer = await ask(acme, '/v1/forecast/S%C3%A3o%20Paulo');
    expect([answer.status, await answer.json()]).toEqual([200, { city: 'São Paulo', sky: 'clear', for: 'acme' }]);
    expect((await ask(null)).status).toBe(403);
    expect((await ask('not-a-key-at-all-00000000')).status).toBe(403);
    expect((await ask(null, '/v1/status')).status).toBe(200);
  });

  it('throttles the small plan at its burst, and the large one later', async () => {
    clock.turn(10_000);
    const small = [];
    for (let at = 0; at < 3; at++) small.push((await ask(acme)).status);
    expect(small).toEqual([200, 200, 429]);
    const large = [];
    for (let at = 0; at < 20; at++) large.push((await ask(globex)).status);
    expect(new Set(large)).toEqual(new Set([200]));
  });

  it('ends when the quota is used up, and opens with the next period', async () => {
    clock.turn(10_000);
    const over = await ask(acme);
    expect([over.status, await over.json()]).toEqual([
      429,
      { message: 'Limit Exceeded', plan: 'see https://example.com/plans' },
    ]);
    clock.turn(12 * 3_600_000); // midnight, UTC
    expect((await ask(acme)).status).toBe(200);
  });

  it('lets the operator read usage and grant more, at the operator port', async () => {
    const admin = running.admin?.url as string;
    expect(await (await fetch(`${admin}/usage/free`)).json()).toMatchObject([
      { key: 'acme', used: 1, remaining: 2, limit: 3 },
    ]);
    const put = (body: string, type = 'application/json') =>
      fetch(`${admin}/usage/free/acme`, { method: 'PUT', headers: { 'content-type': type }, body });
    expect(await (await put('{"remaining":50}')).json()).toMatchObject({ remaining: 50 });
    for (let at = 0; at < 4; at++) {
      clock.turn(1000);
      expect((await ask(acme)).status).toBe(200);
    }
    expect(await (await fetch(`${admin}/usage/free/acme`)).json()).toMatchObject({ remaining: 46 });
    expect([
      (await put('{"remaining":-1}')).status,
      (await put('{"remaining":1}', 'text/plain')).status,
      (await fetch(`${admin}/usage/none`)).status,
      (await fetch(`${admin}/healthz`, { method: 'PUT' })).status,
    ]).toEqual([400, 415, 404, 405]);
  });
});
