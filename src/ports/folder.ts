import type { MaybePromise } from '../base/later.ts';

export interface StoredFile {
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** Files below one folder; nothing outside of it can be named. */
export interface Folder {
  /** Null when there is no such file. `path` has slashes and no dot segments. */
  read(path: string): MaybePromise<StoredFile | null>;
}

export type OpenFolder = (path: string) => Folder;
