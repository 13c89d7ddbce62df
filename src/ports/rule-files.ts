/** Files of firewall rules, as byte strings: one character per byte, whatever the file's encoding. */
export interface RuleFilesPort {
  /** Null when it cannot be read. */
  read(path: string): string | null;
  /** Paths that a pattern stands for, in alphabetical order; `*` and `?` in its last part only. */
  list(pattern: string): readonly string[];
  /** A file's bytes as they are; null when it cannot be read. */
  bytes(path: string): Uint8Array | null;
  /** Calls when one of the files, or what one of the patterns stands for, may have changed; answers with how to stop. */
  watch?(paths: readonly string[], changed: () => void): () => void;
}
