import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../../support/folder.ts';

const root = resolve(import.meta.dirname, '../../..');

/** A user's project, somewhere else: this package as it would be published, from its tarball, and what it asks for beside it. */
export function installedProject(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder({ 'package.json': '{ "private": true, "type": "module" }' });
  const modules = join(folder.path, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!/^\.(?:cache|vite|package-lock)|^sallyport$/.test(name))
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
  const run = (command: string, args: readonly string[], cwd: string): string =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const packed = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder.path], root);
  run('tar', ['-xzf', packed.trim()], folder.path);
  renameSync(join(folder.path, 'package'), join(modules, 'sallyport'));
  return folder;
}

/** An example in that project, changed in the one way that its README names. */
export function exampleIn(project: string, name: string): { readonly path: string; readonly readme: string } {
  const path = join(project, name);
  cpSync(join(root, 'examples', name), path, { recursive: true });
  const readme = readFileSync(join(path, 'README.md'), 'utf8');
  if (!readme.includes('import from `sallyport/cdk` instead of `../../src/cdk/index.ts`'))
    throw new Error(`the README of ${name} does not say what to import in a project of one's own`);
  for (const file of readdirSync(path).filter((each) => each.endsWith('.ts'))) {
    const text = readFileSync(join(path, file), 'utf8');
    writeFileSync(join(path, file), text.replaceAll('../../src/cdk/index.ts', 'sallyport/cdk'));
  }
  return { path, readme };
}

export interface Command {
  readonly command: string;
  readonly says: string;
}

/** The lines of the shell blocks below a heading; what stands behind `#` apart. */
export function commandsOf(readme: string, heading: string): Command[] {
  const section = readme.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [command = '', says = ''] = line.split(/\s+# /, 2);
        return { command: command.trim(), says: says.trim() };
      }),
  );
}
