import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

/**
 * Loads a user's TypeScript or JavaScript module afresh, without a build. `sallyport` in its imports is this very
 * package, whatever is or is not installed beside the module, so document and program are always of one version.
 */
export async function loadModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const jiti = createJiti(import.meta.url, {
    moduleCache: false,
    fsCache: false,
    interopDefault: false,
    alias: {
      sallyport: door('index'),
      'sallyport/testing': door('testing/index'),
      'sallyport/waf': door('waf/index'),
      'sallyport/node': door('node/index'),
    },
  });
  return await jiti.import<Readonly<Record<string, unknown>>>(path);
}

/** The package's own entry, compiled or not. */
function door(name: string): string {
  const compiled = fileURLToPath(new URL(`../${name}.js`, import.meta.url));
  return existsSync(compiled) ? compiled : fileURLToPath(new URL(`../${name}.ts`, import.meta.url));
}
