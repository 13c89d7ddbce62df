import type { Departure } from '../flow/departure.ts';
import type { EntryHead } from './entry.ts';
import type { Feed } from './feed.ts';

/** How a flight ended: its answer is in the store, or may not be shared, or there was none. */
export type Landing = 'stored' | 'unshared' | 'failed';

/** An answer on its way that others may follow: its head is known and it may be shared. */
export interface Following {
  readonly head: EntryHead;
  readonly feed: Feed;
  /** Bytes of the body, as declared. */
  readonly size: number;
}

/** One request at the origin that others of its key wait for. */
export class Flight {
  /** Resolves when the answer's head is known: with what can be followed, or with null where nothing can. */
  readonly headed: Promise<Following | null>;
  readonly landed: Promise<Landing>;
  waiting = 0;
  /** A purge came: whoever asks from now on needs a newer answer. */
  outdated = false;
  #head!: (following: Following | null) => void;
  #land!: (landing: Landing) => void;

  constructor() {
    this.headed = new Promise((resolve) => (this.#head = resolve));
    this.landed = new Promise((resolve) => (this.#land = resolve));
  }

  follow(following: Following): void {
    this.#head(following);
  }

  land(landing: Landing): void {
    this.#head(null);
    this.#land(landing);
  }
}

/** Flights by key, in this process. */
export class Flights {
  readonly #byKey = new Map<string, Flight>();

  find(key: string): Flight | undefined {
    return this.#byKey.get(key);
  }

  start(key: string): Flight {
    const flight = new Flight();
    this.#byKey.set(key, flight);
    void flight.landed.then(() => this.forget(key, flight));
    return flight;
  }

  forget(key: string, flight: Flight): void {
    if (this.#byKey.get(key) === flight) this.#byKey.delete(key);
  }

  get size(): number {
    return this.#byKey.size;
  }
}

/** Waits, but not longer than the viewer does. Null when he has gone. */
export function whileThere<T>(promise: Promise<T>, departure: Departure): Promise<T | null> {
  return new Promise((resolve) => {
    const stop = departure.on(() => resolve(null));
    void promise.then((value) => {
      stop();
      resolve(value);
    });
  });
}
