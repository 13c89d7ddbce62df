import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../src/cli/commands/keys.ts';
import { openapi } from '../../src/cli/commands/openapi.ts';
import { usage } from '../../src/cli/commands/usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'));
const config = join(folder, 'sallyport.config.json');

async function run(...args: string[]): Promise<{ out: string; err: string; code: unknown }> {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line), isTty: false };
  const program = new Command('sallyport').exitOverride();
  usage(program, io);
  keys(program, io);
  openapi(program, io);
  process.exitCode = undefined;
  await program.parseAsync(['node', 'sallyport', ...args]);
  const code = process.exitCode;
  return { out: out.join('\n'), err: err.join('\n'), code };
}

beforeAll(() => {
  writeFileSync(
    config,
    JSON.stringify({
      admin: { enabled: false },
      store: { use: 'sqlite', with: { path: 'state.db' } },
      apiKeys: { acme: { value: 'acme-key-0123456789abcdef' } },
      plans: {
        free: { stages: [{ api: 'shop' }], quota: { limit: 10, period: 'DAY' }, keys: ['acme'] },
        open: { stages: [{ api: 'shop' }] },
      },
      apis: { shop: { kind: 'rest', routes: { 'GET /a': { to: { use: 'mock' }, key: 'required' } } } },
    }),
  );
});
afterEach(() => {
  process.exitCode = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('sallyport usage', () => {
  it('shows, changes and shows again', async () => {
    expect(JSON.parse((await run('usage', 'show', 'free', '-c', config, '--json')).out)).toMatchObject([
      { key: 'acme', used: 0, remaining: 10 },
    ]);
    const set = await run('usage', 'set', 'free', 'acme', '25', '-c', config);
    expect([set.code, set.out]).toEqual([0, expect.stringContaining('acme has 25 requests left')]);
    expect((await run('usage', 'show', 'free', '-c', config)).out).toMatch(/acme +-15 +25 +10/);
    expect(JSON.parse((await run('usage', 'days', 'free', 'acme', '-c', config, '--json')).out)).toHaveLength(30);
  });

  it('says what is wrong with the question', async () => {
    expect((await run('usage', 'set', 'free', 'acme', 'many', '-c', config)).code).toBe(2);
    const unknown = await run('usage', 'show', 'gold', '-c', config);
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('known: free, open')]);
    expect((await run('usage', 'show', 'open', '-c', config)).err).toContain('without one nothing is counted');
  });
});

describe('sallyport keys import', () => {
  const file = join(folder, 'keys.csv');
  const key = (letter: string): string => letter.repeat(32);

  it('AK-1 takes over the file of API Gateway: quoted cells, plans, disabled keys, lines that are there already', async () => {
    writeFileSync(
      file,
      `\uFEFFName,key,description,Enabled,usageplanIds\r\nBeta,${key('b')},"says ""hi"", twice\nover",TRUE,"free,open"\r\nGamma,${key('c')},,false,\r\n\r\n`,
    );
    const first = await run('keys', 'import', file, '-c', config);
    expect([first.code, first.out.split('\n').length, first.err]).toEqual([0, 2, '2 keys imported']);
    expect(first.out).not.toContain(key('b'));
    const listed = JSON.parse((await run('keys', 'list', '-c', config, '--json')).out) as object[];
    expect(listed).toMatchObject([
      { name: 'Beta', enabled: true, description: 'says "hi", twice\nover', plans: ['free', 'open'] },
      { name: 'Gamma', enabled: false },
    ]);
    expect(JSON.stringify(listed)).not.toContain('hash');
    const again = JSON.parse((await run('keys', 'import', file, '-c', config, '--json')).out) as object;
    expect(again).toEqual({ ids: [], there: ['Beta', 'Gamma'] });
    // The plan counts the imported key, under its id, and it may be called by its name.
    await run('usage', 'set', 'free', 'Beta', '7', '-c', config);
    const usage = JSON.parse((await run('usage', 'show', 'free', '-c', config, '--json')).out) as { key: string }[];
    expect(usage).toMatchObject([{ key: 'acme' }, { key: (listed[0] as { id: string }).id, remaining: 7 }]);
  });

  it('AK-1 one bad line and nothing is written; the line is named and the key is not', async () => {
    const rows: [string, RegExp][] = [
      ['', /the file is empty/],
      ['name,value\na,b', /line 1: there is no column "value"/],
      ['name\na', /line 1: the column "key" is missing/],
      ['name,key\n', /no keys below its first line/],
      [`name,key\nshort,${'s'.repeat(29)}`, /line 2: the key has 29 characters; wanted 30 to 128/],
      [`name,key\n,${key('d')}`, /line 2: the name is empty/],
      [`name,key\na,${key('d')}\nb,${key('d')}`, /line 3: the same key as in line 2/],
      [`name,key,enabled\na,${key('d')},yes`, /line 2: "yes" is neither true nor false/],
      [`name,key,usageplanIds\na,${key('d')},gold`, /line 2: there is no usage plan "gold".*known: free, open/],
      [`name,key\na,${key('d')},more`, /line 2: 3 cells for 2 columns/],
      [`name,key\n"a,${key('d')}`, /line 2: a quotation mark is not closed/],
    ];
    for (const [text, says] of rows) {
      writeFileSync(file, text);
      const { code, out, err } = await run('keys', 'import', file, '-c', config);
      expect([code, out], text).toEqual([1, '']);
      expect(err, text).toMatch(says);
      expect(err).toContain('nothing was imported');
      expect(err).not.toContain(key('d'));
    }
    expect((await run('keys', 'import', join(folder, 'none.csv'), '-c', config)).code).toBe(2);
    expect(rows.length).toBeGreaterThan(10);
  });
});

describe('sallyport openapi', () => {
  it('imports from YAML and says what it assumed; exports what it imported', async () => {
    const file = join(folder, 'api.yaml');
    writeFileSync(
      file,
      'openapi: 3.0.0\ninfo: { title: pets, version: "1" }\npaths:\n  /pets:\n    get:\n      x-amazon-apigateway-integration: { type: aws_proxy, uri: "arn:aws:lambda:us-east-1:1:function:pets", payloadFormatVersion: "2.0" }\n',
    );
    const imported = await run('openapi', 'import', file, '--positive', 'shadow');
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.out)).toMatchObject({
      apis: {
        pets: {
          kind: 'http',
          positive: 'shadow',
          routes: { 'GET /pets': { to: { use: 'function', with: { file: './pets.ts' } } } },
        },
      },
    });
    expect(imported.err).toContain('is taken to be ./pets.ts');
    const quiet = await run('openapi', 'import', file, '--function', 'pets=./handlers/pets.ts');
    expect([quiet.err, quiet.out.includes('./handlers/pets.ts')]).toEqual(['', true]);
    const exported = await run('openapi', 'export', 'shop', '-c', config);
    expect(JSON.parse(exported.out)).toMatchObject({
      openapi: '3.0.3',
      paths: { '/a': { get: { security: [{ api_key: [] }] } } },
    });
  });

  it('refuses what it cannot read', async () => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, '{"swagger":"2.0"}');
    expect(await run('openapi', 'import', file)).toMatchObject({ code: 1, err: expect.stringContaining('OpenAPI 3') });
    expect((await run('openapi', 'import', file, '--kind', 'soap')).code).toBe(2);
    expect((await run('openapi', 'export', 'none', '-c', config)).err).toContain('known: shop');
  });
});
