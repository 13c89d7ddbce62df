/** Bytes put together piece by piece in one buffer that grows with what really came, so a million small pieces cost no more than one. */
export class Gather {
  bytes: Uint8Array = none;
  size = 0;

  add(from: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    const at = this.reserve(end - start);
    this.bytes.set(start === 0 && end === from.length ? from : from.subarray(start, end), at);
  }

  /** Makes room for `more` bytes at the end and returns where they go. */
  reserve(more: number): number {
    const at = this.size;
    const need = at + more;
    if (need > this.bytes.length) {
      const grown = new Uint8Array(Math.max(need, 512, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
    }
    this.size = need;
    return at;
  }

  /** Gives everything away. */
  take(): Uint8Array {
    const all = this.bytes.subarray(0, this.size);
    this.clear();
    return all;
  }

  clear(): void {
    this.bytes = none;
    this.size = 0;
  }
}

const none = new Uint8Array(0);
