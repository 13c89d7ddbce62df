import { Fault } from './fault.ts';

/** A list of named definitions to a map; a double name is a fault, because one of the two would be lost in silence. */
export function byName<T extends { readonly name: string }>(kind: string, list: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const each of list) {
    if (map.has(each.name))
      throw new Fault('config.double-name', 'config', `two definitions of ${kind} are named "${each.name}"`);
    map.set(each.name, each);
  }
  return map;
}

/** The known name nearest to a wrong one, when it is near enough to be a slip of the pen. */
export function nearest(wrong: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.ceil(wrong.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
