import type { Clock } from '../base/clock.ts';
import { randomText } from '../base/id.ts';
import type { Digest } from '../ports/digest.ts';
import type { RecordStore } from '../ports/records.ts';

/** A licence as it is kept: under the hash of its key, never with the key itself. */
export interface LicenceRecord {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  /** Requests per period; null for no bound. */
  readonly quota: number | null;
}

const KIND = 'licence';

/** What a licence key is found by. */
export const licenceHash = (digest: Digest, key: string): string => digest.sha256(`licence\n${key}`);

export interface NewLicence {
  readonly name: string;
  readonly expiresAt?: number | null;
  readonly quota?: number | null;
  /** A key that customers have already; left out: a new one is made. */
  readonly key?: string;
}

/** Makes a licence. The key is given back this once. Null when the key is there already. */
export async function createLicence(
  records: RecordStore,
  digest: Digest,
  clock: Clock,
  given: NewLicence,
): Promise<{ readonly key: string; readonly record: LicenceRecord } | null> {
  const key = given.key ?? `lic_${randomText(32)}`;
  const hash = licenceHash(digest, key);
  const record: LicenceRecord = {
    id: hash.slice(0, 12),
    name: given.name,
    enabled: true,
    createdAt: clock.now(),
    expiresAt: given.expiresAt ?? null,
    quota: given.quota ?? null,
  };
  const put = await records.put(KIND, hash, record, 'new');
  return put ? { key, record } : null;
}

export async function findLicence(records: RecordStore, digest: Digest, key: string): Promise<LicenceRecord | null> {
  return (await records.get<LicenceRecord>(KIND, licenceHash(digest, key)))?.value ?? null;
}

/** Every licence, by page of a thousand. */
export async function listLicences(records: RecordStore): Promise<LicenceRecord[]> {
  const found: LicenceRecord[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await records.list<LicenceRecord>(KIND, { limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const { value } of page) found.push(value);
    after = page.at(-1)?.id;
    if (page.length < 1000 || after === undefined) return found;
  }
}

/** Ends a licence by its id. False when there is none. */
export async function revokeLicence(records: RecordStore, id: string): Promise<boolean> {
  let after: string | undefined;
  for (;;) {
    const page = await records.list<LicenceRecord>(KIND, { limit: 1000, ...(after === undefined ? {} : { after }) });
    const meant = page.find(({ value }) => value.id === id);
    if (meant) return (await records.put(KIND, meant.id, { ...meant.value, enabled: false }, 'any')) !== null;
    after = page.at(-1)?.id;
    if (page.length < 1000 || after === undefined) return false;
  }
}

export interface ImportReport {
  readonly made: number;
  readonly known: number;
  /** Line numbers, from 1, that could not be read. */
  readonly bad: readonly number[];
}

/** Reads `key,name[,expires[,quota]]` lines; `expires` as a date. A line that begins with `#` is a remark. */
export async function importLicences(
  records: RecordStore,
  digest: Digest,
  clock: Clock,
  text: string,
): Promise<ImportReport> {
  let made = 0;
  let known = 0;
  const bad: number[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [key = '', name = '', expires = '', quota = ''] = line.split(',').map((part) => part.trim());
    const expiresAt = expires === '' ? null : Date.parse(expires);
    if (key === '' || name === '' || Number.isNaN(expiresAt) || !/^\d*$/.test(quota)) {
      bad.push(at + 1);
      continue;
    }
    const result = await createLicence(records, digest, clock, {
      key,
      name,
      expiresAt,
      quota: quota === '' ? null : Number(quota),
    });
    if (result) made++;
    else known++;
  }
  return { made, known, bad };
}
