import type { Sink } from '../ports/sink.ts';
import type { DecisionRecord } from '../trace/record.ts';

/** The last records whose steps were kept, for `sallyport explain`. The oldest goes when a new one comes. */
export class RecentTraces implements Sink {
  readonly name = 'recent traces';
  readonly #most: number;
  readonly #records = new Map<string, DecisionRecord>();

  constructor(most: number) {
    this.#most = most;
  }

  write(record: DecisionRecord): void {
    if (record.steps === null || this.#most === 0) return;
    if (this.#records.size >= this.#most) this.#records.delete(this.#records.keys().next().value as string);
    this.#records.set(record.id, record);
  }

  async flush(): Promise<void> {}

  get(id: string): DecisionRecord | null {
    return this.#records.get(id) ?? null;
  }

  /** The newest first, those with this code only when one is given. */
  list(options: { readonly code?: string | null; readonly limit?: number } = {}): readonly DecisionRecord[] {
    const all = [...this.#records.values()].reverse();
    return all.filter((record) => !options.code || record.code === options.code).slice(0, options.limit ?? 50);
  }
}
