import { width, type Node, type PatternTree } from './ast.ts';
import type { ByteSet } from './byte-set.ts';
import { first } from './relax.ts';

/** Instructions: a set consumes one byte, all others none. */
export const Op = {
  set: 0,
  split: 1,
  jump: 2,
  save: 3,
  place: 4,
  match: 5,
  look: 6,
  atomic: 7,
  back: 8,
  stepBack: 9,
  loopEnd: 10,
} as const;

export const PlaceCode = { start: 0, end: 1, endOrNewline: 2, lineStart: 3, lineEnd: 4, word: 5, notWord: 6 } as const;

/**
 * A pattern as instructions. `x` and `y` are: the set's number; the preferred and the other way of a split; a jump's
 * target; a slot; a place's code; for look and atomic the instruction after their own match (and in `y` 1 for negative);
 * a group's number (`y` 1: caseless); bytes to step back; for a loop's end the loop, and in `y` its slot. Ways of a split
 * and targets of a jump are distances from where they stand: equal parts of patterns come out equal, and pack well.
 */
export interface Program {
  readonly op: Uint8Array;
  readonly x: Int32Array | Int16Array;
  readonly y: Int32Array | Int16Array;
  readonly sets: readonly ByteSet[];
  /** Slots that `save` writes: two per group, then one per loop that could turn without consuming. */
  readonly slots: number;
  readonly groups: number;
  /** Every way in asks for the start of the value first. */
  readonly anchored: boolean;
  /** No look, atomic group, back reference or `\Z`: an automaton can run it. */
  readonly regular: boolean;
  readonly refersBack: boolean;
  readonly first: { readonly set: ByteSet | null; readonly nullable: boolean };
  /** Where they were worked out before. */
  readonly classes?: ByteClasses;
}

/** Bytes that a program cannot tell apart, numbered from 0. */
export interface ByteClasses {
  readonly of: Uint8Array;
  readonly count: number;
  /** `member[set * count + class]` is 1 when the class is in the set. */
  readonly member: Uint8Array;
  readonly word: Uint8Array;
  /** The class of `\n`, which then holds nothing else; -1 when no place asks. */
  readonly newline: number;
  readonly asksWord: boolean;
}

/** Counted repeats are written out, so this also bounds them. */
export const largestProgram = 60_000;

export class ProgramTooLarge extends Error {
  override readonly name = 'ProgramTooLarge';
}

export function compileProgram(tree: PatternTree): Program {
  const writer = new Writer(tree);
  writer.write(tree.root);
  writer.emit(Op.match, 0, 0);
  return {
    op: Uint8Array.from(writer.op),
    x: Int32Array.from(writer.x, (x, at) => (writer.op[at] === Op.split || writer.op[at] === Op.jump ? x - at : x)),
    y: Int32Array.from(writer.y, (y, at) => (writer.op[at] === Op.split ? y - at : y)),
    sets: writer.sets,
    slots: writer.slots,
    groups: tree.groups,
    anchored: startsAnchored(tree.root),
    regular: writer.regular,
    refersBack: tree.refersBack,
    first: first(tree.root),
  };
}

function startsAnchored(node: Node): boolean {
  switch (node.kind) {
    case 'place':
      return node.place === 'start';
    case 'seq':
      for (const item of node.items) {
        if (startsAnchored(item)) return true;
        if (item.kind !== 'place' && item.kind !== 'look') return false;
      }
      return false;
    case 'alt':
      return node.items.length > 0 && node.items.every(startsAnchored);
    case 'group':
    case 'atomic':
      return startsAnchored(node.node);
    case 'repeat':
      return node.min > 0 && startsAnchored(node.node);
    default:
      return false;
  }
}

class Writer {
  readonly op: number[] = [];
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly sets: ByteSet[] = [];
  regular = true;
  slots: number;
  private readonly refersBack: boolean;
  private readonly setNumbers = new Map<ByteSet | string, number>();

  constructor(tree: PatternTree) {
    this.slots = 2 * (tree.groups + 1);
    this.refersBack = tree.refersBack;
  }

  emit(op: number, x: number, y: number): number {
    if (this.op.length >= largestProgram) throw new ProgramTooLarge('the repeats of this pattern are too large');
    this.op.push(op);
    this.x.push(x);
    this.y.push(y);
    return this.op.length - 1;
  }

