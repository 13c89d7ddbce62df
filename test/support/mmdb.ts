/**
 * A writer of address databases, small and slow, after the published MaxMind DB file format 2.0: a binary search tree of
 * 24-bit records over the bits of an address, sixteen zero bytes, a data section, a marker and the metadata.
 */
type Value = string | number | readonly Value[] | { readonly [name: string]: Value };

interface Node {
  zero: Node | Leaf | null;
  one: Node | Leaf | null;
}
interface Leaf {
  readonly at: number;
}

const isLeaf = (given: Node | Leaf | null): given is Leaf => given !== null && 'at' in given;

/** `networks`: address in text, prefix length, what is known there. IPv4 stands where IPv6 maps it: under `::/96`. */
export function mmdb(
  networks: readonly (readonly [address: string, bits: number, value: Value])[],
  version: 4 | 6 = 6,
): Buffer {
  const data: Buffer[] = [];
  let size = 0;
  const root: Node = { zero: null, one: null };
  for (const [address, length, value] of networks) {
    const bytes = encode(value);
    const v4 = address.includes('.');
    const bits = (v4 ? (version === 6 ? '0'.repeat(96) : '') + bitsOf4(address) : bitsOf6(address)).slice(
      0,
      length + (v4 && version === 6 ? 96 : 0),
    );
    insert(root, bits, { at: size });
    data.push(bytes);
    size += bytes.length;
  }
  const nodes: Node[] = [];
  const number = new Map<Node, number>();
  const walk = (node: Node): void => {
    number.set(node, nodes.length);
    nodes.push(node);
    for (const child of [node.zero, node.one]) if (child && !isLeaf(child)) walk(child);
  };
  walk(root);
  const tree = Buffer.alloc(nodes.length * 6);
  const record = (child: Node | Leaf | null): number =>
    child === null ? nodes.length : isLeaf(child) ? nodes.length + 16 + child.at : (number.get(child) as number);
  nodes.forEach((node, at) => {
    tree.writeUIntBE(record(node.zero), at * 6, 3);
    tree.writeUIntBE(record(node.one), at * 6 + 3, 3);
  });
  const metadata = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version: version,
    database_type: 'Test-City',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_767_225_600,
    description: { en: 'made for a test' },
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), metadata]);
}

function insert(root: Node, bits: string, leaf: Leaf): void {
  let node = root;
  for (const [at, bit] of Array.from(bits).entries()) {
    const side = bit === '0' ? 'zero' : 'one';
    if (at === bits.length - 1) {
      node[side] = leaf;
      return;
    }
    const next = node[side];
    if (isLeaf(next)) throw new Error('a network inside another');
    node = node[side] = next ?? { zero: null, one: null };
  }
}

const binary = (value: number, width: number): string => value.toString(2).padStart(width, '0');
const bitsOf4 = (address: string): string =>
  address
    .split('.')
    .map((part) => binary(Number(part), 8))
    .join('');
function bitsOf6(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...middle, ...after].map((group) => binary(Number.parseInt(group, 16), 16)).join('');
}

/** Type in the three high bits of the control byte, size in the low five; kinds above seven take a byte more. */
function control(kind: number, size: number): Buffer {
  const low = size < 29 ? size : size < 285 ? 29 : 30;
  const bytes = [(kind <= 7 ? kind << 5 : 0) | low];
  if (kind > 7) bytes.push(kind - 7);
  if (low === 29) bytes.push(size - 29);
  if (low === 30) bytes.push((size - 285) >> 8, (size - 285) & 0xff);
  return Buffer.from(bytes);
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8');
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0) {
      const hex = value === 0 ? '' : value.toString(16).padStart(Math.ceil(value.toString(16).length / 2) * 2, '0');
      const bytes = Buffer.from(hex, 'hex');
      return Buffer.concat([control(6, bytes.length), bytes]);
    }
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const pairs = Object.entries(value);
  return Buffer.concat([control(7, pairs.length), ...pairs.flatMap(([name, each]) => [encode(name), encode(each)])]);
}
