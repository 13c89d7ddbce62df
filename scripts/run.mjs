// Runs a TypeScript script of this repository without a build: node scripts/run.mjs scripts/gen.ts --check
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';

const [, , file, ...rest] = process.argv;
if (!file) {
  console.error('usage: node scripts/run.mjs FILE.ts [ARGUMENT ...]');
  process.exit(2);
}
process.argv = [process.argv[0], resolve(file), ...rest];
await createJiti(import.meta.url, { interopDefault: false }).import(pathToFileURL(resolve(file)).href);
