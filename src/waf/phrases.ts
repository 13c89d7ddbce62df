import { lower, lowerAscii } from './bytes.ts';

/** Short values that are asked phrase by phrase before a trie is built: most lists are hardly ever asked. */
const firstAsked = 24;
const shortValue = 512;

/**
 * Many phrases at once (Aho and Corasick, 1975), without regard to ASCII case. Built when it is first asked, since the
 * engine's own automaton usually answers first. A search reads each byte once; memory is about 24 bytes for each byte
 * of the phrases.
 */
export class Phrases {
  readonly all: readonly string[];
  #trie: Trie | null = null;
  #lowered: readonly string[] | null = null;
  #asked = 0;

  constructor(phrases: readonly string[]) {
    this.all = phrases.filter((phrase) => phrase.length > 0);
  }

  /** How many phrases are searched for; empty ones do not count. */
  get size(): number {
    return this.all.length;
  }

  test(value: string): boolean {
    if (this.#trie !== null || this.#asked >= firstAsked || value.length > shortValue) return this.#search(value) >= 0;
    this.#asked++;
    this.#lowered ??= this.all.map(lowerAscii);
    const text = lowerAscii(value);
    return this.#lowered.some((phrase) => text.includes(phrase));
  }

  /** The hit that ends first, and of those that end there the longest. */
  find(value: string): { readonly offset: number; readonly length: number } | null {
    const packed = this.#search(value);
    if (packed < 0) return null;
    const trie = this.#trie!;
    const length = trie.hit[trie.state]!;
    return { offset: packed - length, length };
  }

  /** Where the first hit ends, or -1. Leaves the state it ended in behind. */
  #search(value: string): number {
    const trie = (this.#trie ??= new Trie(this.all));
    this.#lowered = null;
    let state = 0;
    for (let i = 0; i < value.length; i += 1) {
      state = trie.next(state, lower(value.charCodeAt(i)) & 0xff);
      if (trie.hit[state]! > 0) {
        trie.state = state;
        return i + 1;
      }
    }
    return -1;
  }
}

/** States as numbers; edges in one open hash table, because a full table of 256 edges a state would be megabytes. */
class Trie {
  /** Length of the longest phrase that ends in a state, 0 for none. */
  readonly hit: Int32Array;
  state = 0;
  readonly #root = new Int32Array(256);
  readonly #fail: Int32Array;
  readonly #keys: Int32Array;
  readonly #targets: Int32Array;
  readonly #mask: number;

  constructor(phrases: readonly string[]) {
    let most = 1;
    for (const phrase of phrases) most += phrase.length;
    let slots = 16;
    while (slots < most * 2) slots *= 2;
    this.#mask = slots - 1;
    this.#keys = new Int32Array(slots).fill(-1);
    this.#targets = new Int32Array(slots);
    const hit = new Int32Array(most);
    const fail = new Int32Array(most);
    const parents = new Int32Array(most);
    const bytes = new Uint8Array(most);
    const depths = new Int32Array(most);
    let states = 1;
    for (const phrase of phrases) {
      let state = 0;
      for (let i = 0; i < phrase.length; i += 1) {
        const byte = lower(phrase.charCodeAt(i)) & 0xff;
        let to = this.#edge(state, byte);
        if (to < 0) {
          to = states++;
          parents[to] = state;
          bytes[to] = byte;
          depths[to] = i + 1;
          this.#put(state, byte, to);
        }
        state = to;
      }
      hit[state] = phrase.length;
    }
    this.hit = hit.subarray(0, states);
    this.#fail = fail.subarray(0, states);
    for (const state of byDepth(depths, states)) {
      let back = parents[state]!;
      let to = -1;
      while (back !== 0 && to < 0) {
        back = fail[back]!;
        to = this.#edge(back, bytes[state]!);
      }
      const fallback = Math.max(to, 0);
      fail[state] = fallback;
      if (hit[state] === 0) hit[state] = hit[fallback]!;
    }
  }

  next(state: number, byte: number): number {
    while (state !== 0) {
      const to = this.#edge(state, byte);
      if (to >= 0) return to;
      state = this.#fail[state]!;
    }
    return this.#root[byte]!;
  }

  #edge(state: number, byte: number): number {
    if (state === 0) return this.#root[byte]! || -1;
    const key = state * 256 + byte;
    for (let at = slot(key) & this.#mask; ; at = (at + 1) & this.#mask) {
      const found = this.#keys[at]!;
      if (found === key) return this.#targets[at]!;
      if (found < 0) return -1;
    }
  }

  #put(state: number, byte: number, to: number): void {
    if (state === 0) {
      this.#root[byte] = to;
      return;
    }
    const key = state * 256 + byte;
    let at = slot(key) & this.#mask;
    while (this.#keys[at]! >= 0) at = (at + 1) & this.#mask;
    this.#keys[at] = key;
    this.#targets[at] = to;
  }
}

function slot(key: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** States other than the root, the shallow ones first: a state's fallback lies nearer to the root than it does. */
function byDepth(depths: Int32Array, states: number): Int32Array {
  const order = Int32Array.from({ length: states - 1 }, (_, i) => i + 1);
  return order.sort((a, b) => depths[a]! - depths[b]!);
}
