// npm run bench -- NAME [options]: one script per question; without a name, the list of questions.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../bench/', import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const scripts = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
if (!name || !scripts.includes(name)) {
  if (name) console.error(`no such benchmark: ${name}`);
  for (const each of scripts)
    console.log(
      `${each.padEnd(20)} ${/Question: ([^\n]*)/.exec(readFileSync(`${folder}${each}.ts`, 'utf8'))?.[1] ?? ''}`,
    );
  process.exit(name ? 2 : 0);
}
process.exit(
  spawnSync(process.execPath, [fileURLToPath(new URL('run.mjs', import.meta.url)), `${folder}${name}.ts`, ...rest], {
    stdio: 'inherit',
  }).status ?? 1,
);
