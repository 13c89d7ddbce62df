import type { MaybePromise } from '../base/later.ts';

/** A small JSON value under an id, with a version that changes at each write. */
export interface Versioned<T> {
  readonly id: string;
  readonly value: T;
  readonly version: string;
}

/** When a write may happen: only over this version, only where nothing is, or always. */
export type PutWhen = { readonly version: string } | 'new' | 'any';

export interface RecordStore {
  get<T>(kind: string, id: string): MaybePromise<Versioned<T> | null>;
  /** Null when the condition did not hold: somebody else was there first. What was acknowledged survives a crash. */
  put<T>(kind: string, id: string, value: T, when: PutWhen): MaybePromise<Versioned<T> | null>;
  /** True when there was something to remove. */
  remove(kind: string, id: string): MaybePromise<boolean>;
  /** In order of id, those after `after`, at most `limit`. */
  list<T>(
    kind: string,
    options?: { readonly after?: string; readonly limit?: number },
  ): MaybePromise<readonly Versioned<T>[]>;
  close(): Promise<void>;
}
