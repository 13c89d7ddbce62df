import type { Node } from '../ast.ts';
import type { ByteSet } from '../byte-set.ts';

/** A tree as an ECMAScript pattern without flags, for comparing engines. */
export function toEcmaScript(node: Node): string {
  switch (node.kind) {
    case 'set':
      return classOf(node.set);
    case 'seq':
      return node.items
        .map((item) => (item.kind === 'alt' ? `(?:${toEcmaScript(item)})` : toEcmaScript(item)))
        .join('');
    case 'alt':
      return node.items.map(toEcmaScript).join('|');
    case 'group':
      return `(${toEcmaScript(node.node)})`;
    case 'repeat': {
      const max = node.max === Infinity ? '' : String(node.max);
      return `(?:${toEcmaScript(node.node)}){${node.min},${max}}${node.mode === 'lazy' ? '?' : ''}`;
    }
    case 'look':
      return `(?${node.behind ? '<' : ''}${node.negative ? '!' : '='}${toEcmaScript(node.node)})`;
    case 'back':
      return `(?:\\${node.index})`;
    case 'place':
      return placeOf(node.place);
    default:
      throw new Error(`no ECMAScript for ${node.kind}`);
  }
}

function placeOf(place: string): string {
  if (place === 'start') return '(?<![^])';
  if (place === 'end') return '(?![^])';
  if (place === 'lineStart') return '(?<![^\\n])';
  if (place === 'lineEnd') return '(?![^\\n])';
  if (place === 'endOrNewline') return '(?=\\n?(?![^]))';
  return place === 'word' ? '\\b' : '\\B';
}

function classOf(set: ByteSet): string {
  const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;
  let text = '';
  for (let byte = 0; byte < 256; byte++) {
    if (!set.has(byte)) continue;
    let last = byte;
    while (last < 255 && set.has(last + 1)) last++;
    text += last === byte ? hex(byte) : `${hex(byte)}-${hex(last)}`;
    byte = last;
  }
  return `[${text}]`;
}
