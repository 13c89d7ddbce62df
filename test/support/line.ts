import { Duplex } from 'node:stream';

/** A connection without a network: what is pushed arrives at once, what is written is kept. */
export class Line extends Duplex {
  written = '';
  override _read(): void {}
  /** Takes the last thing written, where `holds` has kept it from being taken at once. */
  swallow = (): void => {};
  holds = false;
  override _write(chunk: Buffer, _: unknown, done: () => void): void {
    this.swallow = () => {
      this.written += chunk.toString('latin1');
      done();
    };
    if (!this.holds) this.swallow();
  }
  setTimeout(): this {
    return this;
  }
}
