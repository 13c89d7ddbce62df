// Compiles src to dist and puts beside it what is not TypeScript. No bundler: tsc is the library build.
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
