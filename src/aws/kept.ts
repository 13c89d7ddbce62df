import type { Clock } from '../base/clock.ts';

export interface KeptOptions<Value> {
  load(): Promise<Value>;
  /** Milliseconds that a container goes by what it loaded. */
  readonly ageMs: number;
  /** Milliseconds after which what was loaded last is no longer good enough, when nothing newer can be had. */
  readonly keepMs: number;
  readonly clock: Clock;
  failed(thrown: unknown, kept: boolean): void;
}

/** While a source fails it is asked this much less often than at every request. */
const AGAIN_MS = 5000;

/**
 * Something that is loaded from elsewhere and kept for a stated time: one load at a time however many ask, and the last good
 * one stays while newer ones fail. There are no timers, because a frozen container has none.
 */
export class Kept<Value> {
  readonly #options: KeptOptions<Value>;
  #good: { readonly value: Value; readonly at: number } | null = null;
  #asked = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;

  constructor(options: KeptOptions<Value>) {
    this.#options = options;
  }

  /** Null when nothing good enough is there. Never rejects. */
  async current(): Promise<Value | null> {
    const { ageMs, clock } = this.#options;
    const now = clock.now();
    const fresh = this.#good !== null && now - this.#good.at < ageMs;
    if (!fresh && (this.#loading !== null || now - this.#asked >= AGAIN_MS)) {
      this.#loading ??= this.#load(now).finally(() => {
        this.#loading = null;
      });
      await this.#loading;
    }
    return this.#good !== null && now - this.#good.at < this.#options.keepMs ? this.#good.value : null;
  }

  async #load(now: number): Promise<void> {
    this.#asked = now;
    try {
      this.#good = { value: await this.#options.load(), at: now };
    } catch (thrown) {
      this.#options.failed(thrown, this.#good !== null && now - this.#good.at < this.#options.keepMs);
    }
  }
}
