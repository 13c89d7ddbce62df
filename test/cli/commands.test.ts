import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse as parseYaml, stringify as toYaml } from 'yaml';
import { cliMain, sallyportCommand, type Ran } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const run = (...args: string[]): Promise<Ran> => sallyportCommand(folder.path, args);
const good = {
  store: { use: 'memory' },
  rules: { map: { default: [{ name: 'method-and-path', params: { deny: ['/admin*'] } }] } },
  routes: { 'ANY /{proxy+}': { to: 'main', key: 'required' } },
  origins: { main: { url: 'http://origin.test' } },
};
const write = (document: unknown): string => folder.write('sallyport.config.json', JSON.stringify(document));

describe('check', () => {
  it('a good document: 0, in any of its forms', async () => {
    write(good);
    folder.write('other.yaml', toYaml(good));
    folder.write('other.mjs', `export default ${JSON.stringify(good)};`);
    const [json, yaml, module] = await Promise.all([
      run('check'),
      run('check', '-c', 'other.yaml'),
      run('check', '-c', 'other.mjs', '--json'),
    ]);
    expect([json.code, json.err, yaml.code, yaml.err]).toEqual([0, '', 0, '']);
    expect(json.out).toContain('is in order');
    expect(JSON.parse(module.out)).toMatchObject({ ok: true, routes: 1, origins: 1 });
  });

  it('a bad one: 1, every problem with its place and what to write', async () => {
    write({ ...good, lisen: {}, routes: { 'GET /': { to: 'mian' }, 'GET /{a}': { to: 'main', rewrite: '/{b}' } } });
    const shape = await run('check');
    expect(shape.code).toBe(1);
    expect(shape.err).toContain('did you mean "listen"?');
    write({
      ...good,
      routes: { 'GET /': { to: 'mian' }, 'GET /{a}': { to: 'main', rewrite: '/{b}' } },
      rules: { map: { default: [{ name: 'user-agnt' }] } },
    });
    const { code, out } = await run('check', '--json');
    expect(code).toBe(1);
    const { issues } = JSON.parse(out) as {
      issues: { path: string; wanted: string; found: string; hint: string | null }[];
    };
    expect(issues.map((issue) => issue.path).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'routes["GET /"].to',
      'routes["GET /{a}"].rewrite',
      'rules.map.default[0].name',
    ]);
    for (const issue of issues) expect([issue.wanted, issue.found, issue.hint].every(Boolean)).toBe(true);
  });

  it('a member that a store does not have: which it has', async () => {
    write({ ...good, store: { use: 'sqlite', with: { file: 'state.db' } } });
    const { err } = await run('check');
    expect(err).toMatch(/store\.with\.file: wanted one of path.*, found "file"/);
  });

  it('a certificate that is not there is a problem before the start', async () => {
    write({ ...good, listen: { tls: { cert: 'none.crt', key: 'none.key' } } });
    const { code, err } = await run('check');
    expect([code, err.includes('listen.tls')]).toEqual([1, true]);
  });

  it('no document, a broken one, a word too many', async () => {
    folder.write('broken.yaml', 'routes:\n  - [');
    const [none, broken, slip, option, help] = await Promise.all([
      run('check'),
      run('check', '-c', 'broken.yaml'),
      run('chekc'),
      run('check', '--nonsense'),
      run('--help'),
    ]);
    expect([none.code, none.err.includes('sallyport init')]).toEqual([1, true]);
    expect([broken.code, /broken\.yaml:\d+:\d+: /.test(broken.err)]).toEqual([1, true]);
    expect([slip.code, option.code, help.code]).toEqual([2, 2, 0]);
  });

  it('leaves nothing behind: no store, no log', async () => {
    write({ ...good, store: { use: 'sqlite', with: { path: 'state.db' } } });
    expect((await run('check')).code).toBe(0);
    expect(existsSync(join(folder.path, 'state.db'))).toBe(false);
  });
});

describe('init', () => {
  it('--yes writes a document that is in order, and none over another', async () => {
    const made = await run('init', '--yes', '--origin', 'http://10.0.3.7:3000');
    expect([made.code, made.err]).toEqual([0, '']);
    expect(readFileSync(join(folder.path, 'sallyport.config.ts'), 'utf8')).toContain("allow: ['10.0.3.7']");
    const [checked, again] = await Promise.all([run('check'), run('init', '--yes')]);
    expect([checked.code, checked.err]).toEqual([0, '']);
    expect([again.code, again.err.includes('--force')]).toEqual([1, true]);
    expect((await run('init', '--yes', '--force')).code).toBe(0);
  });

  it('--json too, with its schema named', async () => {
    expect((await run('init', '--yes', '--json')).code).toBe(0);
    expect(
      (JSON.parse(readFileSync(join(folder.path, 'sallyport.config.json'), 'utf8')) as { $schema: string }).$schema,
    ).toContain('schema.json');
    const [checked, wrong] = await Promise.all([
      run('check'),
      run('init', 'elsewhere', '--yes', '--origin', 'not a url'),
    ]);
    expect([checked.code, wrong.code]).toEqual([0, 2]);
  });
});

