import type { RecordStore } from '../ports/records.ts';
import { everyLicence, type LicenceRecord } from './licence-book.ts';

/** Bounds of a KeyValueStore of CloudFront's. */
export const kvsLimits = { keyBytes: 512, valueBytes: 1024, storeBytes: 5 * 1024 * 1024, keysPerUpdate: 50 } as const;

/** One pair of a KeyValueStore. */
export interface KvsEntry {
  readonly key: string;
  readonly value: string;
}

/** What the licence check as a CloudFront Function reads under a licence's hash: only what it decides by, no name and no quota. */
export const licenceValue = ({ expiresAt, enabled }: Pick<LicenceRecord, 'expiresAt' | 'enabled'>): string =>
  JSON.stringify({ ...(expiresAt !== null && { expiresAt }), ...(!enabled && { enabled }) });

const encoder = new TextEncoder();

/** Bytes of all keys and values together, as CloudFront counts a store. */
export const bytesOf = (entries: readonly KvsEntry[]): number =>
  entries.reduce((sum, { key, value }) => sum + encoder.encode(key).length + encoder.encode(value).length, 0);

export interface LicenceEntries {
  /** Revoked and expired ones are among them, since a store that has them already is told so by nothing else. */
  readonly entries: readonly KvsEntry[];
  /** Ids of licences with a quota that may still come in: a function at the edge cannot count. */
  readonly counted: readonly string[];
}

/** Every licence of the document's store as the KeyValueStore of the licence function has it. */
export async function licenceEntries(records: RecordStore): Promise<LicenceEntries> {
  const entries: KvsEntry[] = [];
  const counted: string[] = [];
  for await (const { id: key, value } of everyLicence(records)) {
    entries.push({ key, value: licenceValue(value) });
    if (value.quota !== null && value.enabled) counted.push(value.id);
  }
  return { entries, counted };
}
