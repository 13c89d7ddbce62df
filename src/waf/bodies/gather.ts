import type { BodyLimits, Pair } from './body-view.ts';

/**
 * Gathers arguments within limits. Reading goes on after a fault where it can, so that rules see as much as a lenient
 * application would; the first fault is the body's error.
 */
export class Gathered {
  readonly args: Pair[] = [];
  error: string | null = null;
  readonly #limits: BodyLimits;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** Remembers the first fault. */
  fault(says: string): void {
    this.error ??= says;
  }

  /** False when there is no room for another argument. A value over the limit is cut, and that is a fault. */
  add(name: string, value: string): boolean {
    if (this.args.length >= this.#limits.count) {
      this.fault(`more than ${this.#limits.count} arguments`);
      return false;
    }
    this.args.push({ name: this.cut(name), value: this.cut(value) });
    return true;
  }

  cut(text: string): string {
    if (text.length <= this.#limits.valueBytes) return text;
    this.fault(`a value of more than ${this.#limits.valueBytes} bytes`);
    return text.slice(0, this.#limits.valueBytes);
  }
}
