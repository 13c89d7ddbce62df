import { byteClasses } from '../regex/byte-classes.ts';
import { ByteSet, wordBytes } from '../regex/byte-set.ts';
import { parsePattern } from '../regex/parse.ts';
import { compileProgram, Op, type ByteClasses, type KnownPrograms, type Program } from '../regex/program.ts';
import type { Table } from './container.ts';

type Tables = Readonly<Record<string, Table>>;

/** How many numbers are kept of each pattern: see where they are written. */
const width = 12;
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
    const { of, count, member, newline, asksWord } = byteClasses(program);
    const says =
      (program.anchored ? flags.anchored : 0) | (first.nullable ? flags.nullable : 0) | (asksWord ? flags.asksWord : 0);
    rows.push(key, says, slots, groups, first.set === null ? none : numberOf(first.set), newline < 0 ? none : newline);
    rows.push(ops.length, op.length, uses.length, program.sets.length, members.length, count);
    for (let pc = 0; pc < op.length; pc++) {
      ops.push(op[pc]!);
      xs.push(x[pc]! - base(op[pc]!, pc));
      ys.push(op[pc] === Op.split ? y[pc]! - pc : y[pc]!);
    }
    uses.push(...program.sets.map(numberOf));
    classesOf.push(...of);
    members.push(...member);
  }
  return {
    patterns: Uint32Array.from(rows),
    patternOps: Uint8Array.from(ops),
    // Targets as distances: equal parts of patterns come out equal, and a file of them packs well.
    patternXs: Uint16Array.from(xs),
    patternYs: Uint16Array.from(ys),
    patternUses: Uint16Array.from(uses),
    patternSets: Uint32Array.from(sets),
    patternClasses: Uint8Array.from(classesOf),
    patternMembers: Uint8Array.from(members),
  };
}

/** Splits and jumps are written relative to where they stand. */
const base = (op: number, pc: number): number => (op === Op.split || op === Op.jump ? pc : 0);

/** Finds the program of a constant pattern of these rules; null for one that was left out. */
export function readPatterns(tables: Tables): KnownPrograms {
  const rows = tables['patterns']!;
  const at = new Map<number, number>();
  for (let row = 0; row < rows.length; row += width) at.set(rows[row]!, row);
  return (source) => {
    const row = at.get(keyOf(source));
    return row === undefined ? null : programAt(row, tables);
  };
}

function programAt(row: number, tables: Tables): Program {
  const numbers = tables['patterns']!.subarray(row, row + width) as Uint32Array;
  const [, says, slots, groups, first, newline, start, length, use, sets, member, count] =
    numbers as unknown as number[];
  const op = tables['patternOps']!.subarray(start, start! + length!) as Uint8Array;
  const xs = tables['patternXs']!;
  const ys = tables['patternYs']!;
  const x = new Int32Array(length!);
  const y = new Int32Array(length!);
  for (let pc = 0; pc < length!; pc++) {
    const kind = op[pc]!;
    x[pc] = kind === Op.split || kind === Op.jump ? signed(xs[start! + pc]!) + pc : xs[start! + pc]!;
    if (kind === Op.split) y[pc] = signed(ys[start! + pc]!) + pc;
    else y[pc] = ys[start! + pc]!;
  }
  const known = new Map<number, ByteSet>();
  const setOf = (number: number): ByteSet => {
    let set = known.get(number);
    if (set === undefined) {
      known.set(number, (set = new ByteSet()));
      set.words.set(tables['patternSets']!.subarray(number * 8, number * 8 + 8));
    }
    return set;
  };
  const of = tables['patternClasses']!.subarray((row / width) * 256, (row / width + 1) * 256) as Uint8Array;
  const asksWord = (says! & flags.asksWord) !== 0;
  const classes: ByteClasses = {
    of,
    count: count!,
    member: tables['patternMembers']!.subarray(member, member! + sets! * count!) as Uint8Array,
    word: wordsOf(of, count!, asksWord),
    newline: newline === none ? -1 : newline!,
    asksWord,
  };
  return {
    op,
    x,
    y,
    sets: Array.from(tables['patternUses']!.subarray(use, use! + sets!), setOf),
    slots: slots!,
    groups: groups!,
    anchored: (says! & flags.anchored) !== 0,
    regular: true,
    refersBack: false,
    first: { set: first === none ? null : setOf(first!), nullable: (says! & flags.nullable) !== 0 },
    classes,
  };
}

const signed = (distance: number): number => (distance << 16) >> 16;

function wordsOf(of: Uint8Array, count: number, asksWord: boolean): Uint8Array {
  const word = new Uint8Array(count + 1);
  if (asksWord) for (const byte of wordBytes.bytes()) word[of[byte]!] = 1;
  return word;
}

const sampled = 16;

/** Made of few of its characters, since keys of all patterns are held against each other when they are stored. */
function keyOf(source: string): number {
  const step = Math.max(1, Math.floor(source.length / sampled));
  let key = source.length;
  for (let at = source.length - 1; at >= 0; at -= step) key = Math.imul(key ^ source.charCodeAt(at), 0x01000193);
  return key >>> 0;
}
