import type { Node } from './ast.ts';
import { ByteSet } from './byte-set.ts';

/** Which bytes can come first, and whether nothing at all can. `set` is null when it cannot be told. */
export interface First {
  readonly set: ByteSet | null;
  readonly nullable: boolean;
}

const nothing: First = { set: new ByteSet(), nullable: true };
const end: First = { set: new ByteSet(), nullable: false };

export function first(node: Node): First {
  switch (node.kind) {
    case 'set':
      return { set: node.set, nullable: false };
    case 'seq':
      return node.items.reduceRight<First>((after, item) => then(first(item), after), nothing);
    case 'alt':
      return node.items.map(first).reduce(either);
    case 'repeat': {
      const inner = first(node.node);
      return node.max === 0 ? nothing : { set: inner.set, nullable: inner.nullable || node.min === 0 };
    }
    case 'group':
    case 'atomic':
      return first(node.node);
    case 'back':
      return { set: null, nullable: true };
    default:
      return nothing;
  }
}

function then(head: First, after: First): First {
  if (!head.nullable) return head;
  if (head.set === null || after.set === null) return { set: null, nullable: after.nullable };
  return { set: head.set.or(after.set), nullable: after.nullable };
}

function either(a: First, b: First): First {
  return { set: a.set === null || b.set === null ? null : a.set.or(b.set), nullable: a.nullable || b.nullable };
}

/**
 * Turns possessive and atomic repeats of one set into greedy ones where that changes nothing: what follows cannot begin
 * with a byte of the set, so giving bytes back could never help. Such patterns then run in the automaton.
 */
export function relax(node: Node, after: First = end): Node {
  switch (node.kind) {
    case 'seq': {
      const items: Node[] = [];
      let follow = after;
      for (const item of node.items.toReversed()) {
        items.push(relax(item, follow));
        follow = followed(item, follow);
      }
      return { kind: 'seq', items: items.reverse() };
    }
    case 'alt':
      return { kind: 'alt', items: node.items.map((item) => relax(item, after)) };
    case 'group':
      return { ...node, node: relax(node.node, after) };
    case 'atomic': {
      const inner = relax(node.node, after);
      return inner.kind === 'set' || inner.kind === 'place' || greedy(inner, after) ? inner : { ...node, node: inner };
    }
    case 'repeat': {
      const inner = relax(node.node, then(either(first(node.node), nothing), after));
      const repeat: Node = { ...node, node: inner };
      const relaxed: Node = { ...node, node: inner, mode: 'greedy' };
      return node.mode === 'possessive' && greedy(relaxed, after) ? relaxed : repeat;
    }
    default:
      return node;
  }
}

function greedy(node: Node, after: First): boolean {
  if (node.kind !== 'repeat' || node.mode !== 'greedy' || node.node.kind !== 'set') return false;
  return after.set !== null && !after.nullable && !after.set.meets(node.node.set) && node.max === Infinity;
}

/** What comes first from `item` on. A look or a place could succeed after fewer bytes where it fails after more. */
function followed(item: Node, after: First): First {
  if (item.kind === 'place' && item.place === 'end') return end;
  return item.kind === 'look' || item.kind === 'place' ? { set: null, nullable: false } : then(first(item), after);
}
