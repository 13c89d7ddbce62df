import { readFileSync } from 'node:fs';
import { Reader, type AsnResponse, type CityResponse } from 'mmdb-lib';
import type { Geography, Place } from '../../ports/geography.ts';

type Found = Partial<CityResponse & AsnResponse>;

/**
 * Places from a file in the mmdb format, as GeoLite2 and its free counterparts are: countries alone, cities, networks, or
 * any of them together. Throws when it is none.
 */
export function fileGeography(path: string): Geography {
  const reader = new Reader<never>(readFileSync(path));
  const find = (address: string): Found | null => {
    try {
      return reader.get(address);
    } catch {
      return null; // An IPv6 address, and a database of IPv4.
    }
  };
  const codeOf = (found: Found | null): string | undefined =>
    found?.country?.iso_code ?? found?.registered_country?.iso_code;
  return {
    country: (address) => codeOf(find(address)) ?? null,
    place(address) {
      const found = find(address);
      if (!found) return null;
      const region = found.subdivisions?.[0];
      const place: Record<keyof Place, string | number | undefined> = {
        country: codeOf(found),
        countryName: (found.country ?? found.registered_country)?.names?.en,
        region: region?.iso_code,
        regionName: region?.names?.en,
        city: found.city?.names?.en,
        postalCode: found.postal?.code,
        timeZone: found.location?.time_zone,
        latitude: found.location?.latitude,
        longitude: found.location?.longitude,
        metroCode: found.location?.metro_code,
        asn: found.autonomous_system_number,
      };
      return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
    },
  };
}
