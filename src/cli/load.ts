import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { messageOf } from '../base/fault.ts';
import { DocumentError, type Issue } from '../config/issues.ts';
import type { Definition } from '../pipeline/registry.ts';
import { isRule } from '../rules/rule.ts';
import { loadModule } from '../run/load-module.ts';
import { parseData } from './data-file.ts';

export const documentNames = [
  'sallyport.config.ts',
  'sallyport.config.mts',
  'sallyport.config.js',
  'sallyport.config.mjs',
  'sallyport.config.json',
  'sallyport.config.yaml',
  'sallyport.config.yml',
] as const;

export interface Loaded {
  /** As written; not checked yet. */
  readonly document: unknown;
  /** The file it was read from. */
  readonly path: string;
  readonly folder: string;
  readonly plugins: readonly Definition[];
  /** Every file that a change of means reading again. */
  readonly files: readonly string[];
}

/** The document's file: the one named, or the first of the usual names in this folder. */
export function findDocument(given: string | undefined, folder = process.cwd()): string {
  if (given !== undefined) {
    const path = resolve(folder, given);
    if (existsSync(path)) return path;
    throw new DocumentError([
      {
        path: '(file)',
        wanted: 'a document',
        found: `no file ${path}`,
        hint: 'check the path, or write one with `sallyport init`',
      },
    ]);
  }
  for (const name of documentNames) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
  }
  throw new DocumentError([
    {
      path: '(file)',
      wanted: documentNames[0],
      found: `none in ${folder}`,
      hint: 'write one with `sallyport init`, or name it with --config',
    },
  ]);
}

/** Reads a document and the rule modules that it names. Everything wrong comes as one `DocumentError`. */
export async function loadDocument(given?: string): Promise<Loaded> {
  const path = findDocument(given);
  const folder = dirname(path);
  const document = await read(path);
  const issues: Issue[] = [];
  const plugins: Definition[] = [];
  const files = [path];
  for (const [at, name] of modulesOf(document).entries()) {
    const file = isAbsolute(name) ? name : join(folder, name);
    files.push(file);
    const where = `rules.modules[${at}]`;
    try {
      const module = await loadModule(file);
      const found = Object.values(module)
        .flatMap((value) => (Array.isArray(value) ? value : [value]))
        .filter(isRule);
      if (found.length === 0)
        issues.push({
          path: where,
          wanted: 'a module that exports rules',
          found: name,
          hint: 'export default defineRule({ ... })',
        });
      plugins.push(...found.filter((rule) => !plugins.includes(rule)));
    } catch (thrown) {
      issues.push({
        path: where,
        wanted: 'a module that can be loaded',
        found: `${placeIn(name, thrown, file)}: ${says(thrown)}`,
        hint: null,
      });
    }
  }
  if (issues.length > 0) throw new DocumentError(issues);
  return { document, path, folder, plugins, files };
}

async function read(path: string): Promise<unknown> {
  const kind = extname(path);
  if (!/^\.([cm]?[jt]s|json|ya?ml)$/.test(kind))
    throw new DocumentError([
      {
        path,
        wanted: 'a document in TypeScript, JavaScript, JSON or YAML',
        found: kind || 'a name without ending',
        hint: `name it like one of ${documentNames.join(', ')}`,
      },
    ]);
  try {
    if (['.json', '.yaml', '.yml'].includes(kind)) return await parseData(readFileSync(path, 'utf8'), path);
    const module = await loadModule(path);
    if ('default' in module) return module.default;
  } catch (thrown) {
    if (thrown instanceof DocumentError) throw thrown;
    throw new DocumentError([
      { path: placeIn(path, thrown), wanted: 'a document that can be read', found: says(thrown), hint: null },
    ]);
  }
  throw new DocumentError([
    { path, wanted: 'a default export', found: 'none', hint: 'export default defineConfig({ ... })' },
  ]);
}

function modulesOf(document: unknown): readonly string[] {
  const modules = (document as { rules?: { modules?: unknown } } | null)?.rules?.modules;
  return Array.isArray(modules) ? modules.filter((each): each is string => typeof each === 'string') : [];
}

/** What was thrown while a module was read, in one line. */
const says = (thrown: unknown): string =>
  (messageOf(thrown).split('\n')[0] ?? '').replace(/^ParseError: /, '').trim() || 'an error that says nothing';

/** `file:line:column` where that is known: from the compiler's words, or the first line of the stack that is in the file. */
function placeIn(shown: string, thrown: unknown, file = shown): string {
  const told = [messageOf(thrown), thrown instanceof Error ? (thrown.stack ?? '') : ''];
  for (const text of told) {
    const at = text.indexOf(`${file}:`);
    const place = at < 0 ? null : /^:\d+:\d+/.exec(text.slice(at + file.length));
    if (place) return shown + place[0];
  }
  return shown;
}
