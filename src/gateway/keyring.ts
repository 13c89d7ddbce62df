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
  readonly enabled?: boolean;
  readonly description?: string;
  readonly plans?: readonly string[];
}

/** Makes a key. What is returned here is the only time it is seen; the store gets its hash. */
export async function createKey(
  records: RecordStore,
  digest: Digest,
  given: NewKey,
): Promise<{ readonly key: string; readonly record: KeyRecord }> {
  const made = await addKey(records, digest, given);
  if (made === null) throw new Error('this key is there already');
  return made;
}

/** The same, but null when the key is there already. */
export async function addKey(
  records: RecordStore,
  digest: Digest,
  given: NewKey,
): Promise<{ readonly key: string; readonly record: KeyRecord } | null> {
  const key = given.key ?? `sp_${randomText(32)}`;
  const hash = digest.sha256(key);
  const record: KeyRecord = {
    id: keyId(hash),
    name: given.name,
    hash,
    enabled: given.enabled ?? true,
    createdAt: given.now,
    expiresAt: given.expiresAt,
    tenant: given.tenant,
    ...(given.description ? { description: given.description } : {}),
    ...(given.plans && given.plans.length > 0 ? { plans: given.plans } : {}),
  };
  const put = await records.put(KEY_KIND, record.id, record, 'new');
  return put ? { key, record } : null;
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

/** Ids of the keys in a plan, under which usage is counted: those that the document names, by id or name, and those imported into it. */
export async function keysOfPlan(
  records: RecordStore,
  plan: string,
  named: readonly string[],
): Promise<readonly string[]> {
  const known = await listKeys(records);
  const ids = named.map((key) => known.find((each) => each.id === key || each.name === key)?.id ?? key);
  const imported = known.filter((each) => each.plans?.includes(plan)).map((each) => each.id);
  return [...new Set([...ids, ...imported])];
}

/** The id of a key that somebody calls by its id or name; what is unknown stays as it is. */
export async function keyIdOf(records: RecordStore, given: string): Promise<string> {
  const known = await listKeys(records);
  return (known.find((each) => each.id === given) ?? known.find((each) => each.name === given))?.id ?? given;
}
