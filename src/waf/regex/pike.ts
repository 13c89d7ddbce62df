import { wordBytes } from './byte-set.ts';
import type { PatternMatch } from './pattern.ts';
import { Op, PlaceCode, type Program } from './program.ts';

/** Groups 0 to 9 are what rules can name. */
const mostSlots = 20;

/**
 * Finds where a match is and what its groups hold, as a backtracking engine would (leftmost, then by preference), in
 * time linear in the value: all ways through the pattern are walked side by side. Used only after a test said yes.
 */
export function findMatch(program: Program, value: string): PatternMatch | null {
  const width = Math.min(program.slots, mostSlots);
  const { op, first } = program;
  let search = searches.get(program);
  if (search === undefined) searches.set(program, (search = newSearch(program, width)));
  let { current, next } = search;
  const { found, blank } = search;
  let hit = false;
  current.clear();
  next.clear();
  for (let i = 0; i <= value.length; i++) {
    const byte = i < value.length ? value.charCodeAt(i) & 255 : -1;
    if (!hit && (i === 0 || !program.anchored)) {
      const possible = first.nullable || first.set === null || (byte >= 0 && first.set.has(byte));
      if (possible) {
        blank[0] = i;
        current.add(0, i, value, blank, 0);
      }
    }
    if (current.count === 0) {
      if (hit || program.anchored) break;
      current.clear();
      continue;
    }
    for (let t = 0; t < current.count; t++) {
      const pc = current.pcs[t]!;
      if (op[pc] === Op.match) {
        for (let slot = 0; slot < width; slot++) found[slot] = current.slots[t * width + slot]!;
        found[1] = i;
        hit = true;
        break;
      }
      next.add(pc + 1, i + 1, value, current.slots, t * width);
    }
    [current, next] = [next, current];
    next.clear();
  }
  return !hit ? null : toMatch(value, found, Math.min(program.groups + 1, width / 2));
}

/** What a search works in. Kept from one to the next, which never overlap. */
interface Search {
  readonly current: Threads;
  readonly next: Threads;
  readonly found: Int32Array;
  readonly blank: Int32Array;
}

const searches = new WeakMap<Program, Search>();

function newSearch(program: Program, width: number): Search {
  return {
    current: new Threads(program, width),
    next: new Threads(program, width),
    found: new Int32Array(width),
    blank: new Int32Array(width).fill(-1),
  };
}

export function toMatch(value: string, slots: Int32Array, groups: number): PatternMatch {
  const texts: string[] = [];
  for (let g = 0; g < groups; g++) {
    const from = slots[2 * g]!;
    const to = slots[2 * g + 1]!;
    texts.push(from >= 0 && to >= from ? value.slice(from, to) : '');
  }
  return { index: slots[0]!, groups: texts };
}

/** Does a place hold between two bytes of a value? */
export function placeHolds(place: number, value: string, at: number): boolean {
  switch (place) {
    case PlaceCode.start:
      return at === 0;
    case PlaceCode.end:
      return at === value.length;
    case PlaceCode.endOrNewline:
      return at === value.length || (at === value.length - 1 && value.charCodeAt(at) === 0x0a);
    case PlaceCode.lineStart:
      return at === 0 || value.charCodeAt(at - 1) === 0x0a;
    case PlaceCode.lineEnd:
      return at === value.length || value.charCodeAt(at) === 0x0a;
    default: {
      const before = at > 0 && wordBytes.has(value.charCodeAt(at - 1) & 255);
      const behind = at < value.length && wordBytes.has(value.charCodeAt(at) & 255);
      return (before !== behind) === (place === PlaceCode.word);
    }
  }
}

/** Ways through the pattern at one offset, the preferred first. */
class Threads {
  readonly pcs: Int32Array;
  slots: Int32Array;
  count = 0;
  private readonly program: Program;
  private readonly width: number;
  private readonly mark: Uint32Array;
  private generation = 1;
  private readonly work: Int32Array;
  private readonly stack: number[] = [];

  constructor(program: Program, width: number) {
    this.program = program;
    this.width = width;
    this.pcs = new Int32Array(program.op.length);
    this.slots = new Int32Array(width * Math.min(program.op.length, 64));
    this.mark = new Uint32Array(program.op.length);
    this.work = new Int32Array(width);
  }

  clear(): void {
    this.count = 0;
    this.generation++;
  }

  /** The stack holds instructions to follow, and negative entries that put a slot's old content back. */
  add(start: number, at: number, value: string, slots: Int32Array, from: number): void {
    const { op, x, y } = this.program;
    const { stack, work } = this;
    while (op[start] === Op.jump) start += x[start]!;
    if (op[start] === Op.set) {
      // The usual case, with nothing to follow.
      if (this.mark[start] === this.generation) return;
      this.mark[start] = this.generation;
      if (at < value.length && this.program.sets[x[start]!]!.has(value.charCodeAt(at) & 255))
        this.keep(start, slots, from);
      return;
    }
    for (let slot = 0; slot < this.width; slot++) work[slot] = slots[from + slot]!;
    const byte = at < value.length ? value.charCodeAt(at) & 255 : -1;
    stack.push(start);
    while (stack.length > 0) {
      const pc = stack.pop()!;
      if (pc < 0) {
        work[-pc - 1] = stack.pop()!;
        continue;
      }
      if (this.mark[pc] === this.generation) continue;
      this.mark[pc] = this.generation;
      switch (op[pc]) {
        case Op.split:
          stack.push(pc + y[pc]!, pc + x[pc]!);
          break;
        case Op.jump:
          stack.push(pc + x[pc]!);
          break;
        case Op.save:
          if (x[pc]! < this.width) {
            stack.push(work[x[pc]!]!, -x[pc]! - 1);
            work[x[pc]!] = at;
          }
          stack.push(pc + 1);
          break;
        case Op.place:
          if (placeHolds(x[pc]!, value, at)) stack.push(pc + 1);
          break;
        case Op.set:
          // A way that the next byte ends is not kept in the first place.
          if (byte >= 0 && this.program.sets[x[pc]!]!.has(byte)) this.keep(pc, work, 0);
          break;
        default:
          this.keep(pc, work, 0);
      }
    }
  }

  private keep(pc: number, from: Int32Array, start: number): void {
    const offset = this.count * this.width;
    if (offset + this.width > this.slots.length) {
      const larger = new Int32Array(this.slots.length * 2 + this.width);
      larger.set(this.slots);
      this.slots = larger;
    }
    for (let slot = 0; slot < this.width; slot++) this.slots[offset + slot] = from[start + slot]!;
    this.pcs[this.count++] = pc;
  }
}
