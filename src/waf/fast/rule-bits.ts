import { groupBits } from '../automaton/byte-groups.ts';

/** Sets of rules are words of 32 bits, a bit for each number. */
export function add(rules: Uint32Array, bit: number): void {
  rules[bit >>> 5]! |= 1 << (bit & 31);
}

export function bitsIn(words: Uint32Array): readonly number[] {
  const bits: number[] = [];
  for (let word = 0; word < words.length; word++) {
    for (let left = words[word]!; left !== 0; left &= left - 1) bits.push(word * 32 + 31 - Math.clz32(left & -left));
  }
  return bits;
}

/** The group of capital letters, which `lowercase` takes away and nothing else asks for. */
export const capitals = groupBits[0x41]!;

/** Does a value of these groups lack what `groups` asks for from `at` on? */
export function lacks(bits: number, groups: Int32Array, at: number): boolean {
  const a = groups[at]!;
  if (a === 0) return false;
  if ((bits & a) === 0) return true;
  const b = groups[at + 1]!;
  if (b === 0) return false;
  if ((bits & b) === 0) return true;
  const c = groups[at + 2]!;
  return c !== 0 && (bits & c) === 0;
}
