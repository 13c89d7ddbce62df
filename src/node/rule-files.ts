import { readdirSync, readFileSync } from 'node:fs';
import { wildcard } from '../base/match.ts';
import type { RuleFiles } from '../waf/forms/seclang/draft.ts';

/** Rule files on this machine's disk, as byte strings. Patterns may hold `*` and `?` in their last part only. */
export const diskFiles: RuleFiles = {
  read(path) {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return null;
    }
  },
  list(pattern) {
    const cut = pattern.lastIndexOf('/');
    const folder = cut < 0 ? '.' : pattern.slice(0, cut) || '/';
    const name = wildcard(pattern.slice(cut + 1));
    try {
      return readdirSync(folder)
        .filter((file) => name.test(file))
        .sort()
        .map((file) => (cut < 0 ? file : `${pattern.slice(0, cut)}/${file}`));
    } catch {
      return [];
    }
  },
};
