/** Where addresses are. */
export interface Geography {
  /** ISO 3166-1 code of two capitals; null where nobody knows. */
  country(address: string): string | null;
}
