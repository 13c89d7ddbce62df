// Compiles src to dist (tsc is the library build), puts beside it what is not TypeScript, and cuts the command into few files.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

if (!existsSync(`${root}/node_modules/typescript`)) {
  console.error('Nothing is installed yet: run `npm ci` first.');
  process.exit(1);
}
run(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
run(['scripts/after-build.mjs']);
run(['scripts/bundle.mjs']);
