import type { Clock } from '../../base/clock.ts';
import { concat } from '../../base/bytes.ts';
import { Body } from '../../http/body.ts';
import type { ObjectMeta, ObjectStore, ObjectWriter, Purge, StoredObject } from '../../ports/objects.ts';
import { IndexedObject, ObjectIndex } from '../object-index.ts';

export interface MemoryObjectsOptions {
  readonly clock: Clock;
  /** Most bytes of bodies and heads together. */
  readonly bytes: number;
}

/** Cache bodies in this process: bounded by bytes, gone with it. */
export class MemoryObjects implements ObjectStore {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #index: ObjectIndex<Uint8Array>;
  #ids = 0;

  constructor(options: MemoryObjectsOptions) {
    this.#clock = options.clock;
    this.#most = options.bytes;
    this.#index = new ObjectIndex(options.bytes);
  }

  find(key: string): readonly StoredObject[] {
    return this.#index.find(key, this.#clock.now());
  }

  read(object: StoredObject, from: number, to: number): Body | null {
    const stored = object as IndexedObject<Uint8Array>;
    this.#index.touch(stored);
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
      commit: (wanted) => {
        if (!open || !wanted()) return false;
        open = false;
        // A chunk may be a window on a large buffer; what is kept must not keep that alive.
        const only = chunks[0];
        const body =
          chunks.length === 1 && only && only.byteLength < only.buffer.byteLength ? only.slice() : concat(chunks);
        this.#ids++;
        this.#index.put(new IndexedObject(meta, body.length, String(this.#ids), body));
        return true;
      },
      abandon: () => {
        open = false;
        chunks.length = 0;
      },
    };
  }

  amend(object: StoredObject, meta: ObjectMeta): StoredObject | null {
    const stored = object as IndexedObject<Uint8Array>;
    if (!this.#index.drop(stored, true)) return null;
    const next = new IndexedObject(meta, stored.size, stored.id, stored.body);
    this.#index.add(next);
    return next;
  }

  remove(object: StoredObject): boolean {
    return this.#index.drop(object as IndexedObject<Uint8Array>);
  }

  purge(what: Purge): number {
    return this.#index.purge(what);
  }

  stats(): { readonly objects: number; readonly bytes: number } {
    return this.#index.stats;
  }

  async close(): Promise<void> {
    this.#index.purge({ by: 'all' });
  }
}
