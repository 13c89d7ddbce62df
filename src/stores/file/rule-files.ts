import { readdirSync, readFileSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { wildcard, type Wildcard } from '../../base/match.ts';
import type { RuleFilesPort } from '../../ports/rule-files.ts';

/** Rule files on this machine's disk; relative paths begin at `folder`, and stay relative in what is said about them. */
export function ruleFiles(folder: string): RuleFilesPort {
  const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const bytes = (path: string): Buffer | null => {
    try {
      return readFileSync(at(path));
    } catch {
      return null;
    }
  };
  return {
    bytes,
    read: (path) => bytes(path)?.toString('latin1') ?? null,
    list(pattern) {
      const cut = pattern.lastIndexOf('/');
      const name = wildcard(pattern.slice(cut + 1));
      try {
        return readdirSync(at(cut < 0 ? '.' : pattern.slice(0, cut) || '/'))
          .filter((file) => name.test(file))
          .sort()
          .map((file) => (cut < 0 ? file : `${pattern.slice(0, cut)}/${file}`));
      } catch {
        return [];
      }
    },
    watch: (paths, changed) => watchAll(paths.map(at), changed),
  };
}

/** A new version of a rule set is many files; the last of them is waited for. */
const settledMs = 200;

/** Folders are watched and not files: editors write a new file and rename it over the old. */
function watchAll(paths: readonly string[], changed: () => void): () => void {
  const folders = new Map<string, Wildcard[]>();
  for (const path of paths)
    folders.set(dirname(path), [...(folders.get(dirname(path)) ?? []), wildcard(basename(path))]);
  let timer: NodeJS.Timeout | undefined;
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, settledMs).unref();
  };
  const watchers: FSWatcher[] = [];
  for (const [folder, names] of folders) {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        // A mounted volume changes by renaming `..data`, a link to a folder; the files themselves are in no event then.
        if (name === null || name.startsWith('..') || names.some((test) => test.test(name))) again();
      });
      watchers.push(watcher.on('error', again));
    } catch {
      // A folder that is not there, as of a set-up file that may be left out, has nothing to tell.
    }
  }
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
