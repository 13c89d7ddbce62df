/** A seeded source of choices: the same seed makes the same corpus on every machine. */
export interface Random {
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  between(low: number, high: number): number;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    between: (low, high) => low + below(high - low + 1),
  };
}

/** Fills `{name}` from lists of templates, again and again until none is left. */
export function grow(random: Random, template: string, lists: Readonly<Record<string, readonly string[]>>): string {
  let text = template;
  for (let round = 0; round < 8 && text.includes('{'); round++) {
    text = text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      if (name === 'n') return String(random.below(10_000));
      if (name === 'd') return String(random.between(1, 9));
      const list = lists[name];
      return list === undefined ? whole : random.pick(list);
    });
  }
  return text;
}
