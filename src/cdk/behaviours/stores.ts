import type { Document } from '../../config/document.ts';
import type { LicenceShape } from './licences.ts';
import type { Path, Said } from './said.ts';

const mostKey = 512;
const mostValue = 1024;
const mostStore = 5 * 1024 * 1024;

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Holds what KeyValueStores begin with to CloudFront's bounds. */
export function storesFit(edge: NonNullable<Document['edge']>, licence: LicenceShape | null, said: Said): void {
  for (const [name, data] of Object.entries(edge.keyValueStores)) fits(data, ['edge', 'keyValueStores', name], said);
  if (licence?.data) fits(licence.data, ['edge', 'licences', 'from', 'list'], said);
}

function fits(data: Readonly<Record<string, string>>, path: Path, said: Said): void {
  let sum = 0;
  for (const [key, value] of Object.entries(data)) {
    sum += bytes(key) + bytes(value);
    if (bytes(key) > mostKey) said.wrong([...path, key], `a key of a KeyValueStore has ${mostKey} bytes: shorten it`);
    if (bytes(value) > mostValue)
      said.wrong([...path, key], `a value of a KeyValueStore has ${mostValue} bytes, not ${bytes(value)}: shorten it`);
  }
  if (sum > mostStore) said.wrong(path, `a KeyValueStore holds 5 MB, not ${sum} bytes: keep fewer in it`);
}
