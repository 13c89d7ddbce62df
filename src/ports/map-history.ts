/** One version of a rule map, in force or kept. */
export interface MapVersion {
  /** As the place names it. */
  readonly id: string;
  /** Milliseconds since 1970; null where the place does not tell. */
  readonly at: number | null;
  readonly inForce: boolean;
}

/** The versions of a rule map where it comes from. Whoever reads the map meanwhile reads one version or the other, whole. */
export interface MapHistory {
  /** Newest first. */
  list(): Promise<readonly MapVersion[]>;
  /** Rejects when there is no such version. */
  read(id: string): Promise<string>;
  /** Writes the text, then puts it in force; gives its name. */
  publish(text: string): Promise<string>;
  /** Puts an earlier version in force again; gives the name that it now has. Rejects when there is no such version. */
  restore(id: string): Promise<string>;
}
