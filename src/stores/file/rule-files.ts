import { readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { wildcard } from '../../base/match.ts';
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
  };
}
