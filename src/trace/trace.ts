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

/** A note whose facts are worked out when somebody reads them: most requests are answered before anybody does. */
class LateNote implements Note {
  readonly stage: string;
  readonly what: string;
  readonly at: number;
  #facts: NoteFacts | (() => NoteFacts);

  constructor(stage: string, what: string, facts: () => NoteFacts, at: number) {
    this.stage = stage;
    this.what = what;
    this.#facts = facts;
    this.at = at;
  }

  get facts(): NoteFacts {
    if (typeof this.#facts === 'function') this.#facts = this.#facts();
    return this.#facts;
  }
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
  /**
   * Milliseconds after arrival at which each stage was entered, in the line's order; shorter than the line when somebody
   * ended it. How long a stage took on the way in is the distance to the next one; leaving is not timed, because a clock
   * and a promise per stage and request would cost more than most stages do.
   */
  readonly entered: number[] = [];
  readonly started: number;
  readonly #clock: Clock;

  constructor(id: string, stages: readonly string[], clock: Clock) {
    this.id = id;
    this.stages = stages;
    this.#clock = clock;
    this.started = clock.ticks();
  }

  note(stage: string, what: string, facts?: NoteFacts): void {
    if (this.notes.length >= MOST_NOTES) this.dropped++;
    else this.notes.push({ stage, what, facts, at: this.elapsed() });
  }

  /** The same with facts that are dear to work out. They must come out alike however late they are asked for. */
  noteLate(stage: string, what: string, facts: () => NoteFacts): void {
    if (this.notes.length >= MOST_NOTES) this.dropped++;
    else this.notes.push(new LateNote(stage, what, facts, this.elapsed()));
  }

  /** The next stage of the line is entered. */
  enter(): void {
    this.entered.push(this.elapsed());
  }

  /** Milliseconds since the request arrived. */
  elapsed(): number {
    return this.#clock.ticks() - this.started;
  }
}
