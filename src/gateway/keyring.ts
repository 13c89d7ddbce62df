import { randomText } from '../base/id.ts';
import type { Digest } from '../ports/digest.ts';
import type { RecordStore } from '../ports/records.ts';
import { KEY_KIND, keyId, type KeyRecord } from './key.ts';

export interface NewKey {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly tenant: string | null;
  readonly expiresAt: number | null;
  /** A key that exists already, e.g. one of API Gateway's; without it a new one is drawn: 160 bits of chance. */
  readonly key?: string;
}

/** Makes a key. What is returned here is the only time it is seen; the store gets its hash. */
export async function createKey(
  records: RecordStore,
  digest: Digest,
  given: NewKey,
): Promise<{ readonly key: string; readonly record: KeyRecord }> {
  const key = given.key ?? `sp_${randomText(32)}`;
  const hash = digest.sha256(key);
  const record: KeyRecord = {
    id: keyId(hash),
    name: given.name,
    hash,
    enabled: true,
    createdAt: given.now,
    expiresAt: given.expiresAt,
    tenant: given.tenant,
  };
  const put = await records.put(KEY_KIND, record.id, record, 'new');
  if (!put) throw new Error('this key is there already');
  return { key, record };
}

export async function listKeys(records: RecordStore): Promise<readonly KeyRecord[]> {
  const found = await records.list<KeyRecord>(KEY_KIND);
  return found.map((each) => each.value);
}

/** False when there is no such key. The record stays, disabled, so that logs can still be read. */
export async function revokeKey(records: RecordStore, id: string): Promise<boolean> {
  const found = await records.get<KeyRecord>(KEY_KIND, id);
  if (!found) return false;
  return (await records.put(KEY_KIND, id, { ...found.value, enabled: false }, 'any')) !== null;
}
