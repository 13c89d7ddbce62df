import type { Clock } from '../../base/clock.ts';
import { concat } from '../../base/bytes.ts';
import { Body } from '../../http/body.ts';
import { isMeant, type ObjectMeta, type ObjectStore, type ObjectWriter, type Purge, type StoredObject } from '../../ports/objects.ts';

export interface MemoryObjectsOptions {
  readonly clock: Clock;
  /** Most bytes of bodies and heads together. */
  readonly bytes: number;
}

/** What an object costs besides its body and its texts: pointers, maps, numbers. Measured with a million of them. */
const OVERHEAD = 700;

class MemoryObject implements StoredObject {
  readonly meta: ObjectMeta;
  readonly size: number;
  readonly id: string;
  readonly body: Uint8Array;
  readonly cost: number;
  memo: unknown = undefined;
  /** Neighbours in the order of last use. */
  newer: MemoryObject | null = null;
  older: MemoryObject | null = null;
  here = true;

  constructor(meta: ObjectMeta, body: Uint8Array, id: string) {
    this.meta = meta;
    this.size = body.length;
    this.id = id;
    this.body = body;
    this.cost = body.length + OVERHEAD + 2 * (meta.key.length + meta.variant.length) + textSize(meta.head);
  }
}

/** Rough bytes of the header fields in a head, whose other parts are small and counted in the overhead. */
function textSize(head: unknown): number {
  const flat = (head as { readonly flat?: readonly string[] } | null)?.flat;
  let size = 0;
  if (Array.isArray(flat)) for (const text of flat as readonly string[]) size += text.length;
  return size;
}

/** Cache bodies in this process: bounded by bytes, the longest unused goes first. */
export class MemoryObjects implements ObjectStore {
  readonly shared = false;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #byKey = new Map<string, MemoryObject[]>();
  /** URL to keys, for keys that are more than their URL. */
  readonly #keysOfUrl = new Map<string, Set<string>>();
  readonly #byTag = new Map<string, Set<MemoryObject>>();
  #newest: MemoryObject | null = null;
  #oldest: MemoryObject | null = null;
  #bytes = 0;
  #objects = 0;
  #ids = 0;

  constructor(options: MemoryObjectsOptions) {
    this.#clock = options.clock;
    this.#most = options.bytes;
  }

  find(key: string): readonly StoredObject[] {
    const list = this.#byKey.get(key);
    if (!list) return [];
    const now = this.#clock.now();
    for (const object of list) {
      if (object.meta.keepUntil < now) {
        for (const gone of list.filter((each) => each.meta.keepUntil < now)) this.#drop(gone);
        return this.#byKey.get(key) ?? [];
      }
    }
    return list;
  }

  read(object: StoredObject, from: number, to: number): Body | null {
    const stored = object as MemoryObject;
    if (stored.here) this.#touch(stored);
    // An object that was dropped meanwhile still has its bytes: they belong to the head that was found with them.
    return Body.of(from === 0 && to === stored.size ? stored.body : stored.body.subarray(from, to));
  }

  write(meta: ObjectMeta, size: number | null): ObjectWriter | null {
    if (size !== null && size > this.#most / 2) return null;
    const chunks: Uint8Array[] = [];
    let length = 0;
    let open = true;
    return {
      write: (chunk) => {
        if (!open) return;
        length += chunk.length;
        if (length > this.#most / 2) {
          open = false;
          chunks.length = 0;
        } else chunks.push(chunk);
      },
      commit: () => {
        if (!open) return false;
        open = false;
        // A chunk may be a window on a large buffer; what is kept must not keep that alive.
        const only = chunks[0];
        const body = chunks.length === 1 && only && only.byteLength < only.buffer.byteLength ? only.slice() : concat(chunks);
        this.#put(meta, body);
        return true;
      },
      abandon: () => {
        open = false;
        chunks.length = 0;
      },
    };
  }

  amend(object: StoredObject, meta: ObjectMeta): StoredObject | null {
    const stored = object as MemoryObject;
    if (!stored.here) return null;
    const next = new MemoryObject(meta, stored.body, stored.id);
    this.#drop(stored);
    this.#add(next);
    return next;
  }

  remove(object: StoredObject): boolean {
    const stored = object as MemoryObject;
    if (!stored.here) return false;
    this.#drop(stored);
    return true;
  }

  purge(what: Purge): number {
    const meant = this.#meant(what);
    for (const object of meant) this.#drop(object);
    return meant.length;
  }

  #meant(what: Purge): readonly MemoryObject[] {
    if (what.by === 'tag') return [...(this.#byTag.get(what.tag) ?? [])];
    if (what.by === 'url') {
      const keys = [what.url, ...(this.#keysOfUrl.get(what.url) ?? [])];
      return keys.flatMap((key) => this.#byKey.get(key) ?? []).filter((object) => object.meta.url === what.url);
    }
    const meant: MemoryObject[] = [];
    for (const list of this.#byKey.values()) {
      for (const object of list) if (isMeant(what, object.meta.url, object.meta.tags)) meant.push(object);
    }
    return meant;
  }

  stats(): { readonly objects: number; readonly bytes: number } {
    return { objects: this.#objects, bytes: this.#bytes };
  }

  async close(): Promise<void> {
    this.purge({ by: 'all' });
  }

  #put(meta: ObjectMeta, body: Uint8Array): void {
    const there = this.#byKey.get(meta.key)?.find((object) => object.meta.variant === meta.variant);
    if (there) this.#drop(there);
    this.#ids++;
    this.#add(new MemoryObject(meta, body, String(this.#ids)));
  }

  #add(object: MemoryObject): void {
    const { meta } = object;
    const list = this.#byKey.get(meta.key);
    // Lists are replaced and not changed: whoever found the old one may still be looking at it.
    this.#byKey.set(meta.key, list ? [...list, object] : [object]);
    if (meta.key !== meta.url) addTo(this.#keysOfUrl, meta.url, meta.key);
    for (const tag of meta.tags) addTo(this.#byTag, tag, object);
    this.#bytes += object.cost;
    this.#objects++;
    this.#link(object);
    while (this.#bytes > this.#most && this.#oldest && this.#oldest !== object) this.#drop(this.#oldest);
  }

  #drop(object: MemoryObject): void {
    if (!object.here) return;
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
  }

  #touch(object: MemoryObject): void {
    if (this.#newest === object) return;
    this.#unlink(object);
    this.#link(object);
  }

  #link(object: MemoryObject): void {
    object.older = this.#newest;
    object.newer = null;
    if (this.#newest) this.#newest.newer = object;
    this.#newest = object;
    this.#oldest ??= object;
  }

  #unlink(object: MemoryObject): void {
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
