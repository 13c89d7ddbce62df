import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const { exports: doors } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};
const modules = Object.keys(doors).filter((door) => !door.endsWith('.json'));

/** The package as a user gets it: packed, unpacked into an empty project beside its dependencies, imported by name. */
describe('the doors', () => {
  const project = mkdtempSync(join(tmpdir(), 'sallyport-doors-'));
  const run = (command: string, args: readonly string[]): string =>
    execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  beforeAll(() => {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', project], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const tarball = readdirSync(project).find((name) => name.endsWith('.tgz')) as string;
    const home = join(project, 'node_modules');
    mkdirSync(join(home, 'sallyport'), { recursive: true });
    run('tar', ['-xzf', tarball, '-C', join(home, 'sallyport'), '--strip-components=1']);
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (!name.startsWith('.') && name !== 'sallyport')
        symlinkSync(join(root, 'node_modules', name), join(home, name));
    }
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it.each(modules)('%s can be imported and has something behind it', (door) => {
    const name = `sallyport${door.slice(1)}`;
    const found = run(process.execPath, [
      '--input-type=module',
      '-e',
      `console.log(Object.keys(await import(${JSON.stringify(name)})).length)`,
    ]);
    expect(Number(found)).toBeGreaterThan(0);
  });

  it('brings the schema, and no tests or sources', () => {
    expect(existsSync(join(project, 'node_modules/sallyport/dist/schema.json'))).toBe(true);
    const files = readdirSync(join(project, 'node_modules/sallyport/dist'), { recursive: true, encoding: 'utf8' });
    expect(files.length).toBeGreaterThan(200);
    expect(
      files.filter((file) => file.includes('.test.') || (file.endsWith('.ts') && !file.endsWith('.d.ts'))),
    ).toEqual([]);
  });

  it.each(['nodenext', 'bundler'])('is typed for a consumer under %s resolution', (resolution) => {
    writeFileSync(
      join(project, 'sallyport.config.ts'),
      `import { allow, defineConfig, defineRule, deny, z } from 'sallyport';
       import { visit } from 'sallyport/testing';
       export const rule = defineRule({ name: 'r', says: 's', params: z.strictObject({ n: z.number() }), check: ({ n }) => (request) => (request.headers.size > n ? deny('many') : allow) });
       // @ts-expect-error a throttle has a rate
       export const wrong = defineConfig({ routes: {}, throttles: { overall: { burst: 1 } } });
       export default defineConfig({ routes: { 'GET /': { to: 'a' } }, origins: { a: { url: 'http://a' } } });
       export const edge = visit({ document: {} });`,
    );
    const module = resolution === 'nodenext' ? 'nodenext' : 'esnext';
    run(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '--noEmit',
      '--strict',
      '--target',
      'es2023',
      '--skipLibCheck',
      '--module',
      module,
      '--moduleResolution',
      resolution,
      'sallyport.config.ts',
    ]);
  });

  it('runs its command', () => {
    expect(run(process.execPath, ['node_modules/sallyport/dist/bin/sallyport.js', '--help'])).toContain(
      'sallyport init',
    );
  });
});
