import { Duplex } from 'node:stream';

/** A connection without a network: what is pushed arrives at once, what is written is kept. */
export class Line extends Duplex {
  written = '';
  override _read(): void {}
  /** Takes what was written and not taken yet; from here on everything is taken at once, or not. */
  take = (): void => {};
  holds = false;
  override _write(chunk: Buffer, _: unknown, done: () => void): void {
    this.take = () => {
      this.written += chunk.toString('latin1');
      done();
    };
    if (!this.holds) this.take();
  }
  setTimeout(): this {
    return this;
  }
}
