/** The compressor a shell lends (the wire itself has none). Both calls are synchronous and keep nothing. */
export interface Deflater {
  /**
   * Raw DEFLATE, ended by a sync flush whose last four bytes (00 00 ff ff) are taken off (RFC 7692 section 7.2.1).
   * `window` is what was said before and may be referred to, or null.
   * @param windowBits 8 to 15; nothing further back is referred to
   */
  deflate(data: Uint8Array, window: Uint8Array | null, windowBits: number): Uint8Array;
  /** Undoes it. `too-big` when the result would pass `max` bytes, `bad` when it is not DEFLATE. */
  inflate(data: Uint8Array, window: Uint8Array | null, max: number): Uint8Array | 'too-big' | 'bad';
}

/** What was agreed (RFC 7692 section 7.1), seen from this end. */
export interface DeflateTerms {
  /** May a message that we send refer to earlier ones? */
  readonly sendTakeover: boolean;
  /** May a message that we receive refer to earlier ones? */
  readonly receiveTakeover: boolean;
  /** 8 to 15: our sending window. */
  readonly sendBits: number;
  /** 8 to 15: the peer's. */
  readonly receiveBits: number;
}

const EMPTY_BLOCK_TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/**
 * Compression of one connection. Context takeover is kept as the last bytes of plain text, handed to the compressor as
 * its dictionary: nothing lives between messages but at most 32 kB per direction, and with takeover declined nothing at
 * all, where a live zlib stream would hold 250 kB.
 */
export class Compression {
  readonly terms: DeflateTerms;
  readonly #deflater: Deflater;
  #sent: Uint8Array | null = null;
  #received: Uint8Array | null = null;

  constructor(terms: DeflateTerms, deflater: Deflater) {
    this.terms = terms;
    this.#deflater = deflater;
  }

  compress(data: Uint8Array): Uint8Array {
    const out = this.#deflater.deflate(data, this.#sent, this.terms.sendBits);
    if (this.terms.sendTakeover) this.#sent = slid(this.#sent, data, 1 << this.terms.sendBits);
    return out;
  }

  decompress(data: Uint8Array, max: number): Uint8Array | 'too-big' | 'bad' {
    const whole = new Uint8Array(data.length + EMPTY_BLOCK_TAIL.length);
    whole.set(data);
    whole.set(EMPTY_BLOCK_TAIL, data.length);
    const out = this.#deflater.inflate(whole, this.#received, max);
    if (typeof out !== 'string' && this.terms.receiveTakeover) {
      this.#received = slid(this.#received, out, 1 << this.terms.receiveBits);
    }
    return out;
  }
}

/** The window after `data`: its last `size` bytes, filled up from the window before. */
function slid(before: Uint8Array | null, data: Uint8Array, size: number): Uint8Array {
  if (data.length >= size) return data.slice(data.length - size);
  const kept = before === null ? 0 : Math.min(before.length, size - data.length);
  const window = new Uint8Array(kept + data.length);
  if (before !== null) window.set(before.subarray(before.length - kept));
  window.set(data, kept);
  return window;
}
