import { NAME } from './token.ts';
import { WORDS } from './words.ts';

/** Open addressing over a rolling hash that the scanner has at hand when a word ends: a look-up makes no string. */
const SIZE = 4096;
const MASK = SIZE - 1;

interface Table {
  readonly words: readonly string[];
  readonly kinds: Uint8Array;
  readonly slots: Uint16Array;
}

/** One step of the hash; letters in either case count the same. */
export function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + (code | 0x20)) | 0;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 13)) & MASK;
}

function build(): Table {
  const words: string[] = [];
  const kinds: number[] = [];
  const slots = new Uint16Array(SIZE);
  const seen = new Set<string>();
  for (const [kind, list] of WORDS) {
    for (const word of list.split(/\s+/)) {
      if (word === '' || seen.has(word)) continue;
      seen.add(word);
      let hash = 0;
      for (let at = 0; at < word.length; at++) hash = hashStep(hash, word.charCodeAt(at));
      let slot = slotOf(hash);
      while (slots[slot] !== 0) slot = (slot + 1) & MASK;
      words.push(word);
      kinds.push(kind);
      slots[slot] = words.length;
    }
  }
  return { words, kinds: Uint8Array.from(kinds), slots };
}

const table = build();

export const wordCount = table.words.length;

/** The kind of the word `text[from, to)` whose hash is given; `NAME` for a word the table does not hold. */
export function kindOfWord(text: string, from: number, to: number, hash: number): number {
  let slot = slotOf(hash);
  for (;;) {
    const entry = table.slots[slot] as number;
    if (entry === 0) return NAME;
    if (same(table.words[entry - 1] as string, text, from, to)) return table.kinds[entry - 1] as number;
    slot = (slot + 1) & MASK;
  }
}

function same(word: string, text: string, from: number, to: number): boolean {
  if (word.length !== to - from) return false;
  for (let at = 0; at < word.length; at++) {
    if ((text.charCodeAt(from + at) | 0x20) !== (word.charCodeAt(at) | 0x20)) return false;
  }
  return true;
}
