import type { Clock } from '../base/clock.ts';

/** Small facts beside a note: what was looked at, what came out. Secrets are taken out by whoever writes them down. */
export type NoteFacts = Readonly<Record<string, string | number | boolean | null>>;

export interface Note {
  /** The stage that wrote it. */
  readonly stage: string;
  /** What happened, in one or two words: `admitted`, `miss`, `refused`. */
  readonly what: string;
  readonly facts: NoteFacts | undefined;
  /** Milliseconds since the request arrived. */
  readonly at: number;
}

/** Most notes that are kept; a stage that loops cannot fill the memory. */
const MOST_NOTES = 128;

/**
 * What one request met on its way. Every stage of the line is known beforehand, so the record is whole even when the
 * first one ends it: a stage that was not entered reads as "not reached". Append only, bounded, and cheap until read.
 */
export class Trace {
  readonly id: string;
  /** Names of the line's stages, in order. */
  readonly stages: readonly string[];
  readonly notes: Note[] = [];
  /** How many notes did not fit. */
  dropped = 0;
  /** Per stage: ticks at entering and at leaving; -1 when it did not come to that. */
  readonly entered: Float64Array;
  readonly left: Float64Array;
  readonly started: number;
  readonly #clock: Clock;

  constructor(id: string, stages: readonly string[], clock: Clock) {
    this.id = id;
    this.stages = stages;
    this.#clock = clock;
    this.started = clock.ticks();
    this.entered = new Float64Array(stages.length).fill(-1);
    this.left = new Float64Array(stages.length).fill(-1);
  }

  note(stage: string, what: string, facts?: NoteFacts): void {
    if (this.notes.length >= MOST_NOTES) this.dropped++;
    else this.notes.push({ stage, what, facts, at: this.elapsed() });
  }

  enter(at: number): void {
    this.entered[at] = this.elapsed();
  }

  leave(at: number): void {
    this.left[at] = this.elapsed();
  }

  /** Milliseconds since the request arrived. */
  elapsed(): number {
    return this.#clock.ticks() - this.started;
  }
}
