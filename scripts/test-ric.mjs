/**
 * The Lambda doors under Lambda's own client: `npm run test:ric`. The client is compiled when it is installed (cmake and
 * a C++ compiler, about two minutes), so it is no dependency; it is kept in node_modules/.cache for the next time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const version = '4.0.2';
const root = join(import.meta.dirname, '..');
const folder = join(root, `node_modules/.cache/aws-lambda-ric-${version}`);
const client = join(folder, 'node_modules/aws-lambda-ric/index.mjs');
const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;

if (!existsSync(join(folder, 'node_modules/aws-lambda-ric/rapid-client.node'))) {
  for (const tool of ['cmake', 'g++']) {
    if (spawnSync(tool, ['--version']).error) {
      console.error(`${tool} is missing: install it (Debian: apt-get install cmake g++) and run this again`);
      process.exit(1);
    }
  }
  console.error(`compiling aws-lambda-ric ${version}, about two minutes`);
  mkdirSync(folder, { recursive: true });
  const status = run('npm', [
    'install',
    '--prefix',
    folder,
    '--no-audit',
    '--no-fund',
    '--no-save',
    `aws-lambda-ric@${version}`,
  ]);
  if (status !== 0 || !existsSync(client)) process.exit(status || 1);
}
process.exit(
  run(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.aws.config.ts', 'test/aws/runtime.test.ts'],
    {
      SALLYPORT_RIC: client,
    },
  ),
);
