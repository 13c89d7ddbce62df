import type { Node } from '../ast.ts';

/** Numbers that come out the same in every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

/** A value that the pattern likely matches: a walk through its tree that takes random ways. */
export function sample(node: Node, random: (below: number) => number, groups: string[] = []): string {
  switch (node.kind) {
    case 'set': {
      const bytes = node.set.bytes();
      const readable = bytes.filter((byte) => byte > 31 && byte < 127);
      const pool = readable.length > 0 && random(8) > 0 ? readable : bytes;
      return pool.length === 0 ? '' : String.fromCharCode(pool[random(pool.length)]!);
    }
    case 'seq':
      return node.items.map((item) => sample(item, random, groups)).join('');
    case 'alt':
      return sample(node.items[random(node.items.length)]!, random, groups);
    case 'group':
      return (groups[node.index] = sample(node.node, random, groups));
    case 'back':
      return groups[node.index] ?? '';
    case 'repeat': {
      const most = Math.min(node.max, node.min + 3);
      let text = '';
      for (let count = node.min + random(most - node.min + 1); count > 0; count--)
        text += sample(node.node, random, groups);
      return text;
    }
    case 'atomic':
      return sample(node.node, random, groups);
    default:
      return '';
  }
}

/** A near miss: some bytes changed, dropped, doubled or surrounded. */
export function disturb(value: string, random: (below: number) => number): string {
  let text = value;
  for (let turns = random(3); turns >= 0; turns--) {
    const at = random(text.length + 1);
    const char = ' \n\'"<(;a0Z_\xe9'[random(12)]!;
    const way = random(4);
    if (way === 0) text = text.slice(0, at) + char + text.slice(at);
    else if (way === 1) text = text.slice(0, at) + text.slice(at + 1);
    else if (way === 2) text = text.slice(0, at) + char + text.slice(at + 1);
    else text = char + text + char;
  }
  return text;
}
