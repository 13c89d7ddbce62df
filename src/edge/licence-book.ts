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
const PAGE = 1000;

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

/** Every licence with the hash it is kept under, asked for by the thousand. */
export async function* everyLicence(
  records: RecordStore,
): AsyncGenerator<{ readonly id: string; readonly value: LicenceRecord }> {
  let after: string | undefined;
  do {
    const page = await records.list<LicenceRecord>(KIND, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    after = page.length < PAGE ? undefined : page.at(-1)?.id;
  } while (after !== undefined);
}

export async function listLicences(records: RecordStore): Promise<LicenceRecord[]> {
  const found: LicenceRecord[] = [];
  for await (const { value } of everyLicence(records)) found.push(value);
  return found;
}

/** Ends a licence by its id. False when there is none. */
export async function revokeLicence(records: RecordStore, id: string): Promise<boolean> {
  for await (const { id: hash, value } of everyLicence(records))
    if (value.id === id) return (await records.put(KIND, hash, { ...value, enabled: false }, 'any')) !== null;
  return false;
}

export interface ImportReport {
  readonly made: number;
  readonly known: number;
  /** Lines, from 1, that could not be read, and what was wanted of them. */
  readonly bad: readonly { readonly line: number; readonly wanted: string }[];
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
  const bad: { readonly line: number; readonly wanted: string }[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [key = '', name = '', expires = '', quota = ''] = line.split(',').map((part) => part.trim());
    const expiresAt = expires === '' ? null : Date.parse(expires);
    const wanted =
      key === '' || name === ''
        ? 'key,name[,expires[,quota]]'
        : Number.isNaN(expiresAt)
          ? 'a date such as 2027-12-31 as the third field'
          : !/^(?:[1-9]\d*)?$/.test(quota) // 0 would lock the customer out
            ? 'a whole number above 0 as the fourth field'
            : null;
    if (wanted !== null) {
      bad.push({ line: at + 1, wanted });
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
