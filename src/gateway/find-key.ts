import { sameSecret } from '../base/bytes.ts';
import type { MaybePromise } from '../base/later.ts';
import { whenHere } from '../base/later.ts';
import type { Digest } from '../ports/digest.ts';
import type { RecordStore } from '../ports/records.ts';
import { KEY_KIND, keyId, type KeyRecord } from './key.ts';

export interface KnownKey {
  readonly id: string;
  readonly name: string;
  /** Plans that it was imported into. */
  readonly plans?: readonly string[];
}

/** The key that this text is; null when it is none of ours, disabled or expired. */
export type FindKey = (given: string, now: number) => MaybePromise<KnownKey | null>;

export interface FindKeyOptions {
  readonly records: RecordStore;
  readonly digest: Digest;
  /** Keys of the document: hash to key. */
  readonly written: ReadonlyMap<string, KnownKey>;
  readonly rememberMs: number;
}

/** Most keys that are remembered at a time. */
const MOST_REMEMBERED = 10_000;

/** Looks in the document and then in the store; what was found is remembered for a moment, what was not is not. */
export function findKey(options: FindKeyOptions): FindKey {
  const remembered = new Map<string, { readonly key: KnownKey; readonly expiresAt: number; readonly until: number }>();
  return (given, now) => {
    if (given.length > 256) return null;
    const hash = options.digest.sha256(given);
    const written = options.written.get(hash);
    if (written) return written;
    const there = remembered.get(hash);
    if (there && there.until > now) return there.expiresAt > now ? there.key : null;
    return whenHere(options.records.get<KeyRecord>(KEY_KIND, keyId(hash)), (found) => {
      if (!found || !sameSecret(found.value.hash, hash) || !found.value.enabled) return null;
      const expiresAt = found.value.expiresAt ?? Number.POSITIVE_INFINITY;
      if (expiresAt <= now) return null;
      const { id, name, plans } = found.value;
      const key: KnownKey = { id, name, ...(plans ? { plans } : {}) };
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(hash, { key, expiresAt, until: now + options.rememberMs });
      return key;
    });
  };
}
