import { readFileSync } from 'node:fs';
import { Reader, type CountryResponse } from 'mmdb-lib';
import type { Geography } from '../../ports/geography.ts';

/** Countries from a file in the mmdb format, as GeoLite2 Country and its free counterparts are. Throws when it is none. */
export function fileGeography(path: string): Geography {
  const reader = new Reader<CountryResponse>(readFileSync(path));
  return {
    country(address) {
      try {
        const found = reader.get(address);
        return found?.country?.iso_code ?? found?.registered_country?.iso_code ?? null;
      } catch {
        return null;
      }
    },
  };
}
