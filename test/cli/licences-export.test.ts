import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kvsCommands, kvsFile } from '../../src/cli/kvs-forms.ts';
import { licenceScript } from '../../src/cdk/licence-script.ts';
import { kvsLimits } from '../../src/edge/licence-entries.ts';
import { toScriptEvent } from '../../src/events/edge-script.ts';
import { HeaderList } from '../../src/http/headers.ts';
import { openScript } from '../../src/run/script.ts';
import { sallyportCommand, type Ran } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';
import { njs, noNjs } from '../support/njs.ts';

/** Licences made by the command line, exported, put where CloudFront keeps them, and asked for by the function that checks them there. */

/** The AWS CLI's two commands, over files: a version that has to be named, and no more keys at once than CloudFront takes. */
const aws = `#!${process.execPath}
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const [service, verb, ...rest] = process.argv.slice(2);
const options = Object.fromEntries(rest.flatMap((each, at) => (at % 2 === 0 ? [[each, rest[at + 1]]] : [])));
const refuse = (says) => { console.error(says); process.exit(254); };
if (service !== 'cloudfront-keyvaluestore' || options['--kvs-arn'] !== 'arn:kvs') refuse('ResourceNotFoundException');
if (options['--query'] !== 'ETag' || options['--output'] !== 'text') refuse('not asked for the version');
const kept = existsSync('kvs.json') ? JSON.parse(readFileSync('kvs.json', 'utf8')) : { version: 1, updates: 0, data: {} };
if (verb === 'update-keys') {
  const puts = JSON.parse(options['--puts']);
  if (options['--if-match'] !== 'E' + kept.version) refuse('ConflictException');
  if (puts.length === 0 || puts.length > ${kvsLimits.keysPerUpdate}) refuse('ValidationException');
  for (const { Key, Value } of puts) kept.data[Key] = Value;
  kept.version++;
  kept.updates++;
  writeFileSync('kvs.json', JSON.stringify(kept));
} else if (verb !== 'describe-key-value-store') refuse('no such command');
console.log('E' + kept.version);
`;
const document = {
  origins: { o: { url: 'http://127.0.0.1:1', allow: ['127.0.0.1'] } },
  routes: {},
  store: { use: 'sqlite', with: { path: 'store.db' } },
  edge: { licences: { from: { store: true } }, behaviours: [{ path: '*', origin: 'o', licences: true }] },
};

const code = licenceScript();
const now = Date.now();
const eventOf = (licence: string) =>
  toScriptEvent(
    { method: 'GET', target: `/s?license=${licence}`, version: '1.1', headers: HeaderList.of([]), body: null },
    null,
    { moment: 'viewer-request', distributionId: 'E1', domain: 'd.test', requestId: 'r', ip: '192.0.2.1' },
  );
const said = (value: unknown): string =>
  (value as { headers?: Record<string, { value: string }> }).headers?.['x-sallyport-code']?.value ?? 'in';

let folder: ReturnType<typeof temporaryFolder>;
const run = (...args: string[]): Promise<Ran> => sallyportCommand(folder.path, ['licences', ...args]);
const fill = (commands: string, KVS_ARN?: string) =>
  spawnSync('/bin/sh', {
    cwd: folder.path,
    encoding: 'utf8',
    input: commands,
    env: { PATH: `${folder.path}:${process.env['PATH']}`, ...(KVS_ARN !== undefined && { KVS_ARN }) },
  });
interface Kept {
  readonly updates: number;
  readonly data: Record<string, string>;
}
const kept = (): Kept => JSON.parse(readFileSync(join(folder.path, 'kvs.json'), 'utf8')) as Kept;