  write(node: Node): void {
    switch (node.kind) {
      case 'set':
        this.emit(Op.set, this.setNumber(node.set), 0);
        return;
      case 'seq':
        for (const item of node.items) this.write(item);
        return;
      case 'alt':
        this.alternatives(node.items);
        return;
      case 'repeat':
        if (node.mode === 'possessive') this.nested(Op.atomic, { ...node, mode: 'greedy' }, 0);
        else this.repeat(node);
        return;
      case 'group':
        this.emit(Op.save, 2 * node.index, 0);
        this.write(node.node);
        this.emit(Op.save, 2 * node.index + 1, 0);
        return;
      case 'atomic':
        this.nested(Op.atomic, node.node, 0);
        return;
      case 'look':
        this.nested(Op.look, node.behind ? steppedBack(node.node) : node.node, node.negative ? 1 : 0);
        return;
      case 'back':
        this.regular = false;
        this.emit(Op.back, node.index, node.caseless ? 1 : 0);
        return;
      case 'place':
        if (node.place === 'endOrNewline') this.regular = false;
        this.emit(Op.place, PlaceCode[node.place], 0);
    }
  }

  private nested(op: number, node: Node, y: number): void {
    this.regular = false;
    const at = this.emit(op, 0, y);
    if (node.kind === 'alt' && node.items.some((item) => item.kind === 'seq' && stepsOf(item) > 0)) {
      this.alternatives(node.items);
    } else this.write(node);
    this.emit(Op.match, 0, 0);
    this.x[at] = this.op.length;
  }

  private alternatives(items: readonly Node[]): void {
    const jumps: number[] = [];
    for (const [i, item] of items.entries()) {
      if (i === items.length - 1) {
        this.branch(item);
        break;
      }
      const split = this.emit(Op.split, this.op.length + 1, 0);
      this.branch(item);
      jumps.push(this.emit(Op.jump, 0, 0));
      this.y[split] = this.op.length;
    }
    for (const jump of jumps) this.x[jump] = this.op.length;
  }

  private branch(node: Node): void {
    const steps = node.kind === 'seq' ? stepsOf(node) : 0;
    if (steps > 0) this.emit(Op.stepBack, steps, 0);
    this.write(node);
  }

  private repeat(node: Extract<Node, { kind: 'repeat' }>): void {
    for (let i = 0; i < node.min; i++) this.write(node.node);
    if (node.max === Infinity) {
      this.loop(node);
      return;
    }
    const splits: number[] = [];
    for (let i = node.min; i < node.max; i++) {
      splits.push(this.emit(Op.split, 0, 0));
      this.write(node.node);
    }
    for (const split of splits) this.aim(split, split + 1, this.op.length, node.mode);
  }

  private loop(node: Extract<Node, { kind: 'repeat' }>): void {
    const split = this.emit(Op.split, 0, 0);
    // Elsewhere an instruction is never run twice at one offset; only back references forbid that short cut.
    const slot = this.refersBack && width(node.node).min === 0 ? this.slots++ : -1;
    if (slot >= 0) this.emit(Op.save, slot, 0);
    this.write(node.node);
    if (slot >= 0) this.emit(Op.loopEnd, split, slot);
    else this.emit(Op.jump, split, 0);
    this.aim(split, split + 1, this.op.length, node.mode);
  }

  private aim(split: number, inside: number, outside: number, mode: string): void {
    this.x[split] = mode === 'lazy' ? outside : inside;
    this.y[split] = mode === 'lazy' ? inside : outside;
  }

  private setNumber(set: ByteSet): number {
    let known = this.setNumbers.get(set);
    if (known !== undefined) return known;
    const key = set.key();
    known = this.setNumbers.get(key) ?? this.sets.push(set) - 1;
    this.setNumbers.set(key, known);
    this.setNumbers.set(set, known);
    return known;
  }
}

const steps = new WeakMap<Node, number>();

function stepsOf(node: Node): number {
  return steps.get(node) ?? 0;
}

/** Looking behind is stepping back by the width of each alternative and matching forward. */
function steppedBack(node: Node): Node {
  const branches = node.kind === 'alt' ? node.items : [node];
  return {
    kind: 'alt',
    items: branches.map((branch) => {
      const item: Node = { kind: 'seq', items: [branch] };
      steps.set(item, width(branch).min);
      return item;
    }),
  };
}
