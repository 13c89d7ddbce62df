import type { DecisionRecord } from '../trace/record.ts';

/** Takes finished records. Must not throw and must not block: what it cannot keep it counts. */
export interface Sink {
  readonly name: string;
  write(record: DecisionRecord): void;
  /** Writes out what is still held. */
  flush(): Promise<void>;
}
