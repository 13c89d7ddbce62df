import type { Starts } from './starts.ts';

/** What the automaton over all texts is made of; flat arrays, so that it is read from a file as it stands. */
export interface LiteralTables {
  /** For each byte its column; 0 for bytes that are in no text. */
  readonly classes: Uint8Array;
  readonly stride: number;
  /** `next[state * stride + class]` is the state after that byte. State 0 is the start. */
  readonly next: Uint16Array;
  /** States from here on are those in which texts end. */
  readonly firstLoud: number;
  /** The texts that end in the n-th of those states are the n-th list in `texts`. */
  readonly starts: Starts;
  readonly texts: Uint16Array;
}
