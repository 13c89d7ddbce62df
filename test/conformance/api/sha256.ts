import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/** The hash that the reference signer wants to be given. */
export class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }

  update(content: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof content === 'string' ? content : Buffer.from(content as Uint8Array));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}
