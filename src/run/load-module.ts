import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's entries that a user's module may import, and the file that is each. */
const doors = {
  sallyport: 'index',
  'sallyport/testing': 'testing/index',
  'sallyport/waf': 'waf/index',
  'sallyport/node': 'node/index',
} as const;

/**
 * Loads a user's TypeScript or JavaScript module afresh, without a build. `sallyport` in its imports is this very
 * package as it runs, whatever is or is not installed beside the module, so document and program are of one version.
 */
export async function loadModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { createJiti } = await import('jiti'); // its compiler is large, and a document in JSON needs none
  const text = readFileSync(path, 'utf8');
  const virtualModules: Record<string, unknown> = {};
  const alias: Record<string, string> = {};
  for (const [name, file] of Object.entries(doors)) {
    // What the module names is handed over as it is loaded already; the rest is found by path, should a file of its own ask for it.
    if (name === 'sallyport' || text.includes(name)) virtualModules[name] = await import(/* @vite-ignore */ door(file));
    else alias[name] = door(file);
  }
  const jiti = createJiti(import.meta.url, {
    moduleCache: false,
    fsCache: false,
    interopDefault: false,
    alias,
    virtualModules,
  });
  return await jiti.import<Readonly<Record<string, unknown>>>(path);
}

/** The package's own entry, compiled or not. */
function door(name: string): string {
  const compiled = fileURLToPath(new URL(`../${name}.js`, import.meta.url));
  return existsSync(compiled) ? compiled : fileURLToPath(new URL(`../${name}.ts`, import.meta.url));
}
