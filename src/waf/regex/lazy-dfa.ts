import { bytesIn } from '../bytes.ts';
import { byteClasses } from './byte-classes.ts';
import { Op, PlaceCode, type ByteClasses, type Program } from './program.ts';

const unknown = -1;
const match = -2;
const dead = -3;

/** Table entries of one automaton; with 16-bit entries that is at most 64 kB. */
const largestTable = 32_000;

/** What stands before the next byte, as far as a place may ask. */
const beforeWord = 1;
const beforeNewline = 2;
const beforeAll = 4;

/**
 * A deterministic automaton that is built while values run through it, one transition at a time, and forgotten when its
 * table is full. It answers only whether there is a match; time is linear in the value whatever the pattern.
 *
 * A state is the set of instructions that wait for a byte, or for a place that only the next byte decides. The search
 * is unanchored: the ways in from the pattern's start are not kept in each state but added per byte class.
 */
export class LazyDfa {
  private readonly program: Program;
  private readonly classes: ByteClasses;
  private readonly stride: number;
  private readonly contextMask: number;
  private table: Int16Array;
  private states: { readonly list: Int32Array; readonly context: number }[] = [];
  private ids = new Map<string, number>();
  /** Per context and class: where the ways in lead after that byte. Null: straight to a match. */
  private readonly entries = new Map<number, Int32Array | null>();
  private readonly entrances: (Int32Array | null | undefined)[] = [];
  private readonly mark: Uint32Array;
  private generation = 0;
  private readonly list: Int32Array;
  private length = 0;
  private readonly stack: Int32Array;
  private readonly start: number;

  constructor(program: Program) {
    this.program = program;
    this.classes = program.classes ?? byteClasses(program);
    this.stride = this.classes.count + 1;
    this.contextMask =
      beforeAll | (this.classes.asksWord ? beforeWord : 0) | (this.classes.newline >= 0 ? beforeNewline : 0);
    this.mark = new Uint32Array(program.op.length);
    this.list = new Int32Array(program.op.length);
    this.stack = new Int32Array(2 * program.op.length + 2);
    this.table = new Int16Array(Math.min(8, this.mostStates()) * this.stride).fill(unknown);
    this.start = this.state(beforeAll);
  }

  test(value: string): boolean {
    const of = this.classes.of;
    let table = this.table;
    const bytes = bytesIn(value);
    const { length } = value;
    let state = this.start;
    for (let i = 0; i < length; i++) {
      const cls = of[bytes[i]!]!;
      let to = table[state + cls]!;
      if (to < 0) {
        if (to === unknown) {
          to = this.fill(state, cls);
          table = this.table;
        }
        if (to < 0) return to === match;
      }
      state = to;
    }
    const last = this.classes.count;
    const end = table[state + last]!;
    return (end === unknown ? this.fill(state, last) : end) === match;
  }

  private mostStates(): number {
    return Math.max(4, Math.floor(largestTable / this.stride));
  }

  /** Works out one transition and keeps it, unless keeping the new state meant forgetting the old. */
  private fill(from: number, cls: number): number {
    const states = this.states;
    const to = this.step(from, cls);
    if (this.states === states) this.table[from + cls] = to;
    return to;
  }

  private step(from: number, cls: number): number {
    const { list, context } = this.states[from / this.stride]!;
    const entries = this.entry(context, cls);
    if (entries === null) return match;
    this.length = 0;
    this.generation++;
    if (this.advance(list, context, cls)) return match;
    for (let i = 0; i < entries.length; i++) {
      const pc = entries[i]!;
      if (this.mark[pc] === this.generation) continue;
      this.mark[pc] = this.generation;
      this.list[this.length++] = pc;
    }
    if (cls === this.classes.count) return dead;
    return this.state(this.after(cls));
  }

  private after(cls: number): number {
    const word = this.classes.word[cls] === 1 ? beforeWord : 0;
    return (word | (cls === this.classes.newline ? beforeNewline : 0)) & this.contextMask;
  }

  private entry(context: number, cls: number): Int32Array | null {
    const key = context * this.stride + cls;
    let known = this.entries.get(key);
    if (known !== undefined) return known;
    const inside = this.entrance(context);
    const hit = inside === null || this.advance(inside, context, cls, true);
    known = hit ? null : this.list.slice(0, this.length);
    this.entries.set(key, known);
    return known;
  }

