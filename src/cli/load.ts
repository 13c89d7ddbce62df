import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { messageOf } from '../base/fault.ts';
import { DocumentError, type Issue } from '../config/parse.ts';
import type { Definition } from '../pipeline/registry.ts';
import { isRule } from '../rules/rule.ts';
import { loadModule } from '../run/load-module.ts';

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
        found: `${name}: ${firstLine(messageOf(thrown))}`,
        hint: null,
      });
    }
  }
  if (issues.length > 0) throw new DocumentError(issues);
  return { document, path, folder, plugins, files };
}

async function read(path: string): Promise<unknown> {
  const kind = extname(path);
  try {
    const text = readFileSync(path, 'utf8');
    if (kind === '.json') return JSON.parse(text) as unknown;
    if (kind === '.yaml' || kind === '.yml') return (await import('yaml')).parse(text) as unknown;
    const module = await loadModule(path);
    if ('default' in module) return module.default;
  } catch (thrown) {
    throw new DocumentError([
      { path, wanted: 'a document that can be read', found: firstLine(messageOf(thrown)), hint: null },
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

const firstLine = (text: string): string => text.split('\n')[0] ?? text;
