import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { bundle, entryOf } from '../bundle.ts';
import type { KnownRule } from './needs.ts';

/**
 * What rules of the user's own need, asked of the files themselves: where a rule stands hangs on whether it reads the body.
 * They are loaded in a process of its own, bundled as for a function.
 */
export function ownRules(modules: readonly string[]): readonly KnownRule[] {
  if (modules.length === 0) return [];
  const entry = entryOf([
    ...modules.map((file, at) => `import * as rules${at} from ${JSON.stringify(file)};`),
    `const all = [${modules.map((_, at) => `...Object.values(rules${at}).flat()`).join(', ')}];`,
    `export const rules = all.filter((each) => each?.kind === 'rule').map(({ name, needs }) => ({ name, needs }));`,
  ]);
  const { folder } = bundle(entry, 'own');
  const script = `import(${JSON.stringify(pathToFileURL(`${folder}/index.mjs`).href)}).then(({ rules }) => process.stdout.write(JSON.stringify(rules)))`;
  return JSON.parse(
    execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  ) as KnownRule[];
}
