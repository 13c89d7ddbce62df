import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BuildOptions, Plugin } from 'esbuild';

/** Uncompressed bytes that each kind of function may have; beyond them a cold start is felt, or the platform refuses. */
export const mostBundleBytes = { authorizer: 300 * 1024, line: 2 * 1024 * 1024, edge: 1024 * 1024 } as const;
export type BundleKind = keyof typeof mostBundleBytes;

/**
 * zod's `z` is one object with everything in it, languages included, and no bundler can leave out half of an object. As a
 * namespace it can.
 */
const namespaces: Plugin = {
  name: 'zod-as-namespace',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
      if (path.includes('node_modules/zod/')) return null;
      const text = readFileSync(path, 'utf8');
      if (!/import \{ z \} from ['"]zod['"]/.test(text)) return null;
      return {
        contents: text.replace(/import \{ z \} from (['"])zod\1/, 'import * as z from $1zod$1'),
        loader: path.endsWith('ts') ? 'ts' : 'js',
      };
    });
  },
};

export interface Bundled {
  /** ES module text, to be written as `index.mjs`. */
  readonly code: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Options that every bundle shares: one ES module for the runtime, SDK clients left to the runtime that has them. */
export const bundleOptions = (entry: string): BuildOptions & { write: false } => ({
  entryPoints: [entry],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  write: false,
  external: ['@aws-sdk/*', '@photostructure/sqlite'],
  plugins: [namespaces],
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'silent',
});

/** Bundles one handler and holds it to its size; throws with the figure and what to do. */
export async function bundle(entry: string, kind: BundleKind): Promise<Bundled> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build(bundleOptions(entry));
  const file = outputFiles[0];
  if (!file) throw new Error(`${entry}: nothing was bundled`);
  const most = mostBundleBytes[kind];
  if (file.contents.length > most) {
    throw new Error(
      `${entry}: the bundle has ${file.contents.length} bytes, more than the ${most} of a function of kind "${kind}": import less, or deploy it as another kind`,
    );
  }
  return {
    code: file.text,
    bytes: file.contents.length,
    sha256: createHash('sha256').update(file.contents).digest('hex'),
  };
}
