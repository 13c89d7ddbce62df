// The command in few files, dist/bin: reading and linking six hundred modules one by one took longer than all that they
// do at a start. What a document or a guest may import beside it is cut from the same pieces, so there is one of each.
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}dist/bin`;

/** zod alone is a hundred files; other packages are loaded by what needs them, as they are. */
const inside = ['zod'];
/** Every other package by its name: nothing that begins with neither a dot nor a slash is cut in. */
const packagesOutside = {
  name: 'packages-outside',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || inside.includes(path.split('/')[0]) ? undefined : { path, external: true },
    );
  },
};

rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    sallyport: 'src/cli/main.ts',
    // What src/run/load-module.ts and src/run/instance.ts find from where they are.
    index: 'src/index.ts',
    'node/index': 'src/node/index.ts',
    'testing/index': 'src/testing/index.ts',
    'waf/index': 'src/waf/index.ts',
    'run/guest': 'src/run/guest.ts',
  },
  outdir: out,
  // A folder below, as `run` is in src: paths that begin there stay true.
  chunkNames: 'run/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  plugins: [packagesOutside],
  logLevel: 'warning',
});
for (const name of inside) copyFileSync(`${root}node_modules/${name}/LICENSE`, `${out}/LICENSE-${name}.txt`);
chmodSync(`${out}/sallyport.js`, 0o755);