  /** What waits at the pattern's start; null when nothing has to come for a match. */
  private entrance(context: number): Int32Array | null {
    let known = this.entrances[context];
    if (known === undefined) {
      this.generation++;
      this.length = 0;
      this.entrances[context] = known = this.follow(0, context, -1) ? null : this.list.slice(0, this.length);
    }
    return known;
  }

  /**
   * From waiting instructions over one byte (or the end) to the next waiting ones, in `list`. True: a match on the way.
   * First what waits for a place is decided, now that both sides of it are known.
   */
  private advance(from: Int32Array, context: number, cls: number, fresh = false): boolean {
    const { op, x } = this.program;
    const { count, member } = this.classes;
    let waiting = from;
    let undecided = false;
    for (let i = 0; i < from.length && !undecided; i++) undecided = op[from[i]!] !== Op.set;
    if (undecided) {
      this.generation++;
      this.length = 0;
      for (let i = 0; i < from.length; i++) if (this.follow(from[i]!, context, cls)) return true;
      waiting = this.list.slice(0, this.length);
    }
    if (undecided || fresh) {
      this.generation++;
      this.length = 0;
    }
    if (cls === count) return false;
    const next = this.after(cls);
    for (let i = 0; i < waiting.length; i++) {
      const pc = waiting[i]!;
      if (member[x[pc]! * count + cls] === 1 && this.follow(pc + 1, next, -1)) return true;
    }
    return false;
  }

  /** Adds what is reached from `pc` without consuming. `cls` is the next byte's class where known, else -1. */
  private follow(pc: number, context: number, cls: number): boolean {
    const { op, x, y } = this.program;
    const { stack, mark, generation } = this;
    let depth = 0;
    stack[depth++] = pc;
    while (depth > 0) {
      const at = stack[--depth]!;
      if (mark[at] === generation) continue;
      mark[at] = generation;
      switch (op[at]) {
        case Op.set:
          this.list[this.length++] = at;
          break;
        case Op.split:
          stack[depth++] = at + y[at]!;
          stack[depth++] = at + x[at]!;
          break;
        case Op.jump:
          stack[depth++] = at + x[at]!;
          break;
        case Op.match:
          return true;
        case Op.place: {
          const answer = this.holds(x[at]!, context, cls);
          if (answer === null) this.list[this.length++] = at;
          else if (answer) stack[depth++] = at + 1;
          break;
        }
        default:
          stack[depth++] = at + 1;
      }
    }
    return false;
  }

  private holds(place: number, context: number, cls: number): boolean | null {
    if (place === PlaceCode.start) return (context & beforeAll) !== 0;
    if (place === PlaceCode.lineStart) return (context & (beforeAll | beforeNewline)) !== 0;
    if (cls < 0) return null;
    const ends = cls === this.classes.count;
    if (place === PlaceCode.end) return ends;
    if (place === PlaceCode.lineEnd) return ends || cls === this.classes.newline;
    const same = ((context & beforeWord) !== 0) === (!ends && this.classes.word[cls] === 1);
    return place === PlaceCode.word ? !same : same;
  }

  /** The number of the state in `list`, which is its row's offset in the table. */
  private state(context: number): number {
    if (this.length === 0 && this.program.anchored && (context & beforeAll) === 0) return dead;
    const list = this.list.slice(0, this.length).sort();
    const key = String.fromCharCode(context) + textOf(list);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    if (this.states.length >= this.mostStates()) this.forget();
    const id = this.states.length * this.stride;
    if (id + this.stride > this.table.length) this.grow();
    this.states.push({ list, context });
    this.ids.set(key, id);
    return id;
  }

  /** The start state stays, so that its number stays. */
  private forget(): void {
    this.states = this.states.slice(0, 1);
    this.ids = new Map([[String.fromCharCode(beforeAll), 0]]);
    this.table.fill(unknown);
  }

  private grow(): void {
    const size = Math.min(this.table.length * 2, this.mostStates() * this.stride);
    const table = new Int16Array(size).fill(unknown);
    table.set(this.table);
    this.table = table;
  }
}

/** So many characters are made in one call. */
const atOnce = 4096;

function textOf(codes: Int32Array): string {
  let text = '';
  for (let at = 0; at < codes.length; at += atOnce)
    text += String.fromCharCode.apply(null, codes.subarray(at, at + atOnce) as unknown as number[]);
  return text;
}