describe('schema', () => {
  it('is a JSON Schema that knows the document and the rules', async () => {
    const { code, out } = await run('schema');
    expect(code).toBe(0);
    const schema = JSON.parse(out) as { $ref: string; $defs: { Document: { properties: Record<string, unknown> } } };
    expect(schema.$ref).toBe('#/$defs/Document');
    expect(Object.keys(schema.$defs.Document.properties)).toEqual(
      expect.arrayContaining(['listen', 'rules', 'routes', 'origins']),
    );
    expect(out).toContain('method-and-path');
  });

  it('a reader who has enough ends it without a word', async () => {
    const child = spawn(process.execPath, [cliMain, 'schema'], { cwd: folder.path });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, err]).toEqual([0, '']);
  });
});

describe('try and explain', () => {
  it('tell the same story: 0 when the origin answers, 1 when it is refused, 2 for no question', async () => {
    write(good);
    const [allowed, denied, keyless, none] = await Promise.all([
      run('try', '--key', 'curl -d a=1 /orders'),
      run('try', 'curl -X GET /admin/x'),
      run('try', '--json', 'curl /orders'),
      run('try'),
    ]);
    expect([allowed.code, allowed.err]).toEqual([0, '']);
    expect(allowed.out).toContain('HTTP 200');
    expect(allowed.out).toMatch(/gateway\.key\s+accepted/);
    expect(denied.code).toBe(1);
    expect(denied.out).toMatch(/rules\s+refused/);
    expect(denied.out).toMatch(/gateway\.route\s+not reached/);
    expect([keyless.code, none.code]).toEqual([1, 2]);
    const { record } = JSON.parse(keyless.out) as { record: { id: string; code: string } };
    expect(record.code).toBe('gateway.key.missing');

    const line = JSON.stringify(record);
    folder.write('decisions.log', `{"kind":"other"}\nnoise\n${line}\n{"cut off`);
    const [told, piped, searched, unknown] = await Promise.all([
      run('explain', record.id, '--log', 'decisions.log'),
      sallyportCommand(folder.path, ['explain', '-'], { input: `${line}\n` }),
      sallyportCommand(folder.path, ['explain', record.id, '--log', '-'], { input: `noise\n${line}\n` }),
      run('explain', 'UNKNOWN', '--log', 'decisions.log'),
    ]);
    expect([told.code, unknown.code]).toEqual([0, 1]);
    expect(told.out).toContain('gateway.key.missing');
    expect([piped.out, searched.out]).toEqual([told.out, told.out]);
  });

  it('curl without quotes, its options its own; ours before it, or behind a quoted line', async () => {
    write(good);
    const [bare, before, behind, strange] = await Promise.all([
      run('try', 'curl', '-X', 'GET', '/admin/x', '-H', 'X-Note: a b'),
      run('try', '--key', 'curl', '-f', '-d', 'a=1', '/orders'),
      run('try', 'curl /orders', '--key', '--json'),
      run('try', 'curl /orders', '-X', 'POST'),
    ]);
    expect([bare.code, bare.out.includes('rules.denied'), bare.err]).toEqual([1, true, '']);
    expect([before.code, before.out.includes('HTTP 200')]).toEqual([0, true]);
    expect([behind.code, (JSON.parse(behind.out) as { status: number }).status]).toEqual([0, 200]);
    expect([strange.code, strange.err.includes('"-X"')]).toEqual([2, true]);
  });

  it('a request from a file, from an address', async () => {
    write({
      ...good,
      routes: { 'POST /in': { to: 'main' } },
      rules: { map: { default: [{ name: 'ip-set', params: { allow: ['10.0.0.0/8'] } }] } },
    });
    folder.write('request.http', 'POST /in HTTP/1.1\nHost: a.test\nContent-Type: text/plain\n\nhello');
    const [inside, outside] = await Promise.all([
      run('try', '--file', 'request.http', '--from', '10.1.2.3', '--status', '503'),
      run('try', '--file', 'request.http', '--from', '192.0.2.1'),
    ]);
    expect([inside.code, inside.out.includes('HTTP 503')]).toEqual([0, true]);
    expect([outside.code, outside.out.includes('rules.denied')]).toEqual([1, true]);
  });
});

describe('demo', () => {
  it('the document that people see first is one that check accepts', async () => {
    const { demoDocument } = await import('../../src/cli/demo-document.ts');
    folder.write('sallyport.config.yaml', toYaml(demoDocument(3000, 8080, 9901)));
    expect(parseYaml(readFileSync(join(folder.path, 'sallyport.config.yaml'), 'utf8'))).toMatchObject({ name: 'demo' });
    const { code, err } = await run('check');
    expect([code, err]).toEqual([0, '']);
  });
});
