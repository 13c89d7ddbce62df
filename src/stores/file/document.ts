import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { DocumentSource } from '../../ports/documents.ts';

/** A file, watched. The folder is watched and not the file, because editors write a new file and rename it over the old. */
export function fileDocument(path: string): DocumentSource {
  return {
    name: `file ${path}`,
    async load() {
      const text = await readFile(path, 'utf8');
      return { text, version: createHash('sha256').update(text).digest('hex').slice(0, 12) };
    },
    watch(changed) {
      let timer: NodeJS.Timeout | undefined;
      const watcher = watch(dirname(path), (_, name) => {
        // A mounted volume changes by renaming `..data`, a link to a folder; the file itself is in no event then.
        if (name !== null && name !== basename(path) && !name.startsWith('..')) return;
        clearTimeout(timer);
        timer = setTimeout(changed, 30); // one write is often several events
      });
      watcher.on('error', () => changed());
      return () => {
        clearTimeout(timer);
        watcher.close();
      };
    },
  };
}
