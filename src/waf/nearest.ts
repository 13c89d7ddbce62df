/** Edits from one word to the other: letters added, removed or replaced, neighbours swapped. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      }
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[to.length] as number;
}

/** `did you mean X?` for the word that is nearest, or undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    // A word that begins like another is near it however long the rest is.
    const edits = lower.startsWith(wanted) || wanted.startsWith(lower) ? 1 : distance(wanted, lower);
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best === undefined ? undefined : `did you mean \`${best}\`?`;
}
