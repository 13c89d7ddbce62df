import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../bundle.ts';
import type { CodeShape } from './code.ts';

const here = fileURLToPath(import.meta.url);
const ours = (path: string): string =>
  JSON.stringify(fileURLToPath(new URL(`${path}${extname(here)}`, import.meta.url)));

function entry(lines: readonly string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sallyport-entry-')), 'entry.mjs');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** A handler of the user's, unchanged: its file and what it imports become one. `viewer`: the smaller bound counts. */
export function lambdaFolder({ file, handler }: Extract<CodeShape, { kind: 'lambda' }>, viewer: boolean): string {
  const name = JSON.stringify(handler);
  return bundle(
    entry([
      `import * as own from ${JSON.stringify(resolve(file))};`,
      `const found = own[${name}] ?? own.default?.[${name}];`,
      `if (typeof found !== 'function') throw new Error('${file} has no export ' + ${name});`,
      'export const handler = found;',
    ]),
    viewer ? 'edge' : 'edgeOrigin',
  ).folder;
}

/**
 * An edge function of a definition, as the document runs it. A definition of the user's is looked for in `modules`; that
 * it is there, and takes its options, is tried here, since at the edge nobody would say so.
 */
export function typedFolder(
  { use, options, ours: known }: Extract<CodeShape, { kind: 'typed' }>,
  modules: readonly string[],
): string {
  const name = JSON.stringify(use);
  const { folder } = bundle(
    entry([
      `import { edgeMoments } from ${ours('../../aws/edge-moments')};`,
      ...(known
        ? [`import definition from ${ours(`../../edge/functions/${use}`)};`]
        : [
            ...modules.map((file, at) => `import * as module${at} from ${JSON.stringify(resolve(file))};`),
            `const all = [${modules.map((_, at) => `...Object.values(module${at}).flat()`).join(', ')}];`,
            `const definition = all.find((each) => each?.kind === 'edge-function' && each.name === ${name});`,
            `if (!definition) throw new Error('no edge function is called ${use} in the modules of the document');`,
          ]),
      `const options = definition.options.parse(${JSON.stringify(options)});`,
      `export const handler = edgeMoments(definition.open(options), { name: ${name} });`,
    ]),
    'edge',
  );
  if (!known)
    try {
      const main = pathToFileURL(join(folder, 'index.mjs')).href;
      execFileSync(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(main)})`], {
        stdio: ['ignore', 'ignore', 'pipe'],
        encoding: 'utf8',
        timeout: 30_000,
      });
    } catch (thrown) {
      const says = String((thrown as { stderr?: unknown }).stderr ?? thrown);
      throw new Error(`the edge function "${use}" does not start: ${/^\w*Error: .*$/m.exec(says)?.[0] ?? says}`, {
        cause: thrown,
      });
    }
  return folder;
}
