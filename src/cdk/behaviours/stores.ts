import type { Document } from '../../config/document.ts';
import { kvsLimits } from '../../edge/licence-entries.ts';
import type { LicenceShape } from './licences.ts';
import type { Path, Said } from './said.ts';

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
    if (bytes(key) > kvsLimits.keyBytes)
      said.wrong([...path, key], `a key of a KeyValueStore has ${kvsLimits.keyBytes} bytes: shorten it`);
    if (bytes(value) > kvsLimits.valueBytes)
      said.wrong(
        [...path, key],
        `a value of a KeyValueStore has ${kvsLimits.valueBytes} bytes, not ${bytes(value)}: shorten it`,
      );
  }
  if (sum > kvsLimits.storeBytes) said.wrong(path, `a KeyValueStore holds 5 MB, not ${sum} bytes: keep fewer in it`);
}
