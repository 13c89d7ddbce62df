/** Where an address is, as far as the database says. */
export interface Place {
  /** ISO 3166-1 code of two capitals. */
  readonly country?: string;
  readonly countryName?: string;
  /** ISO 3166-2 without the country: `BY`. */
  readonly region?: string;
  readonly regionName?: string;
  readonly city?: string;
  readonly postalCode?: string;
  /** `Europe/Berlin`. */
  readonly timeZone?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  readonly metroCode?: number;
  readonly asn?: number;
}

/** Where addresses are. */
export interface Geography {
  /** ISO 3166-1 code of two capitals; null where nobody knows. */
  country(address: string): string | null;
  /** All that is known; null where nothing is. */
  place(address: string): Place | null;
}
