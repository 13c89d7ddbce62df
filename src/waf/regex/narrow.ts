import { emptyNode, type Node } from './ast.ts';
import type { ByteSet } from './byte-set.ts';

/**
 * What is left of a pattern when a value holds only `allowed` bytes: branches that need others are cut off. Null when
 * nothing can match any more. The result matches at least what the pattern matches on such values; it is for reasoning
 * about a pattern, not for running it, so what looks around is taken to hold.
 */
export function narrow(node: Node, allowed: ByteSet): Node | null {
  switch (node.kind) {
    case 'set': {
      const set = node.set.and(allowed);
      return set.empty ? null : { kind: 'set', set };
    }
    case 'seq': {
      const items: Node[] = [];
      for (const item of node.items) {
        const kept = narrow(item, allowed);
        if (kept === null) return null;
        if (kept !== emptyNode) items.push(kept);
      }
      return items.length === 0 ? emptyNode : { kind: 'seq', items };
    }
    case 'alt': {
      const items: Node[] = [];
      for (const item of node.items) {
        const kept = narrow(item, allowed);
        if (kept !== null) items.push(kept);
      }
      return items.length === 0 ? null : items.length === 1 ? items[0]! : { kind: 'alt', items };
    }
    case 'repeat': {
      const kept = node.max === 0 ? null : narrow(node.node, allowed);
      if (kept === null) return node.min === 0 ? emptyNode : null;
      return kept === emptyNode ? emptyNode : { ...node, node: kept };
    }
    case 'group':
    case 'atomic':
      return narrow(node.node, allowed);
    case 'back':
      return node;
    default:
      return emptyNode;
  }
}
