import { bytesIn } from '../bytes.ts';
import { groupBits } from './byte-groups.ts';
import { longestText } from './build.ts';
import type { LiteralTables } from './tables.ts';

/** Bytes of a value from which on it is run through in parts. */
const worthLanes = 64;

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
    const loud = tables.starts.within.length - 1;
    this.states = new Uint16Array(loud);
    this.seen = new Uint32Array(loud);
  }

  scan(value: string): void {
    const bytes = bytesIn(value);
    const { length } = value;
    this.generation++;
    this.bits = 0;
    this.found = 0;
    if (length < worthLanes) this.run(bytes, 0, length);
    else this.lanes(bytes, length);
  }

  private run(bytes: Readonly<Uint8Array>, from: number, to: number): void {
    const { next, stride, firstLoud } = this.tables;
    const { columns } = this;
    let { bits } = this;
    let state = 0;
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      bits |= groupBits[byte]!;
      state = next[state * stride + columns[byte]!]!;
      if (state >= firstLoud) this.hear(state - firstLoud);
    }
    this.bits = bits;
  }

  /**
   * Four parts at once: each step has to wait for the state before it, and those of four parts do not wait for each other.
   * A part begins so many bytes early that a text which ends in it is seen whole.
   */
  private lanes(bytes: Readonly<Uint8Array>, length: number): void {
    const { next, stride, firstLoud } = this.tables;
    const { columns } = this;
    const part = length >>> 2;
    const steps = part + longestText - 1;
    let bits = 0;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    const second = part - longestText + 1;
    const third = second + part;
    const fourth = third + part;
    for (let i = 0; i < steps; i++) {
      const one = bytes[i]!;
      const two = bytes[second + i]!;
      const three = bytes[third + i]!;
      const four = bytes[fourth + i]!;
      bits |= groupBits[one]! | groupBits[two]! | groupBits[three]! | groupBits[four]!;
      a = next[a * stride + columns[one]!]!;
      b = next[b * stride + columns[two]!]!;
      c = next[c * stride + columns[three]!]!;
      d = next[d * stride + columns[four]!]!;
      if (a >= firstLoud) this.hear(a - firstLoud);
      if (b >= firstLoud) this.hear(b - firstLoud);
      if (c >= firstLoud) this.hear(c - firstLoud);
      if (d >= firstLoud) this.hear(d - firstLoud);
    }
    this.bits = bits;
    // What four does not divide, from early enough on.
    if (fourth + steps < length) this.run(bytes, fourth + steps - longestText + 1, length);
  }

  private hear(loud: number): void {
    if (this.seen[loud] === this.generation) return;
    this.seen[loud] = this.generation;
    this.states[this.found++] = loud;
  }
}
