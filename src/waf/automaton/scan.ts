import { bytesIn } from '../bytes.ts';
import { groupBits } from './byte-groups.ts';
import type { LiteralTables } from './tables.ts';

/** Only which groups of bytes a value holds. */
export function bitsOf(value: string): number {
  const bytes = bytesIn(value);
  const { length } = value;
  let bits = 0;
  for (let i = 0; i < length; i++) bits |= groupBits[bytes[i]!]!;
  return bits;
}

/**
 * One pass over a value: which groups of bytes it holds, and which states of the automaton with texts in them it
 * visited. One scanner is used for one value after the other; what it found stands in its fields until the next.
 */
export class Scanner {
  /** Groups of bytes that the value holds. */
  bits = 0;
  /** How many of `states` count. */
  found = 0;
  /** Numbers of loud states, from 0, each once. */
  readonly states: Uint16Array;
  private readonly tables: LiteralTables;
  /** Low 7 bits the byte's column; the array beside it has the groups. */
  private readonly columns: Uint8Array;
  private readonly seen: Uint32Array;
  private generation = 0;

  constructor(tables: LiteralTables) {
    this.tables = tables;
    this.columns = tables.classes;
    const loud = tables.starts.length - 1;
    this.states = new Uint16Array(loud);
    this.seen = new Uint32Array(loud);
  }

  scan(value: string): void {
    const { next, stride, firstLoud } = this.tables;
    const { columns, seen, states } = this;
    const generation = ++this.generation;
    const bytes = bytesIn(value);
    const { length } = value;
    let bits = 0;
    let found = 0;
    let state = 0;
    for (let i = 0; i < length; i++) {
      const byte = bytes[i]!;
      bits |= groupBits[byte]!;
      state = next[state * stride + columns[byte]!]!;
      if (state >= firstLoud) {
        const loud = state - firstLoud;
        if (seen[loud] !== generation) {
          seen[loud] = generation;
          states[found++] = loud;
        }
      }
    }
    this.bits = bits;
    this.found = found;
  }
}
