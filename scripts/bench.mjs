// npm run bench -- NAME [options]: one script per question; without a name, the list of questions.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../bench/', import.meta.url));
const [name, ...rest] = process.argv.slice(2);
// What has no question is a part of one that has.
const scripts = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file.slice(0, -3), /Question: ([^\n]*)/.exec(readFileSync(`${folder}${file}`, 'utf8'))?.[1]])
    .filter(([, question]) => question !== undefined),
);
if (!name || !scripts.has(name)) {
  if (name) console.error(`no such benchmark: ${name}`);
  for (const [each, question] of scripts) console.log(`${each.padEnd(22)} ${question}`);
  process.exit(name ? 2 : 0);
}
process.exit(
  spawnSync(process.execPath, [fileURLToPath(new URL('run.mjs', import.meta.url)), `${folder}${name}.ts`, ...rest], {
    stdio: 'inherit',
  }).status ?? 1,
);
