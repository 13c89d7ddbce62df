import type { MaybePromise } from '../base/later.ts';
import type { Body } from '../http/body.ts';

/** What a store has to know about an object to find it again and to drop it. */
export interface ObjectMeta {
  /** What requests are matched by; several objects may share it. */
  readonly key: string;
  /** Tells the objects of one key apart. Writing the same variant again replaces it. */
  readonly variant: string;
  /** Host, path and query in one text, for purges by URL. */
  readonly url: string;
  /** In lower case. */
  readonly tags: readonly string[];
  /** Milliseconds since 1970 after which nobody will ask for it; a store may drop it then, or earlier. */
  readonly keepUntil: number;
  /** The keeper's own JSON; the store never looks inside. */
  readonly head: unknown;
}

export interface StoredObject {
  readonly meta: ObjectMeta;
  /** Bytes of the body. */
  readonly size: number;
  /** Of this body, never used again: what is read later is either this body or nothing. */
  readonly id: string;
  /** For the reader's own use in this process; not kept. */
  memo: unknown;
}

export interface ObjectWriter {
  /** Wait for the promise before the next chunk. Chunks are not changed afterwards. */
  write(chunk: Uint8Array): MaybePromise<void>;
  /**
   * From here on it can be found; before, it cannot. `wanted` is asked at the last moment: a purge may have come while
   * the bytes went down. False when it was not wanted, or the store would not keep it.
   */
  commit(wanted: () => boolean): MaybePromise<boolean>;
  /** Leaves nothing behind. */
  abandon(): void;
}

/** Which objects to drop. `path` means it on every host; `whole` false takes everything that begins with it. */
export type Purge =
  | { readonly by: 'path'; readonly path: string; readonly whole: boolean }
  | { readonly by: 'url'; readonly url: string }
  | { readonly by: 'prefix'; readonly prefix: string }
  | { readonly by: 'tag'; readonly tag: string }
  | { readonly by: 'all' };

/** Bytes with metadata under a key. Every method may reject with a `Fault` of source `store`. */
export interface ObjectStore {
  /** Every object of the key. */
  find(key: string): MaybePromise<readonly StoredObject[]>;
  /** Bytes `from` to `to`, the latter not included; null when the object has gone meanwhile. */
  read(object: StoredObject, from: number, to: number): MaybePromise<Body | null>;
  /** `size` is the length of the body where it is known beforehand; null when the store will not take it at all. */
  write(meta: ObjectMeta, size: number | null): ObjectWriter | null;
  /** Exchanges the head and its lifetime, body untouched. Null when the object has gone or was replaced. */
  amend(object: StoredObject, meta: ObjectMeta): MaybePromise<StoredObject | null>;
  /** True when it was there. */
  remove(object: StoredObject): MaybePromise<boolean>;
  /** How many went. */
  purge(what: Purge): MaybePromise<number>;
  stats(): MaybePromise<{ readonly objects: number; readonly bytes: number }>;
  close(): Promise<void>;
}

/** Does a purge mean this object? The one definition, for every store and for objects still on their way in. */
export function isMeant(what: Purge, url: string, tags: readonly string[]): boolean {
  switch (what.by) {
    case 'all':
      return true;
    case 'path': {
      const path = url.replace(/^https?:\/\/[^/]*/, '');
      return what.whole ? path === what.path : path.startsWith(what.path);
    }
    case 'url':
      return url === what.url;
    case 'prefix':
      return url.startsWith(what.prefix);
    case 'tag':
      return tags.includes(what.tag);
  }
}
