import { emptyNode, type Node, type PatternTree, type RepeatMode } from './ast.ts';
import { anyByte, ByteSet, notNewline } from './byte-set.ts';
import { Cursor, decimal, octal } from './cursor.ts';
import { parseClass } from './parse-class.ts';
import { byteOf, parseByteEscape } from './parse-escape.ts';
import { countGroups, groupName, parseFlags, startFlags, type Flags } from './parse-group.ts';

const largestRepeat = 65_535;
const deepestNesting = 250;

/**
 * Reads a pattern in PCRE's syntax with ModSecurity v2's meaning: dot matches newline, `$` only at the very end, bytes
 * as latin1, case folded for ASCII letters only. Throws `PatternSyntaxError`.
 */
export function parsePattern(source: string): PatternTree {
  return new Parser(source).parse();
}

class Parser {
  private readonly cursor: Cursor;
  private readonly names = new Map<string, number>();
  private readonly references: { readonly index: number; readonly at: number }[] = [];
  private readonly total: number;
  private groups = 0;
  private depth = 0;
  private holdsOn = false;

  constructor(source: string) {
    this.cursor = new Cursor(source);
    this.total = countGroups(source);
  }

  parse(): PatternTree {
    const root = this.alternatives({ ...startFlags });
    if (!this.cursor.done) this.cursor.fail('this ) closes nothing');
    for (const { index, at } of this.references) {
      if (index > this.groups || index < 1) this.cursor.fail(`there is no group ${index} to refer back to`, at);
    }
    return { root, groups: this.groups, refersBack: this.references.length > 0, holdsOn: this.holdsOn };
  }

  /** Up to `)` or the end. The flags object is this group's own: an inline flag lasts until the group ends. */
  private alternatives(flags: Flags): Node {
    const branches: Node[] = [];
    let items: Node[] = [];
    while (!this.cursor.done && this.cursor.peek() !== ')') {
      if (this.cursor.take('|')) {
        branches.push(sequence(items));
        items = [];
        continue;
      }
      const atom = this.atom(flags);
      if (atom !== null) for (const node of atom) items.push(node);
    }
    if (branches.length === 0) return sequence(items);
    branches.push(sequence(items));
    return { kind: 'alt', items: branches };
  }

  private atom(flags: Flags): readonly Node[] | null {
    const at = this.cursor.position;
    const char = this.cursor.next();
    switch (char) {
      case '(': {
        const group = this.group(flags, at);
        return group === null ? null : [this.quantified(group, flags)];
      }
      case '[':
        return [this.quantified({ kind: 'set', set: parseClass(this.cursor, flags.i) }, flags)];
      case '.':
        return [this.quantified({ kind: 'set', set: flags.s ? anyByte : notNewline }, flags)];
      case '^':
        return [this.quantified({ kind: 'place', place: flags.m ? 'lineStart' : 'start' }, flags)];
      case '$':
        return [this.quantified({ kind: 'place', place: flags.m ? 'lineEnd' : 'end' }, flags)];
      case '\\':
        return this.escape(flags, at);
      case '*':
      case '+':
      case '?':
        return this.cursor.fail(`there is nothing for ${char} to repeat`, at);
      case '#':
        if (!flags.x) break;
        this.cursor.position = this.endOfComment();
        return null;
      default:
        if (flags.x && /\s/.test(char)) return null;
    }
    return [this.quantified(literal(byteOf(this.cursor, char, at), flags), flags)];
  }

  private endOfComment(): number {
    const end = this.cursor.source.indexOf('\n', this.cursor.position);
    return end < 0 ? this.cursor.source.length : end + 1;
  }

  private escape(flags: Flags, at: number): readonly Node[] | null {
    if (this.cursor.take('E')) return null;
    if (this.cursor.take('Q')) return this.quoted(flags);
    const bytes = parseByteEscape(this.cursor, false);
    if (bytes !== null) {
      const node: Node = typeof bytes === 'number' ? literal(bytes, flags) : { kind: 'set', set: bytes };
      return [this.quantified(node, flags)];
    }
    return [this.quantified(this.special(flags, at), flags)];
  }

  private quoted(flags: Flags): readonly Node[] {
    const end = this.cursor.source.indexOf('\\E', this.cursor.position);
    const from = this.cursor.position;
    const text = this.cursor.source.slice(from, end < 0 ? undefined : end);
    this.cursor.position = end < 0 ? this.cursor.source.length : end + 2;
    const nodes = Array.from(text, (char, i) => literal(byteOf(this.cursor, char, from + i), flags));
    const last = nodes.pop();
    return last === undefined ? [] : [...nodes, this.quantified(last, flags)];
  }

  private special(flags: Flags, at: number): Node {
    const char = this.cursor.peek();
    if (decimal.includes(char)) return this.numbered(flags, at);
    this.cursor.position++;
    switch (char) {
      case 'A':
        return { kind: 'place', place: 'start' };
      case 'z':
        return { kind: 'place', place: 'end' };
      case 'Z':
        return { kind: 'place', place: 'endOrNewline' };
      case 'b':
        return { kind: 'place', place: 'word' };
      case 'B':
        return { kind: 'place', place: 'notWord' };
      case 'R':
        return lineEnding;
      case 'k':
        return this.backTo(this.index(groupName(this.cursor, at), at), flags, at);
      case 'g': {
        const braced = this.cursor.take('{');
        const minus = this.cursor.take('-');
        const digitsRun = this.cursor.run(decimal);
        if (digitsRun === '' && braced)
          return this.backTo(this.index(this.cursor.until('}', 'a } is missing'), at), flags, at);
        if (digitsRun === '' || (braced && !this.cursor.take('}'))) break;
        return this.backTo(minus ? this.groups + 1 - Number(digitsRun) : Number(digitsRun), flags, at);
      }
      default:
    }
    return this.cursor.fail(`\\${char} is not supported`, at);
  }

