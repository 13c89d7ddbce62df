/** One file of text and tables. Tables lie in it as they are, so that reading it is looking at its bytes. */

const magic = 0x41575053;
/** Goes up whenever a reader of the older layout, or an engine that decides otherwise, would read nonsense. */
const layout = 3;
const headWords = 5;

type Kind = 'u8' | 'u16' | 'i16' | 'u32' | 'i32';
const arrays = { u8: Uint8Array, u16: Uint16Array, i16: Int16Array, u32: Uint32Array, i32: Int32Array } as const;

export type Table = Uint8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

/** What a container holds: anything that JSON can say, and tables by name. */
export interface Contents<Said = unknown> {
  readonly said: Said;
  readonly tables: Readonly<Record<string, Table>>;
}

interface Head {
  readonly said: unknown;
  readonly tables: readonly (readonly [name: string, kind: Kind, start: number, length: number])[];
}

const padded = (bytes: number): number => (bytes + 3) & ~3;

export function pack({ said, tables }: Contents): Uint8Array<ArrayBuffer> {
  const listed: [string, Kind, number, number][] = [];
  let size = 0;
  for (const [name, table] of Object.entries(tables)) {
    listed.push([name, kindOf(table), size, table.length]);
    size += padded(table.byteLength);
  }
  const text = new TextEncoder().encode(JSON.stringify({ said, tables: listed } satisfies Head));
  const start = headWords * 4 + padded(text.length);
  const bytes = new Uint8Array(start + size);
  bytes.set(text, headWords * 4);
  for (const [name, , at] of listed) {
    const table = tables[name]!;
    bytes.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), start + at);
  }
  const head = new Uint32Array(bytes.buffer, 0, headWords);
  head.set([magic, layout, bytes.length, 0, text.length]);
  head[3] = checksum(bytes);
  return bytes;
}

function kindOf(table: Table): Kind {
  if (table instanceof Uint8Array) return 'u8';
  if (table instanceof Uint16Array) return 'u16';
  if (table instanceof Int16Array) return 'i16';
  return table instanceof Uint32Array ? 'u32' : 'i32';
}

/** Throws when the bytes are something else, of another layout, or not as they were written. */
export function unpack(given: Uint8Array): Contents {
  // Tables are views into the bytes, so these have to begin at a multiple of four.
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  const { buffer, byteOffset } = bytes;
  if (bytes.length < headWords * 4) throw new Error('this is no rule asset');
  const [is, of, length, sum, chars] = new Uint32Array(buffer, byteOffset, headWords);
  if (is !== magic) throw new Error('this is no rule asset');
  if (of !== layout) throw new Error(`this rule asset has layout ${of}, layout ${layout} is read: write it again`);
  if (length !== bytes.length)
    throw new Error(`this rule asset has ${bytes.length} bytes of ${length}: write it again`);
  if (sum !== checksum(bytes)) throw new Error('this rule asset is damaged: write it again');
  const text = bytes.subarray(headWords * 4, headWords * 4 + chars!);
  const { said, tables } = JSON.parse(new TextDecoder().decode(text)) as Head;
  const start = byteOffset + headWords * 4 + padded(chars!);
  const found = tables.map(([name, kind, at, count]) => [
    name,
    new arrays[kind](buffer as ArrayBuffer, start + at, count),
  ]);
  return { said, tables: Object.fromEntries(found) as Contents['tables'] };
}

/**
 * Over a word in each 128 bytes. It tells that something was cut out, overwritten or never arrived, not that somebody
 * meant it; reading all words would take as long as everything else together.
 */
function checksum(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let sum = 1;
  for (let at = headWords; at < words.length; at += 32) sum = ((sum << 1) | (sum >>> 31)) ^ words[at]!;
  return sum >>> 0;
}
