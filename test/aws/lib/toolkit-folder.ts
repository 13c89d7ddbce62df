import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../../support/folder.ts';

const installed = resolve(import.meta.dirname, '../../../node_modules');

/** A user's folder with the CDK toolkit in it. `instead`: the text of a toolkit of one's own. */
export function toolkitFolder(
  files: Readonly<Record<string, string>>,
  instead?: string,
): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder({ 'package.json': '{}', ...files });
  const modules = join(folder.path, 'node_modules');
  mkdirSync(modules);
  for (const name of ['aws-cdk-lib', 'constructs', 'esbuild']) symlinkSync(join(installed, name), join(modules, name));
  if (instead === undefined) symlinkSync(join(installed, 'aws-cdk'), join(modules, 'aws-cdk'));
  else {
    mkdirSync(join(modules, 'aws-cdk/bin'), { recursive: true });
    writeFileSync(join(modules, 'aws-cdk/package.json'), '{ "name": "aws-cdk" }');
    writeFileSync(join(modules, 'aws-cdk/bin/cdk'), instead);
  }
  return folder;
}

/** The real toolkit's program. */
export const realToolkit = join(installed, 'aws-cdk/bin/cdk');
