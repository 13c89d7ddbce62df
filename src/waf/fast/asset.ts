import type { RuleSet } from '../rule.ts';
import type { SourcePlace } from '../rule-error.ts';
import type { Prepared } from './prepared.ts';

/** What a cold start reads instead of building: the rules, the files that they name, and the screen's tables. */
export interface Asset {
  /** Of the rules and files; two assets of the same rules have the same. */
  readonly hash: string;
  readonly set: RuleSet;
  /** By path, as rules name them. */
  readonly files: ReadonlyMap<string, string>;
  readonly prepared: Prepared;
}

const magic = 0x41575053;
/** Goes up whenever a reader of the older layout would read nonsense. */
const layout = 1;
const fields = [
  'classes',
  'next',
  'tableStarts',
  'texts',
  'starts',
  'asks',
  'open',
  'groups',
  'shortest',
  'never',
] as const;
type Section = Uint8Array | Uint16Array | Uint32Array | Int32Array;

/** Bytes to keep in a file: little-endian, a header in JSON, then the tables as they are. */
export function writeAsset(
  set: RuleSet,
  files: ReadonlyMap<string, string>,
  prepared: Prepared,
): Uint8Array<ArrayBuffer> {
  const places = new Map<string, number>();
  const rules = JSON.stringify(set, (_, value: unknown) =>
    isPlace(value) ? [numberOf(places, value.file), value.line] : value,
  );
  const rest = { files: [...files], stride: prepared.stride, firstLoud: prepared.firstLoud };
  const sections: Section[] = fields.map((name) => prepared[name]);
  const sizes = sections.map((section) => section.length);
  const hash = fingerprint(rules + JSON.stringify([...files]));
  const header = JSON.stringify({ hash, sizes, places: [...places.keys()], ...rest, rules });
  const text = new TextEncoder().encode(header);
  const start = 12 + ((text.length + 3) & ~3);
  const bytes = new Uint8Array(sections.reduce((at, section) => at + ((section.byteLength + 3) & ~3), start));
  new Uint32Array(bytes.buffer, 0, 3).set([magic, layout, text.length]);
  bytes.set(text, 12);
  let at = start;
  for (const section of sections) {
    bytes.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), at);
    at += (section.byteLength + 3) & ~3;
  }
  return bytes;
}

interface Header {
  readonly hash: string;
  readonly sizes: readonly number[];
  readonly places: readonly string[];
  readonly files: readonly (readonly [string, string])[];
  readonly stride: number;
  readonly firstLoud: number;
  readonly rules: string;
}

/** Reads what `writeAsset` wrote; throws when it is something else, or of another layout. Nothing is compiled. */
export function readAsset(given: Uint8Array): Asset {
  // Tables are views into the bytes, so these have to begin at a multiple of four.
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  const head = new Uint32Array(bytes.buffer, bytes.byteOffset, 3);
  if (bytes.byteLength < 12 || head[0] !== magic) throw new Error('this is no rule asset');
  if (head[1] !== layout)
    throw new Error(`this rule asset has layout ${head[1]}, layout ${layout} is read: write it again`);
  const length = head[2]!;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + length))) as Header;
  let at = bytes.byteOffset + 12 + ((length + 3) & ~3);
  const sections: Section[] = fields.map((name, i) => {
    const size = header.sizes[i]!;
    const section = new kinds[name](bytes.buffer as ArrayBuffer, at, size);
    at += (section.byteLength + 3) & ~3;
    return section;
  });
  const prepared = Object.fromEntries(fields.map((name, i) => [name, sections[i]!])) as unknown as Prepared;
  const { stride, firstLoud, hash, files, places, rules } = header;
  const set = withPlaces(JSON.parse(rules), places) as RuleSet;
  return { hash, set, files: new Map(files), prepared: { ...prepared, stride, firstLoud } };
}

const kinds = {
  classes: Uint8Array,
  next: Uint16Array,
  tableStarts: Uint32Array,
  texts: Uint16Array,
  starts: Uint32Array,
  asks: Uint32Array,
  open: Uint32Array,
  groups: Int32Array,
  shortest: Uint16Array,
  never: Uint8Array,
} as const;

function isPlace(value: unknown): value is SourcePlace {
  return typeof value === 'object' && value !== null && 'file' in value && 'line' in value;
}

function numberOf(places: Map<string, number>, file: string): number {
  let number = places.get(file);
  if (number === undefined) places.set(file, (number = places.size));
  return number;
}

/** Puts `{ file, line }` back wherever a place was written as two numbers. */
function withPlaces(value: unknown, places: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (const part of value) withPlaces(part, places);
    return value;
  }
  const object = value as Record<string, unknown>;
  for (const key in object) {
    const part = object[key];
    if (typeof part !== 'object' || part === null) continue;
    if (key === 'place') {
      const [file, line] = part as [number, number];
      object[key] = { file: places[file], line };
    } else if (key !== 'tags') withPlaces(part, places);
  }
  return value;
}

/** FNV-1a in two halves: it tells rule sets apart, and keeps no secret. */
function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ (text.charCodeAt(i) + i), 0x01000193);
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