describe('licences, exported for the function at CloudFront', { timeout: 120_000 }, () => {
  const asked = ['good-7', 'made', 'old-1', 'cut-1', 'nobody'] as const;
  let made = '';
  let exported: Ran;
  beforeAll(async () => {
    folder = temporaryFolder({
      'sallyport.config.json': JSON.stringify(document),
      aws,
      'list.csv': [
        ...Array.from({ length: 60 }, (_, at) => `good-${at},Acme ${at}`),
        'old-1,Old,2020-01-01',
        'cut-1,Cut',
      ].join('\n'),
    });
    chmodSync(join(folder.path, 'aws'), 0o755);
  });
  afterAll(() => folder.remove());

  it('a store without any is told so, and one with quotas, which nobody would count', async () => {
    const none = await run('export');
    expect([none.code, none.out, none.err]).toEqual([1, '', expect.stringContaining('`sallyport licences create`')]);
    const { id } = JSON.parse((await run('create', 'Counted', '--quota', '5', '--json')).out) as { id: string };
    const counted = await run('export');
    expect([counted.code, counted.out, counted.err]).toEqual([1, '', expect.stringContaining(id)]);
    expect(counted.err).toContain('--ignore-quotas');
    const anyway = JSON.parse((await run('export', '--ignore-quotas', '--json')).out) as { entries: object[] };
    expect(anyway.entries).toEqual([{ key: expect.stringMatching(/^[0-9a-f]{64}$/) as string, value: '{}' }]);
    await run('revoke', id);
  });

  it('commands fill the store, fifty at once, each on the version before', async () => {
    await run('import', 'list.csv');
    made = (await run('create', 'Made')).out.trim();
    const list = JSON.parse((await run('list', '--json')).out) as { id: string; name: string }[];
    await run('revoke', list.find(({ name }) => name === 'Cut')?.id ?? '');
    exported = await run('export', '--to', 'kvs');
    expect([exported.code, exported.err]).toEqual([0, expect.stringMatching(/^64 licences, \d+ of 5242880 bytes/)]);
    for (const secret of ['good-7', made, 'Acme', 'Made']) expect(exported.out).not.toContain(secret);
    expect(fill(exported.out)).toMatchObject({ status: 2, stderr: expect.stringContaining('KVS_ARN') as string });
    expect(fill(exported.out, 'arn:kvs')).toMatchObject({ status: 0, stderr: '' });
    expect([kept().updates, Object.keys(kept().data).length]).toEqual([2, 64]);
  });

  it('an update that fails ends them', () => {
    const late = fill(exported.out.replace('--if-match "$tag"', '--if-match E1'), 'arn:kvs');
    expect([late.status, late.stderr]).toEqual([254, 'ConflictException\n']);
    expect(kept().updates).toBe(2);
  });

  const wanted = ['in', 'in', 'edge.licence.expired', 'edge.licence.unknown', 'edge.licence.unknown'];
  const events = () => asked.map((name) => eventOf(name === 'made' ? made : name));
  const fromFile = async (): Promise<Record<string, string>> => {
    await run('export', '--to', 'kvs-file', '--out', 'import.json');
    const { data } = JSON.parse(readFileSync(join(folder.path, 'import.json'), 'utf8')) as {
      data: { key: string; value: string }[];
    };
    return Object.fromEntries(data.map(({ key, value }) => [key, value]));
  };

  it('the file for a new store says the same', async () => expect(await fromFile()).toEqual(kept().data));

  it('good ones pass the function, others do not, in the edge’s own engine', () => {
    const script = openScript({ name: 'licence.js', code, store: kept().data, timeoutMs: 1000, now });
    const answers = events().map(({ event, rawQuery }) => script.run(event, rawQuery));
    expect(answers.map((each) => (each.kind === 'answer' ? said(each.value) : each))).toEqual(wanted);
  });

  it.skipIf(noNjs !== null)(`and in njs${noNjs ? ` (${noNjs})` : ''}`, () => {
    const runs = events().map(({ event }) => ({ event }));
    expect(njs(code, runs, { store: kept().data, now }).results.map(({ value }) => said(value))).toEqual(wanted);
  });

  it('a revoked one is out after the next export', async () => {
    const list = JSON.parse((await run('list', '--json')).out) as { id: string; name: string }[];
    await run('revoke', list.find(({ name }) => name === 'Acme 7')?.id ?? '');
    expect(fill((await run('export')).out, 'arn:kvs').status).toBe(0);
    const script = openScript({ name: 'licence.js', code, store: kept().data, timeoutMs: 1000, now });
    const { event, rawQuery } = eventOf('good-7');
    expect(script.run(event, rawQuery)).toMatchObject({
      value: { headers: { 'x-sallyport-code': { value: 'edge.licence.unknown' } } },
    });
  });
});

it('more than a store holds is an error that says how many bytes, and so is a file that is too long', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ key: String(at).padStart(64, '0'), value: '{}' }));
  const most = Math.floor(kvsLimits.storeBytes / 66);
  expect(kvsCommands(many(most)).split('\n')).toHaveLength(Math.ceil(most / 50) + 4);
  expect(() => kvsCommands(many(most + 1))).toThrow(/79438 licences have 5242908 bytes.*5242880.*own edge check them/);
  expect(() => kvsFile(many(most))).toThrow(/the file of 79437 licences has \d{7} bytes.*5242880.*`--to kvs`/);
});
