import { Variables } from './variables.ts';

/** Where `initcol` keeps what must outlive one request: per address, per session, for all. */
export interface CollectionStore {
  /** The entry of that collection and key; made when there is none. `timeout` in milliseconds since its last use. */
  open(collection: string, key: string, now: number, timeout: number): Variables;
}

/**
 * Collections in this process. When there are more than `most` entries the ones unused for longest go first, so that
 * many addresses cannot fill the memory.
 */
export function memoryCollections(most = 10_000): CollectionStore {
  const kept = new Map<string, { readonly variables: Variables; until: number }>();
  return {
    open(collection, key, now, timeout) {
      const name = `${collection}\n${key}`;
      let entry = kept.get(name);
      // Taken out and put back, so that the map's order is the order of use.
      kept.delete(name);
      if (entry === undefined || entry.until <= now) entry = { variables: new Variables(64), until: 0 };
      entry.until = now + timeout;
      kept.set(name, entry);
      while (kept.size > most) kept.delete(kept.keys().next().value as string);
      return entry.variables;
    },
  };
}
