import { ByteSet, wordBytes } from './byte-set.ts';
import { Op, PlaceCode, type ByteClasses, type Program } from './program.ts';

export function byteClasses(program: Program): ByteClasses {
  let asksWord = false;
  let asksLine = false;
  for (let pc = 0; pc < program.op.length; pc++) {
    if (program.op[pc] !== Op.place) continue;
    const place = program.x[pc]!;
    if (place === PlaceCode.word || place === PlaceCode.notWord) asksWord = true;
    if (place === PlaceCode.lineStart || place === PlaceCode.lineEnd) asksLine = true;
  }
  const partition = new Partition();
  for (const set of program.sets) partition.refine(set);
  if (asksWord) partition.refine(wordBytes);
  if (asksLine) partition.refine(ByteSet.of(0x0a));
  const { of, count } = partition;
  const member = new Uint8Array(program.sets.length * count);
  const word = new Uint8Array(count + 1);
  for (let cls = 0; cls < count; cls++) {
    const byte = of.indexOf(cls);
    if (wordBytes.has(byte)) word[cls] = 1;
    for (let i = 0; i < program.sets.length; i++) if (program.sets[i]!.has(byte)) member[i * count + cls] = 1;
  }
  return { of, count, member, word, newline: asksLine ? of[0x0a]! : -1, asksWord };
}

/** Splits the bytes ever finer. The cost of a set is the number of its bytes, or of those outside it. */
class Partition {
  readonly of = new Uint8Array(256);
  count = 1;
  private readonly sizes = new Uint16Array(257);
  private readonly taken = new Uint16Array(257);
  private readonly split = new Uint16Array(257);

  constructor() {
    this.sizes[0] = 256;
  }

  refine(set: ByteSet): void {
    let bytes = set.bytes();
    if (bytes.length > 128) bytes = set.negated().bytes();
    const { of, sizes, taken, split } = this;
    const touched: number[] = [];
    for (const byte of bytes) if (taken[of[byte]!]!++ === 0) touched.push(of[byte]!);
    for (const cls of touched) split[cls] = taken[cls] === sizes[cls] ? cls : this.count++;
    for (const byte of bytes) of[byte] = split[of[byte]!]!;
    for (const cls of touched) {
      const moved = split[cls]!;
      if (moved !== cls) {
        sizes[moved] = taken[cls]!;
        sizes[cls]! -= taken[cls]!;
      }
      taken[cls] = 0;
    }
  }
}
