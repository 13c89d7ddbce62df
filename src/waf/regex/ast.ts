import type { ByteSet } from './byte-set.ts';

/** Places that a pattern can ask about without consuming a byte. */
export type Place = 'start' | 'end' | 'endOrNewline' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';

export type RepeatMode = 'greedy' | 'lazy' | 'possessive';

/** A pattern as a tree. Case and flags are already worked into the sets, so a node means the same wherever it stands. */
export type Node =
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'seq'; readonly items: readonly Node[] }
  | { readonly kind: 'alt'; readonly items: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly node: Node;
      readonly min: number;
      /** `Infinity` for no upper bound. */
      readonly max: number;
      readonly mode: RepeatMode;
    }
  /** A group that captures; counted from 1. */
  | { readonly kind: 'group'; readonly index: number; readonly node: Node }
  | { readonly kind: 'atomic'; readonly node: Node }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly node: Node }
  | { readonly kind: 'back'; readonly index: number; readonly caseless: boolean }
  | { readonly kind: 'place'; readonly place: Place };

export interface PatternTree {
  readonly root: Node;
  /** Number of capturing groups, group 0 not counted. */
  readonly groups: number;
  /** There are back references. */
  readonly refersBack: boolean;
  /** There are atomic groups or possessive repeats. */
  readonly holdsOn: boolean;
}

export const emptyNode: Node = { kind: 'seq', items: [] };

export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'seq':
    case 'alt':
      return node.items;
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return [node.node];
    default:
      return [];
  }
}

export function some(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || children(node).some((child) => some(child, test));
}

/** Fewest and most bytes that a node consumes. A back reference may be anything from nothing on. */
export function width(node: Node): { readonly min: number; readonly max: number } {
  switch (node.kind) {
    case 'set':
      return { min: 1, max: 1 };
    case 'seq': {
      let min = 0;
      let max = 0;
      for (const item of node.items) {
        const inner = width(item);
        min += inner.min;
        max += inner.max;
      }
      return { min, max };
    }
    case 'alt': {
      let min = Infinity;
      let max = 0;
      for (const item of node.items) {
        const inner = width(item);
        min = Math.min(min, inner.min);
        max = Math.max(max, inner.max);
      }
      return { min: node.items.length === 0 ? 0 : min, max };
    }
    case 'repeat': {
      const inner = width(node.node);
      const max = inner.max === 0 || node.max === 0 ? 0 : inner.max * node.max;
      return { min: inner.min * node.min, max };
    }
    case 'group':
    case 'atomic':
      return width(node.node);
    case 'back':
      return { min: 0, max: Infinity };
    default:
      return { min: 0, max: 0 };
  }
}
