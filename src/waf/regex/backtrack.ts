import { meter } from './meter.ts';
import type { PatternMatch } from './pattern.ts';
import { placeHolds, toMatch } from './pike.ts';
import { Op, type Program } from './program.ts';

/** Instructions that one search may take before it is cut off, whatever the value. About a tenth of a second. */
const stepBudget = 4_000_000;
/** Largest table of (instruction, offset) pairs that were tried before, in bits. */
const largestMemory = 1 << 25;

/**
 * For the few patterns that no automaton can run: looking around, atomic groups, back references. Tries one way after
 * the other, remembers which (instruction, offset) failed, so that without back references time stays linear in the
 * value; and is cut off by a budget where it cannot be.
 */
export class Backtracker {
  private readonly program: Program;
  private value = '';
  private budget = 0;
  private slots: Int32Array;
  private visited: Uint32Array | null = null;

  constructor(program: Program) {
    this.program = program;
    this.slots = new Int32Array(program.slots);
  }

  /** `'cut'` when the budget ran out before there was an answer. */
  search(value: string): PatternMatch | null | 'cut' {
    const { program } = this;
    const given = Math.min(stepBudget, meter.left);
    this.budget = given;
    const bits = program.op.length * (value.length + 1);
    const remembers = !program.refersBack && bits <= largestMemory;
    this.visited = remembers ? new Uint32Array((bits >>> 5) + 1) : null;
    const found = this.everywhere(value);
    meter.left -= given - Math.max(0, this.budget);
    return found;
  }

  /** Instructions that the search takes where nothing is remembered, as in engines that only backtrack; at most `most`. */
  naiveSteps(value: string, most: number): number {
    this.budget = most;
    this.visited = null;
    this.everywhere(value);
    return most - Math.max(0, this.budget);
  }

  private everywhere(value: string): PatternMatch | null | 'cut' {
    const { program } = this;
    this.value = value;
    const { set, nullable } = program.first;
    for (let at = 0; at <= value.length; at++) {
      const mayStart = nullable || set === null || (at < value.length && set.has(value.charCodeAt(at) & 255));
      if (mayStart) {
        this.slots.fill(-1);
        const end = this.run(0, at, this.visited);
        if (this.budget <= 0) return 'cut';
        if (end >= 0) {
          this.slots[0] = at;
          this.slots[1] = end;
          return toMatch(value, this.slots, Math.min(program.groups + 1, 10));
        }
      }
      if (program.anchored) break;
    }
    return null;
  }

  /** The end of the first match from `pc` at `start`, or -1. Stack entries are triples: (pc, at, 0) or (slot, old, 1). */
  private run(pc: number, start: number, visited: Uint32Array | null): number {
    const { op, x, y, sets } = this.program;
    const { value, slots } = this;
    const stack: number[] = [];
    const width = value.length + 1;
    let at = start;
    let here = pc;
    for (;;) {
      if (--this.budget <= 0) return -1;
      let fails = false;
      if (visited !== null) {
        const bit = here * width + at;
        if ((visited[bit >>> 5]! & (1 << (bit & 31))) !== 0) fails = true;
        else visited[bit >>> 5]! |= 1 << (bit & 31);
      }
      if (!fails) {
        switch (op[here]) {
          case Op.set:
            if (at < value.length && sets[x[here]!]!.has(value.charCodeAt(at) & 255)) {
              at++;
              here++;
            } else fails = true;
            break;
          case Op.split:
            stack.push(here + y[here]!, at, 0);
            here += x[here]!;
            break;
          case Op.jump:
            here += x[here]!;
            break;
          case Op.save:
            stack.push(x[here]!, slots[x[here]!]!, 1);
            slots[x[here]!] = at;
            here++;
            break;
          case Op.place:
            if (placeHolds(x[here]!, value, at)) here++;
            else fails = true;
            break;
          case Op.match:
            return at;
          case Op.look: {
            const hit = this.inner(here + 1, at) >= 0;
            if (hit === (y[here] === 0)) here = x[here]!;
            else fails = true;
            break;
          }
          case Op.atomic: {
            const end = this.inner(here + 1, at);
            if (end >= 0) {
              at = end;
              here = x[here]!;
            } else fails = true;
            break;
          }
          case Op.back: {
            const end = this.refer(x[here]!, at, y[here] === 1);
            if (end >= 0) {
              at = end;
              here++;
            } else fails = true;
            break;
          }
          case Op.stepBack:
            if (at >= x[here]!) {
              at -= x[here]!;
              here++;
            } else fails = true;
            break;
          default:
            // A turn of a loop that consumed nothing does not turn again.
            here = at === slots[y[here]!] ? here + 1 : x[here]!;
        }
      }
      if (!fails) continue;
      for (;;) {
        if (stack.length === 0) return -1;
        const kind = stack.pop()!;
        const second = stack.pop()!;
        const first = stack.pop()!;
        if (kind === 1) slots[first] = second;
        else {
          here = first;
          at = second;
          break;
        }
      }
    }
  }

  /** A body with a match of its own. Its memory is its own too, because a success is not remembered as one. */
  private inner(pc: number, at: number): number {
    return this.run(pc, at, null);
  }

  private refer(group: number, at: number, caseless: boolean): number {
    const from = this.slots[2 * group]!;
    const to = this.slots[2 * group + 1]!;
    if (from < 0 || to < from) return -1;
    const length = to - from;
    if (at + length > this.value.length) return -1;
    for (let i = 0; i < length; i++) {
      const a = this.value.charCodeAt(from + i);
      const b = this.value.charCodeAt(at + i);
      if (a !== b && !(caseless && fold(a) === fold(b))) return -1;
    }
    return at + length;
  }
}

function fold(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 32 : code;
}
