import { readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { OpenFolder } from '../../ports/folder.ts';

/** A folder of this machine. Links that lead out of it are not followed: what they point to is not found. */
export const openFolder =
  (base: string): OpenFolder =>
  (path) => {
    const root = resolve(base, path);
    return {
      async read(name) {
        const wanted = join(root, ...name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..'));
        try {
          const real = await realpath(wanted);
          const realRoot = await realpath(root);
          if (real !== realRoot && !real.startsWith(realRoot + sep)) return null;
          const found = await stat(real);
          if (!found.isFile()) return null;
          return { bytes: await readFile(real), modifiedAt: found.mtimeMs };
        } catch (thrown) {
          if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((thrown as { code?: string }).code ?? '')) return null;
          throw thrown;
        }
      },
    };
  };
