import { byteClasses } from '../regex/byte-classes.ts';
import { ByteSet } from '../regex/byte-set.ts';
import { parsePattern } from '../regex/parse.ts';
import type { KnownPatterns, Pattern } from '../regex/pattern.ts';
import { patternOf } from '../regex/pattern-compile.ts';
import { compileProgram, type ByteClasses, type Program } from '../regex/program.ts';
import type { Table } from './container.ts';

type Tables = Readonly<Record<string, Table>>;

/** The numbers that are kept of each pattern. */
const at = {
  key: 0,
  says: 1,
  slots: 2,
  groups: 3,
  first: 4,
  newline: 5,
  start: 6,
  length: 7,
  use: 8,
  sets: 9,
  member: 10,
  classes: 11,
} as const;
const width = Object.keys(at).length;
const flags = { anchored: 1, nullable: 2, asksWord: 4 } as const;
/** Instructions of one pattern between which distances can be written. */
const longest = 0x7fff;
/** In the place of a number for none. */
const none = 0xffff_ffff;

/**
 * Patterns as instructions, so that a cold start reads none of them. `all` are those of the whole program: two of one
 * key cannot be told apart and are left out, and so are patterns that no automaton runs.
 */
export function storePatterns(all: ReadonlySet<string>, wanted: ReadonlySet<string>): Tables {
  const seen = new Map<number, number>();
  for (const source of all) seen.set(keyOf(source), (seen.get(keyOf(source)) ?? 0) + 1);
  const numbers = new Map<string, number>();
  const sets: number[] = [];
  const numberOf = (set: ByteSet): number => {
    let number = numbers.get(set.key());
    if (number === undefined) {
      numbers.set(set.key(), (number = numbers.size));
      sets.push(...set.words);
    }
    return number;
  };
  const rows: number[] = [];
  const ops: number[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  const uses: number[] = [];
  const classesOf: number[] = [];
  const members: number[] = [];
  for (const source of wanted) {
    const key = keyOf(source);
    const tree = parsePattern(source);
    const program = compileProgram(tree);
    if (seen.get(key) !== 1 || tree.holdsOn || !program.regular || program.op.length > longest) continue;
    const { op, x, y, slots, groups, first } = program;
    const { of, count, member, word, newline, asksWord } = byteClasses(program);
    const says =
      (program.anchored ? flags.anchored : 0) | (first.nullable ? flags.nullable : 0) | (asksWord ? flags.asksWord : 0);
    rows.push(key, says, slots, groups, first.set === null ? none : numberOf(first.set), newline < 0 ? none : newline);
    rows.push(ops.length, op.length, uses.length, program.sets.length, members.length, count);
    for (let pc = 0; pc < op.length; pc++) {
      ops.push(op[pc]!);
      xs.push(x[pc]!);
      ys.push(y[pc]!);
    }
    uses.push(...program.sets.map(numberOf));
    classesOf.push(...of);
    members.push(...member, ...(asksWord ? word.subarray(0, count) : []));
  }
  return {
    patterns: Uint32Array.from(rows),
    patternOps: Uint8Array.from(ops),
    patternXs: Int16Array.from(xs),
    patternYs: Int16Array.from(ys),
    patternUses: Uint16Array.from(uses),
    patternSets: Uint32Array.from(sets),
    patternClasses: Uint8Array.from(classesOf),
    patternMembers: Uint8Array.from(members),
  };
}

/** Patterns of a stored program; each is one object, so that all rules that hold it share what it has learnt. */
export interface StoredPatterns {
  /** The pattern in this row, as `rowOf` gave it; `source` is asked for only where somebody has to be told. */
  at(row: number, source: () => string): Pattern;
  /** A constant pattern of these rules; null for one that was left out. */
  readonly find: KnownPatterns;
}

export function readPatterns(tables: Tables): StoredPatterns {
  const rows = tables['patterns']!;
  const opened: (Pattern | undefined)[] = [];
  let byKey: Map<number, number> | null = null;
  const at = (row: number, source: () => string): Pattern =>
    (opened[row] ??= patternOf(source, new StoredProgram(row, tables)));
  return {
    at,
    find(source) {
      byKey ??= rowsByKey(rows);
      const row = byKey.get(keyOf(source));
      return row === undefined ? null : at(row, () => source);
    },
  };
}

/** Finds the rows of patterns in tables that were just made. */
export function rowOf({ patterns }: Tables): (source: string) => number | null {
  const byKey = rowsByKey(patterns!);
  return (source) => byKey.get(keyOf(source)) ?? null;
}

function rowsByKey(rows: Table): Map<number, number> {
  const byKey = new Map<number, number>();
  for (let row = 0; row * width < rows.length; row++) byKey.set(rows[row * width]!, row);
  return byKey;
}

/** Only looked at where it lies: an automaton needs the instructions and the classes, and never the sets. */
class StoredProgram implements Program {
  readonly op: Uint8Array;
  readonly x: Int16Array;
  readonly y: Int16Array;
  readonly slots: number;
  readonly groups: number;
  readonly anchored: boolean;
  readonly regular = true;
  readonly refersBack = false;
  readonly classes: ByteClasses;
  private readonly numbers: Uint32Array;
  private readonly tables: Tables;
  private read: readonly ByteSet[] | null = null;

  constructor(row: number, tables: Tables) {
    const numbers = tables['patterns']!.subarray(row * width, row * width + width) as Uint32Array;
    const start = numbers[at.start]!;
    const end = start + numbers[at.length]!;
    const count = numbers[at.classes]!;
    const member = numbers[at.member]!;
    const word = member + numbers[at.sets]! * count;
    const asksWord = (numbers[at.says]! & flags.asksWord) !== 0;
    this.numbers = numbers;
    this.tables = tables;
    this.op = tables['patternOps']!.subarray(start, end) as Uint8Array;
    this.x = tables['patternXs']!.subarray(start, end) as Int16Array;
    this.y = tables['patternYs']!.subarray(start, end) as Int16Array;
    this.slots = numbers[at.slots]!;
    this.groups = numbers[at.groups]!;
    this.anchored = (numbers[at.says]! & flags.anchored) !== 0;
    this.classes = {
      of: tables['patternClasses']!.subarray(row * 256, row * 256 + 256) as Uint8Array,
      count,
      member: tables['patternMembers']!.subarray(member, word) as Uint8Array,
      word: asksWord ? (tables['patternMembers']!.subarray(word, word + count) as Uint8Array) : noWord,
      newline: numbers[at.newline] === none ? -1 : numbers[at.newline]!,
      asksWord,
    };
  }

  get sets(): readonly ByteSet[] {
    const use = this.numbers[at.use]!;
    const uses = this.tables['patternUses']!.subarray(use, use + this.numbers[at.sets]!);
    return (this.read ??= Array.from(uses, (number) => this.set(number)));
  }

  get first(): Program['first'] {
    const number = this.numbers[at.first]!;
    const nullable = (this.numbers[at.says]! & flags.nullable) !== 0;
    return { set: number === none ? null : this.set(number), nullable };
  }

  private set(number: number): ByteSet {
    const set = new ByteSet();
    set.words.set(this.tables['patternSets']!.subarray(number * 8, number * 8 + 8));
    return set;
  }
}

const noWord = new Uint8Array(257);

const sampled = 16;

/** Made of few of its characters, since keys of all patterns are held against each other when they are stored. */
function keyOf(source: string): number {
  const step = Math.max(1, Math.floor(source.length / sampled));
  let key = source.length;
  for (let at = source.length - 1; at >= 0; at -= step) key = Math.imul(key ^ source.charCodeAt(at), 0x01000193);
  return key >>> 0;
}
