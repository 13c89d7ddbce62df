import { isMeant, type ObjectMeta, type Purge, type StoredObject } from '../ports/objects.ts';

/** What an object costs in memory besides its texts: pointers, maps, numbers. Measured with a million of them. */
const OVERHEAD = 700;

/** An object that an index can hold: `body` is whatever its store needs to get at the bytes. */
export class IndexedObject<Body> implements StoredObject {
  readonly meta: ObjectMeta;
  readonly size: number;
  readonly id: string;
  readonly body: Body;
  readonly cost: number;
  memo: unknown = undefined;
  /** Neighbours in the order of last use. */
  newer: IndexedObject<Body> | null = null;
  older: IndexedObject<Body> | null = null;
  here = true;

  constructor(meta: ObjectMeta, size: number, id: string, body: Body) {
    this.meta = meta;
    this.size = size;
    this.id = id;
    this.body = body;
    this.cost = size + OVERHEAD + 2 * (meta.key.length + meta.variant.length) + textSize(meta.head);
  }
}

/** Rough bytes of the header fields in a head, whose other parts are small and counted in the overhead. */
function textSize(head: unknown): number {
  const flat = (head as { readonly flat?: readonly string[] } | null)?.flat;
  let size = 0;
  if (Array.isArray(flat)) for (const text of flat as readonly string[]) size += text.length;
  return size;
}

/** Objects by key, URL and tag, bounded by bytes; the longest unused goes first. */
export class ObjectIndex<Body> {
  readonly #most: number;
  readonly #dropped: (object: IndexedObject<Body>) => void;
  readonly #byKey = new Map<string, readonly IndexedObject<Body>[]>();
  /** URL to keys, for keys that are more than their URL. */
  readonly #keysOfUrl = new Map<string, Set<string>>();
  readonly #byTag = new Map<string, Set<IndexedObject<Body>>>();
  #newest: IndexedObject<Body> | null = null;
  #oldest: IndexedObject<Body> | null = null;
  #bytes = 0;
  #objects = 0;

  constructor(most: number, dropped: (object: IndexedObject<Body>) => void = () => {}) {
    this.#most = most;
    this.#dropped = dropped;
  }

  find(key: string, now: number): readonly IndexedObject<Body>[] {
    const list = this.#byKey.get(key);
    if (!list) return [];
    for (const object of list) {
      if (object.meta.keepUntil >= now) continue;
      for (const gone of list) if (gone.meta.keepUntil < now) this.drop(gone);
      return this.#byKey.get(key) ?? [];
    }
    return list;
  }

  /** Puts the object in the place of another of its key and variant. */
  put(object: IndexedObject<Body>): void {
    const { key, variant } = object.meta;
    const there = this.#byKey.get(key)?.find((each) => each.meta.variant === variant);
    if (there) this.drop(there);
    this.add(object);
  }

  add(object: IndexedObject<Body>): void {
    const { meta } = object;
    const list = this.#byKey.get(meta.key);
    // Lists are replaced and not changed: whoever found the old one may still be looking at it.
    this.#byKey.set(meta.key, list ? [...list, object] : [object]);
    if (meta.key !== meta.url) addTo(this.#keysOfUrl, meta.url, meta.key);
    for (const tag of meta.tags) addTo(this.#byTag, tag, object);
    this.#bytes += object.cost;
    this.#objects++;
    this.#link(object);
    while (this.#bytes > this.#most && this.#oldest && this.#oldest !== object) this.drop(this.#oldest);
  }

  /** Takes it out. `quietly`: its bytes live on in another object. */
  drop(object: IndexedObject<Body>, quietly = false): boolean {
    if (!object.here) return false;
    object.here = false;
    const { meta } = object;
    const rest = (this.#byKey.get(meta.key) ?? []).filter((each) => each !== object);
    if (rest.length > 0) this.#byKey.set(meta.key, rest);
    else {
      this.#byKey.delete(meta.key);
      removeFrom(this.#keysOfUrl, meta.url, meta.key);
    }
    for (const tag of meta.tags) removeFrom(this.#byTag, tag, object);
    this.#bytes -= object.cost;
    this.#objects--;
    this.#unlink(object);
    if (!quietly) this.#dropped(object);
    return true;
  }

  touch(object: IndexedObject<Body>): void {
    if (!object.here || this.#newest === object) return;
    this.#unlink(object);
    this.#link(object);
  }

  purge(what: Purge): number {
    const meant = this.#meant(what);
    for (const object of meant) this.drop(object);
    return meant.length;
  }

  #meant(what: Purge): readonly IndexedObject<Body>[] {
    if (what.by === 'tag') return [...(this.#byTag.get(what.tag) ?? [])];
    if (what.by === 'url') {
      const keys = [what.url, ...(this.#keysOfUrl.get(what.url) ?? [])];
      return keys.flatMap((key) => this.#byKey.get(key) ?? []).filter((object) => object.meta.url === what.url);
    }
    const meant: IndexedObject<Body>[] = [];
    for (const list of this.#byKey.values()) {
      for (const object of list) if (isMeant(what, object.meta.url, object.meta.tags)) meant.push(object);
    }
    return meant;
  }

  get stats(): { readonly objects: number; readonly bytes: number } {
    return { objects: this.#objects, bytes: this.#bytes };
  }

  #link(object: IndexedObject<Body>): void {
    object.older = this.#newest;
    object.newer = null;
    if (this.#newest) this.#newest.newer = object;
    this.#newest = object;
    this.#oldest ??= object;
  }

  #unlink(object: IndexedObject<Body>): void {
    if (object.newer) object.newer.older = object.older;
    else this.#newest = object.older;
    if (object.older) object.older.newer = object.newer;
    else this.#oldest = object.newer;
    object.newer = object.older = null;
  }
}

function addTo<T>(index: Map<string, Set<T>>, name: string, item: T): void {
  const set = index.get(name);
  if (set) set.add(item);
  else index.set(name, new Set([item]));
}

function removeFrom<T>(index: Map<string, Set<T>>, name: string, item: T): void {
  const set = index.get(name);
  if (!set) return;
  set.delete(item);
  if (set.size === 0) index.delete(name);
}
