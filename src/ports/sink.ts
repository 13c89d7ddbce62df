import type { AccessRecord } from '../trace/access.ts';
import type { DecisionRecord } from '../trace/record.ts';

/** Takes finished records. Must not throw and must not block: what it cannot keep it counts. */
export interface Sink {
  readonly name: string;
  write(record: DecisionRecord): void;
  /** Takes what went over the wire, when its last byte has gone. Where no sink has this, nobody counts. */
  access?(record: AccessRecord): void;
  /** Writes out what is still held. */
  flush(): Promise<void>;
}
