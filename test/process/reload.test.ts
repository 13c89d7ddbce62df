import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { run, type Running } from '../../src/cli/run.ts';
import { count, defineRule } from '../../src/rules/rule.ts';
import type { DecisionRecord } from '../../src/trace/record.ts';
import { sallyportCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';

let folder: ReturnType<typeof temporaryFolder>;
let running: Running | undefined;
const records: DecisionRecord[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  records.length = 0;
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  folder.remove();
});

/** Says which version it is from; waits first where told, so that a request is under way while maps are exchanged. */
const mark = defineRule({
  name: 'mark',
  says: 'Counts under a marker.',
  params: z.strictObject({ marker: z.number(), wait: z.boolean().default(false) }),
  check: ({ marker, wait }) => {
    const verdict = count(`marker ${marker}`);
    return () => (wait ? new Promise((resolve) => setTimeout(() => resolve(verdict), 4)) : verdict);
  },
});

/** A map whose rules must all be of one version, or the answer is of two. */
const map = (marker: number): string =>
  JSON.stringify({
    default: [
      { name: 'mark', params: { marker } },
      { name: 'mark', params: { marker, wait: true } },
      { name: 'mark', params: { marker } },
    ],
  });

/** As an editor does it: a new file, renamed over the old. */
const replace = (text: string): void => renameSync(folder.write('next.json', text), join(folder.path, 'rules.json'));

const start = async (): Promise<Running> => {
  running = await run(
    {
      document: {
        listen: { port: 0, shutdown: '300ms' },
        admin: { port: 0 },
        store: { use: 'memory' },
        logging: { keepSteps: 'all' },
        rules: { from: { use: 'file', with: { path: 'rules.json' } } },
        routes: { 'GET /': { to: { use: 'mock', with: { status: 200 } } } },
      },
      folder: folder.path,
      plugins: [mark],
    },
    { sinks: [{ name: 'kept', write: (record) => void records.push(record), flush: async () => {} }], log: () => {} },
  );
  return running;
};

const health = async (): Promise<{ status: string; version: string; stale: { source: string; says: string } | null }> =>
  (await (await fetch(`${running?.admin?.url}/healthz`)).json()) as never;
const markers = (record: DecisionRecord): string[] =>
  (record.steps ?? []).flatMap((step) =>
    step.notes.filter((note) => note.what === 'counted').map((note) => String(note.facts?.reason)),
  );

describe('a rule map in a file', () => {
  it('replaced again and again under load: every answer is of exactly one version', async () => {
    folder.write('rules.json', map(0));
    const { serving } = await start();
    const load = { going: true };
    const viewer = async (): Promise<void> => {
      while (load.going) await (await fetch(`${serving.url}/`)).arrayBuffer();
    };
    const viewers = Array.from({ length: 6 }, viewer);
    for (let version = 1; version <= 12; version++) {
      const before = (await health()).version;
      replace(map(version));
      await until(`version ${version} is taken up`, async () => (await health()).version !== before);
    }
    load.going = false;
    await Promise.all(viewers);
    const versionOf = new Map<string, string>();
    for (const record of records) {
      const seen = markers(record);
      expect(seen.length).toBe(3);
      expect(new Set(seen).size).toBe(1);
      const marker = seen[0] as string;
      expect(versionOf.get(record.version) ?? marker).toBe(marker);
      versionOf.set(record.version, marker);
    }
    expect(records.length).toBeGreaterThan(50);
    expect(versionOf.size).toBeGreaterThan(6);
  });

  it.each([
    ['no JSON', '{'],
    ['an unknown rule', '{"default":[{"name":"marc"}]}'],
    ['bad parameters', '{"default":[{"name":"mark","params":{"marker":"one"}}]}'],
    ['a bad resource', '{"orders":[]}'],
    ['not a map', '[1,2]'],
    ['empty', ''],
  ])('broken later (%s): the last good version stays, and /healthz says so', async (_, text) => {
    folder.write('rules.json', map(1));
    const { serving } = await start();
    const good = await health();
    expect(good).toMatchObject({ status: 'ok', stale: null });
    replace(text);
    await until('it is noticed', async () => (await health()).stale !== null);
    const bad = await health();
    expect(bad.status).toBe('degraded');
    expect(bad.version).toBe(good.version);
    expect(bad.stale?.source).toContain('rules.json');
    await fetch(`${serving.url}/`);
    expect(markers(records.at(-1) as DecisionRecord)).toEqual(['marker 1', 'marker 1', 'marker 1']);
    expect((await fetch(`${running?.admin?.url}/readyz`)).status).toBe(200);
    replace(map(2));
    await until('the next good one is taken up', async () => (await health()).stale === null);
    await fetch(`${serving.url}/`);
    expect(markers(records.at(-1) as DecisionRecord)[0]).toBe('marker 2');
  });

  it('removed later: the last good version stays', async () => {
    folder.write('rules.json', map(1));
    await start();
    renameSync(join(folder.path, 'rules.json'), join(folder.path, 'elsewhere.json'));
    await until('it is noticed', async () => (await health()).stale !== null);
    expect((await health()).stale?.says).toContain('ENOENT');
  });

  it('that changes its link, as mounted configuration does, is taken up', async () => {
    // A mounted volume changes by renaming a link to a folder; the file's own name is in no event.
    const { mkdirSync, symlinkSync } = await import('node:fs');
    for (const version of [1, 2]) {
      mkdirSync(join(folder.path, `v${version}`));
      folder.write(`v${version}/rules.json`, map(version));
    }
    symlinkSync('v1', join(folder.path, '..data'));
    symlinkSync(join('..data', 'rules.json'), join(folder.path, 'rules.json'));
    await start();
    const before = (await health()).version;
    symlinkSync('v2', join(folder.path, '..data_tmp'));
    renameSync(join(folder.path, '..data_tmp'), join(folder.path, '..data'));
    await until('it is taken up', async () => (await health()).version !== before);
  });

  it('that cannot be read stops the start, with exit code 1', async () => {
    await expect(start()).rejects.toThrow('rules.from');
    folder.write(
      'sallyport.config.json',
      JSON.stringify({
        listen: { port: 0 },
        admin: { enabled: false },
        store: { use: 'memory' },
        rules: { from: { with: { path: 'rules.json' } } },
        routes: {},
      }),
    );
    const ran = await sallyportCommand(folder.path, ['start']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('rules.from');
  });
});
