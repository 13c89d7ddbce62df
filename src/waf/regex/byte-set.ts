/** A set of bytes: what one position of a pattern may be. Immutable once it stands in a tree. */
export class ByteSet {
  readonly words = new Uint32Array(8);

  static of(...bytes: readonly number[]): ByteSet {
    const set = new ByteSet();
    for (const byte of bytes) set.add(byte);
    return set;
  }

  static ranges(...pairs: readonly (readonly [number, number])[]): ByteSet {
    const set = new ByteSet();
    for (const [low, high] of pairs) set.addRange(low, high);
    return set;
  }

  static chars(text: string): ByteSet {
    const set = new ByteSet();
    for (let i = 0; i < text.length; i++) set.add(text.charCodeAt(i));
    return set;
  }

  add(byte: number): void {
    this.words[byte >> 5]! |= 1 << (byte & 31);
  }

  addRange(low: number, high: number): void {
    for (let byte = low; byte <= high; byte++) this.add(byte);
  }

  addAll(other: ByteSet): void {
    for (let i = 0; i < 8; i++) this.words[i]! |= other.words[i]!;
  }

  has(byte: number): boolean {
    return (this.words[byte >> 5]! & (1 << (byte & 31))) !== 0;
  }

  negated(): ByteSet {
    const set = new ByteSet();
    for (let i = 0; i < 8; i++) set.words[i] = ~this.words[i]!;
    return set;
  }

  and(other: ByteSet): ByteSet {
    const set = new ByteSet();
    for (let i = 0; i < 8; i++) set.words[i] = this.words[i]! & other.words[i]!;
    return set;
  }

  or(other: ByteSet): ByteSet {
    const set = new ByteSet();
    for (let i = 0; i < 8; i++) set.words[i] = this.words[i]! | other.words[i]!;
    return set;
  }

  meets(other: ByteSet): boolean {
    for (let i = 0; i < 8; i++) if ((this.words[i]! & other.words[i]!) !== 0) return true;
    return false;
  }

  get empty(): boolean {
    return this.words.every((word) => word === 0);
  }

  get size(): number {
    let count = 0;
    for (let i = 0; i < 8; i++) for (let word = this.words[i]!; word !== 0; word &= word - 1) count++;
    return count;
  }

  bytes(): number[] {
    const out: number[] = [];
    for (let i = 0; i < 8; i++) {
      for (let word = this.words[i]!; word !== 0; word &= word - 1) out.push(i * 32 + 31 - Math.clz32(word & -word));
    }
    return out;
  }

  /** Two sets with the same key are the same set. */
  key(): string {
    return this.words.join(',');
  }

  /** The set with the other case of every ASCII letter in it. Bytes above 0x7f have no case: rules mean bytes. */
  caseless(): ByteSet {
    const set = new ByteSet();
    set.addAll(this);
    for (let byte = 0x41; byte <= 0x5a; byte++) {
      if (this.has(byte)) set.add(byte + 32);
      if (this.has(byte + 32)) set.add(byte);
    }
    return set;
  }
}

export const anyByte = new ByteSet().negated();
export const notNewline = ByteSet.of(0x0a).negated();
export const digits = ByteSet.ranges([0x30, 0x39]);
export const wordBytes = ByteSet.ranges([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a], [0x5f, 0x5f]);
export const spaceBytes = ByteSet.ranges([0x09, 0x0d], [0x20, 0x20]);
export const horizontalSpace = ByteSet.of(0x09, 0x20, 0xa0);
export const verticalSpace = ByteSet.of(0x0a, 0x0b, 0x0c, 0x0d, 0x85);
