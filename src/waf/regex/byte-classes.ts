import { ByteSet, wordBytes } from './byte-set.ts';
import { Op, PlaceCode, type Program } from './program.ts';

/** Bytes that a program cannot tell apart, numbered from 0. */
export interface ByteClasses {
  readonly of: Uint8Array;
  readonly count: number;
  /** `member[set * count + class]` is 1 when the class is in the set. */
  readonly member: Uint8Array;
  readonly word: Uint8Array;
  /** The class of `\n`, which then holds nothing else; -1 when no place asks. */
  readonly newline: number;
  readonly asksWord: boolean;
}

export function byteClasses(program: Program): ByteClasses {
  let asksWord = false;
  let asksLine = false;
  for (let pc = 0; pc < program.op.length; pc++) {
    if (program.op[pc] !== Op.place) continue;
    const place = program.x[pc]!;
    if (place === PlaceCode.word || place === PlaceCode.notWord) asksWord = true;
    if (place === PlaceCode.lineStart || place === PlaceCode.lineEnd) asksLine = true;
  }
  const of = new Uint8Array(256);
  let count = 1;
  const refine = (set: ByteSet): void => {
    const renamed = new Int16Array(2 * count).fill(-1);
    let next = 0;
    for (let byte = 0; byte < 256; byte++) {
      const old = 2 * of[byte]! + (set.has(byte) ? 1 : 0);
      if (renamed[old]! < 0) renamed[old] = next++;
      of[byte] = renamed[old]!;
    }
    count = next;
  };
  for (const set of program.sets) refine(set);
  if (asksWord) refine(wordBytes);
  if (asksLine) refine(ByteSet.of(0x0a));
  const member = new Uint8Array(program.sets.length * count);
  const word = new Uint8Array(count + 1);
  for (let byte = 0; byte < 256; byte++) {
    const cls = of[byte]!;
    if (wordBytes.has(byte)) word[cls] = 1;
    for (const [i, set] of program.sets.entries()) if (set.has(byte)) member[i * count + cls] = 1;
  }
  return { of, count, member, word, newline: asksLine ? of[0x0a]! : -1, asksWord };
}
