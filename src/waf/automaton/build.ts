import { inBlocks } from './starts.ts';
import type { LiteralTables } from './tables.ts';

/** Longest text that is followed; longer ones are cut, which only makes the screen let more through. */
export const longestText = 6;

/**
 * Aho and Corasick's automaton over all texts at once, as a full table: one look-up per byte, no fallbacks while a value
 * runs through it. Texts are compared without regard to ASCII case. States in which a text ends have the highest
 * numbers, so that one comparison finds them. `texts` must be distinct, in lower case, and no longer than `longestText`.
 */
export function buildTables(texts: readonly string[]): LiteralTables {
  const classes = new Uint8Array(256);
  let stride = 1;
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      const byte = text.charCodeAt(i);
      if (classes[byte] === 0) classes[byte] = stride++;
    }
  }
  for (let byte = 0x41; byte <= 0x5a; byte++) classes[byte] = classes[byte + 32]!;
  const trie = growTrie(texts, classes, stride);
  return renumber(trie, classes, stride);
}

interface Trie {
  /** Rows of `stride`; -1 where there is no edge. */
  readonly edges: Int32Array;
  readonly count: number;
  /** The text that ends in a state, -1 for none. */
  readonly ends: Int32Array;
}

function growTrie(texts: readonly string[], classes: Uint8Array, stride: number): Trie {
  let most = 1;
  for (const text of texts) most += text.length;
  const edges = new Int32Array(most * stride).fill(-1);
  const ends = new Int32Array(most).fill(-1);
  let count = 1;
  for (const [number, text] of texts.entries()) {
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const at = state * stride + classes[text.charCodeAt(i)]!;
      if (edges[at]! < 0) edges[at] = count++;
      state = edges[at]!;
    }
    ends[state] = number;
  }
  return { edges, count, ends };
}

/** Fills in where each state goes on a byte it has no edge for, breadth first, and orders the states. */
function renumber({ edges, count, ends }: Trie, classes: Uint8Array, stride: number): LiteralTables {
  const fail = new Int32Array(count);
  const order = new Int32Array(count);
  const outputs: (readonly number[])[] = Array.from({ length: count }, () => []);
  let written = 1;
  for (let read = 0; read < written; read++) {
    const state = order[read]!;
    const back = outputs[fail[state]!]!;
    outputs[state] = ends[state]! >= 0 ? [ends[state]!, ...back] : back;
    for (let cls = 0; cls < stride; cls++) {
      const at = state * stride + cls;
      const to = edges[at]!;
      const other = state === 0 ? 0 : edges[fail[state]! * stride + cls]!;
      if (to < 0) edges[at] = other;
      else {
        fail[to] = other;
        order[written++] = to;
      }
    }
  }
  const silent = order.filter((state) => outputs[state]!.length === 0);
  const loud = order.filter((state) => outputs[state]!.length > 0);
  const number = new Int32Array(count);
  for (const [i, state] of [...silent, ...loud].entries()) number[state] = i;
  const next = new Uint16Array(count * stride);
  for (let state = 0; state < count; state++) {
    const row = number[state]! * stride;
    for (let cls = 0; cls < stride; cls++) next[row + cls] = number[edges[state * stride + cls]!]!;
  }
  const starts = [0];
  const hits: number[] = [];
  for (const state of loud) {
    hits.push(...outputs[state]!);
    starts.push(hits.length);
  }
  return { classes, stride, next, firstLoud: silent.length, starts: inBlocks(starts), texts: Uint16Array.from(hits) };
}
