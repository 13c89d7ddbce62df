import { concat } from '../base/bytes.ts';
import { byteString } from './bytes.ts';

/** The first part of a body, as much of it as may be held, and how long all of it was so far. */
export class HeldBody {
  #chunks: Uint8Array[] = [];
  #held = 0;
  #length = 0;

  /** Bytes that have come, held or not. */
  get length(): number {
    return this.#length;
  }

  /** True while everything that came could be held. */
  add(bytes: Uint8Array, limit: number): boolean {
    this.#length += bytes.length;
    const room = limit - this.#held;
    const part = bytes.length > room ? bytes.subarray(0, Math.max(0, room)) : bytes;
    if (part.length > 0) {
      this.#chunks.push(part);
      this.#held += part.length;
    }
    return this.#length <= limit;
  }

  /** What was held, as a byte string; nothing is held afterwards. */
  take(): string {
    const text = byteString(concat(this.#chunks), this.#held);
    this.#chunks = [];
    this.#held = 0;
    return text;
  }
}
