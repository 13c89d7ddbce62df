import type { Node } from './ast.ts';
import { ByteSet } from './byte-set.ts';
import { narrow } from './narrow.ts';

/**
 * What a value must hold for a pattern to match it; weaker than the pattern, and cheap to ask.
 */
export interface Requirement {
  /** One of these texts, in lower case, at least two bytes each, must be there; null when no such list exists. */
  readonly literals: readonly string[] | null;
  /** Of each of these sets at least one byte must be there. */
  readonly bytes: readonly ByteSet[];
}

/** Longest text that is asked for: longer ones hardly exclude more values. */
const longestLiteral = 6;
/** Most texts that stand side by side while a sequence is followed. */
const mostCombined = 200;
const mostLiterals = 2_000;

/** Null when no value of `allowed` bytes can match. */
export function requirementOf(root: Node, allowed: ByteSet): Requirement | null {
  const node = narrow(root, allowed);
  if (node === null) return null;
  const facts = walk(node);
  const options = [...facts.options, ...(facts.exact === null ? [] : [facts.exact])];
  let best: readonly string[] | null = null;
  for (const option of options) best = better(best, option);
  const literals = best === null ? null : tidy(best);
  return { literals, bytes: distinct(facts.bytes) };
}

interface Facts {
  /** Every text that the node matches, when they are few; lower case. */
  readonly exact: readonly string[] | null;
  /** Lists of texts of which one must occur in whatever the node matches. */
  readonly options: readonly (readonly string[])[];
  readonly bytes: readonly ByteSet[];
}

const nothingNeeded: Facts = { exact: null, options: [], bytes: [] };
const emptyText: Facts = { exact: [''], options: [], bytes: [] };

function walk(node: Node): Facts {
  switch (node.kind) {
    case 'set':
      return setFacts(node.set);
    case 'seq':
      return sequence(node.items.map(walk));
    case 'alt':
      return alternatives(node.items.map(walk));
    case 'group':
    case 'atomic':
      return walk(node.node);
    case 'repeat': {
      const inner = walk(node.node);
      if (node.max === 1) return alternatives([inner, emptyText]);
      if (node.min === 0) return nothingNeeded;
      const copies = Math.min(node.min, longestLiteral);
      const parts = Array.from({ length: copies }, () => inner);
      return sequence(node.max === node.min && copies === node.min ? parts : [...parts, nothingNeeded]);
    }
    case 'back':
      return nothingNeeded;
    default:
      return emptyText;
  }
}

function setFacts(set: ByteSet): Facts {
  const size = set.size;
  if (size > 16) return { ...nothingNeeded, bytes: [set] };
  const texts = new Set(set.bytes().map((byte) => String.fromCharCode(lower(byte))));
  return { exact: texts.size > 8 ? null : [...texts], options: [], bytes: [set] };
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

/** Follows a sequence: texts grow while they are few, and become an option where that ends. */
function sequence(parts: readonly Facts[]): Facts {
  const options: (readonly string[])[] = [];
  const bytes: ByteSet[] = [];
  let current: readonly string[] = [''];
  let whole = true;
  const close = (): void => {
    whole = false;
    if (useful(current)) options.push(current);
    current = [''];
  };
  for (const part of parts) {
    options.push(...part.options);
    bytes.push(...part.bytes);
    if (part.exact === null) {
      close();
      continue;
    }
    if (current.length * part.exact.length > mostCombined) close();
    if (part.exact.length > mostCombined) {
      if (useful(part.exact)) options.push(part.exact);
      continue;
    }
    // A text that is long enough already gains nothing by growing in many ways.
    if (part.exact.length > 1 && current.every((text) => text.length >= longestLiteral)) close();
    current = [...new Set(current.flatMap((head) => part.exact!.map((tail) => head + tail)))];
  }
  if (whole) return { exact: current, options, bytes };
  if (useful(current)) options.push(current);
  return { exact: null, options, bytes };
}

function alternatives(branches: readonly Facts[]): Facts {
  const exacts = branches.map((branch) => branch.exact);
  const all = exacts.every((exact) => exact !== null) ? [...new Set(exacts.flat())] : null;
  const exact = all !== null && all.length <= mostLiterals ? all : null;
  const bytes = together(branches);
  if (exact !== null) return { exact, options: [], bytes };
  const union: string[] = [];
  for (const branch of branches) {
    let best: readonly string[] | null = null;
    for (const option of branch.options) best = better(best, option);
    if (branch.exact !== null) best = better(best, branch.exact);
    if (best === null) return { exact: null, options: [], bytes };
    union.push(...best);
  }
  const tidied = tidy(union);
  return { exact: null, options: tidied.length <= mostLiterals ? [tidied] : [], bytes };
}

/** One byte of one of each branch's smallest sets must be there. */
function together(branches: readonly Facts[]): readonly ByteSet[] {
  let union = new ByteSet();
  for (const { bytes } of branches) {
    if (bytes.length === 0) return [];
    union = union.or(bytes.reduce((a, b) => (weight(b) < weight(a) ? b : a)));
  }
  return [union];
}

const common = ByteSet.ranges([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]);

/** Letters and digits are in nearly every value, so asking for one excludes little. */
function weight(set: ByteSet): number {
  return set.size + 10 * set.and(common).size;
}

function useful(texts: readonly string[]): boolean {
  return texts.every((text) => text.length >= 2);
}

function better(a: readonly string[] | null, b: readonly string[]): readonly string[] | null {
  if (!useful(b)) return a;
  return a === null || score(b) > score(a) ? b : a;
}

function score(texts: readonly string[]): number {
  const shortest = Math.min(longestLiteral, ...texts.map((text) => text.length));
  const plain = texts.some((text) => /^[a-z]+$/.test(text)) ? 0 : 1;
  return shortest + plain - Math.log2(texts.length) / 3;
}

/** Cut to length, without doubles and without texts that hold another of the list. */
function tidy(texts: readonly string[]): readonly string[] {
  const cut = [...new Set(texts.map((text) => text.slice(0, longestLiteral)))].sort((a, b) => a.length - b.length);
  const kept = new Set<string>();
  for (const text of cut) {
    let held = false;
    for (let from = 0; from < text.length && !held; from++) {
      for (let to = from + 2; to <= text.length && !held; to++) held = kept.has(text.slice(from, to));
    }
    if (!held) kept.add(text);
  }
  return [...kept];
}

function distinct(sets: readonly ByteSet[]): readonly ByteSet[] {
  const seen = new Map(sets.map((set) => [set.key(), set]));
  return [...seen.values()].sort((a, b) => weight(a) - weight(b));
}