  /** `\1` to `\9` always refer back; longer numbers do when there are that many groups, and are octal otherwise. */
  private numbered(flags: Flags, at: number): Node {
    const from = this.cursor.position;
    const index = Number(this.cursor.run(decimal));
    if (index < 10 || index <= this.total) return this.backTo(index, flags, at);
    this.cursor.position = from;
    const digitsRun = this.cursor.run(octal, 3);
    if (digitsRun === '') return this.cursor.fail(`there is no group ${index} to refer back to`, at);
    return literal(Number.parseInt(digitsRun, 8) & 0xff, flags);
  }

  private backTo(index: number, flags: Flags, at: number): Node {
    this.references.push({ index, at });
    return { kind: 'back', index, caseless: flags.i };
  }

  private index(name: string, at: number): number {
    return this.names.get(name) ?? this.cursor.fail(`there is no group called ${name}`, at);
  }

  /** After `(`. Null for what leaves nothing in the tree: a comment, or flags for the rest of this group. */
  private group(flags: Flags, at: number): Node | null {
    if (this.cursor.sees('*')) return this.cursor.fail('verbs such as (*SKIP) are not supported', at);
    if (!this.cursor.take('?')) return flags.n ? this.body(flags, at) : this.capture(flags, at);
    if (this.cursor.take('#')) {
      this.cursor.until(')', 'this comment is never closed');
      return null;
    }
    if (this.cursor.take(':')) return this.body(flags, at);
    if (this.cursor.take('>')) {
      this.holdsOn = true;
      return { kind: 'atomic', node: this.body(flags, at) };
    }
    for (const [text, behind, negative] of lookarounds) {
      if (this.cursor.take(text)) return { kind: 'look', behind, negative, node: this.body(flags, at) };
    }
    if (this.cursor.take('P=')) {
      return this.backTo(this.index(this.cursor.until(')', 'a ) is missing'), at), flags, at);
    }
    if (this.cursor.sees('P<') || this.cursor.sees('<') || this.cursor.sees("'")) {
      this.cursor.take('P');
      const name = groupName(this.cursor, at);
      if (this.names.has(name)) this.cursor.fail(`two groups are called ${name}`, at);
      this.names.set(name, this.groups + 1);
      return this.capture(flags, at);
    }
    const inner = parseFlags(this.cursor, flags, at);
    if (this.cursor.take(':')) return this.body(inner, at);
    if (!this.cursor.take(')')) return this.cursor.fail('this kind of group is not supported', at);
    Object.assign(flags, inner);
    return null;
  }

  private capture(flags: Flags, at: number): Node {
    const index = ++this.groups;
    return { kind: 'group', index, node: this.body(flags, at) };
  }

  private body(flags: Flags, at: number): Node {
    if (++this.depth > deepestNesting) this.cursor.fail('groups are nested too deeply', at);
    const node = this.alternatives({ ...flags });
    this.depth--;
    if (!this.cursor.take(')')) this.cursor.fail('this group is never closed', at);
    return node;
  }

  private quantified(node: Node, flags: Flags): Node {
    let result = node;
    for (;;) {
      if (flags.x) this.cursor.run(' \t\n\v\f\r');
      const bounds = this.bounds();
      if (bounds === null) return result;
      const mode: RepeatMode = this.cursor.take('?') ? 'lazy' : this.cursor.take('+') ? 'possessive' : 'greedy';
      if (mode === 'possessive') this.holdsOn = true;
      result = { kind: 'repeat', node: result, min: bounds.min, max: bounds.max, mode };
    }
  }

  private bounds(): { readonly min: number; readonly max: number } | null {
    if (this.cursor.take('*')) return { min: 0, max: Infinity };
    if (this.cursor.take('+')) return { min: 1, max: Infinity };
    if (this.cursor.take('?')) return { min: 0, max: 1 };
    // A brace that does not open a count stands for itself.
    if (this.cursor.peek() !== '{') return null;
    const match = /^\{(\d+)(?:(,)(\d*))?\}/.exec(
      this.cursor.source.slice(this.cursor.position, this.cursor.position + 16),
    );
    if (match === null) return null;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3]);
    if (min > largestRepeat || (max !== Infinity && max > largestRepeat)) this.cursor.fail('this count is too large');
    if (max < min) this.cursor.fail('this count runs backwards');
    this.cursor.position += match[0].length;
    return { min, max };
  }
}

const lookarounds: readonly (readonly [string, boolean, boolean])[] = [
  ['=', false, false],
  ['!', false, true],
  ['<=', true, false],
  ['<!', true, true],
];

const lineEnding: Node = {
  kind: 'alt',
  items: [
    sequence([
      { kind: 'set', set: ByteSet.of(0x0d) },
      { kind: 'set', set: ByteSet.of(0x0a) },
    ]),
    { kind: 'set', set: ByteSet.of(0x0a, 0x0b, 0x0c, 0x0d, 0x85) },
  ],
};

const literals = new Map<number, Node>();

/** One node per byte and case, shared by all patterns: most of a tree is such nodes. */
function literal(byte: number, flags: Flags): Node {
  const key = flags.i ? byte + 256 : byte;
  let node = literals.get(key);
  if (node === undefined) {
    const set = ByteSet.of(byte);
    node = { kind: 'set', set: flags.i ? set.caseless() : set };
    literals.set(key, node);
  }
  return node;
}

function sequence(items: readonly Node[]): Node {
  if (items.length === 0) return emptyNode;
  return items.length === 1 ? items[0]! : { kind: 'seq', items };
}
