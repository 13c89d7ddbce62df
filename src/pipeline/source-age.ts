import type { Clock } from '../base/clock.ts';
import type { SourceAges } from '../ports/documents.ts';

/** While a source fails it is asked this much less often than at every request. */
const AGAIN_MS = 5000;

/** How old what was read from a source is. */
export class SourceAge {
  readonly #clock: Clock;
  #read = Number.NEGATIVE_INFINITY;
  #asked = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something fit was read. */
  read(): void {
    this.#read = this.#asked = this.#clock.now();
  }

  asked(): void {
    this.#asked = this.#clock.now();
  }

  due({ everyMs }: SourceAges): boolean {
    const now = this.#clock.now();
    return now - this.#read >= everyMs && now - this.#asked >= Math.min(AGAIN_MS, everyMs);
  }

  fits({ keepMs }: SourceAges): boolean {
    return this.#clock.now() - this.#read < keepMs;
  }
}
