import type { Clock } from '../base/clock.ts';
import type { Bus } from '../ports/bus.ts';
import { isMeant, type ObjectStore, type Purge } from '../ports/objects.ts';
import { Flights, type Flight } from './coalesce.ts';

export interface RoomParts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Tells the other processes about purges; null when there are none. */
  readonly bus: Bus | null;
  readonly log: (level: 'info' | 'warn' | 'error', says: string, facts?: Readonly<Record<string, unknown>>) => void;
}

/** An answer on its way in. It is entered before the origin is asked, so that no purge can fall between. */
export interface Arrival {
  readonly url: string;
  readonly flightKey: string;
  flight: Flight | null;
  /** Known once the head is there; until then a purge by tag means it too. */
  tags: readonly string[] | null;
  doomed: boolean;
}

const TOPIC = 'cache.purge';
/** Most keys that are remembered as not worth waiting for, and for how long (ms). */
const MOST_REMEMBERED = 10_000;
const REMEMBER_MS = 120_000;

/** What every line of a process shares: the store, what is on its way in, and the purges. */
export class CacheRoom {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly flights = new Flights();
  readonly #arrivals = new Set<Arrival>();
  readonly #uncacheable = new Map<string, number>();
  readonly #bus: Bus | null;
  readonly #log: RoomParts['log'];
  readonly #stopHearing: () => void;

  constructor(parts: RoomParts) {
    this.store = parts.store;
    this.clock = parts.clock;
    this.#bus = parts.bus;
    this.#log = parts.log;
    this.#stopHearing = parts.bus?.subscribe(TOPIC, (message) => void this.#heard(message)) ?? (() => {});
  }

  arrive(url: string, flightKey: string, flight: Flight | null): Arrival {
    const arrival: Arrival = { url, flightKey, flight, tags: null, doomed: false };
    this.#arrivals.add(arrival);
    return arrival;
  }

  landed(arrival: Arrival): void {
    this.#arrivals.delete(arrival);
  }

  /** Was the last answer to this key one that may not be kept? Then waiting for the next one is in vain. */
  isUncacheable(key: string): boolean {
    const until = this.#uncacheable.get(key);
    if (until === undefined) return false;
    if (until > this.clock.now()) return true;
    this.#uncacheable.delete(key);
    return false;
  }

  rememberUncacheable(key: string): void {
    if (this.#uncacheable.size >= MOST_REMEMBERED) {
      const oldest = this.#uncacheable.keys().next().value;
      if (oldest !== undefined) this.#uncacheable.delete(oldest);
    }
    this.#uncacheable.set(key, this.clock.now() + REMEMBER_MS);
  }

  forgetUncacheable(key: string): void {
    this.#uncacheable.delete(key);
  }

  /** An answer could not be kept for a reason that is nobody's wish. The query stays out of the log: it may hold anything. */
  lost(url: string, why: string, trace: string): void {
    const [path = ''] = url.replace(/^https?:\/\/[^/]*/, '').split('?', 1);
    this.#log('warn', 'an answer was not stored', { why, path, trace });
  }

  /** Drops what is meant, here and, over the bus, in the other processes. How many went here. */
  async purge(what: Purge): Promise<number> {
    const count = await this.#drop(what);
    await this.#bus?.publish(TOPIC, JSON.stringify(what));
    return count;
  }

  async #drop(what: Purge): Promise<number> {
    this.#doom(what);
    const count = await this.store.purge(what);
    // Once more: an answer whose tags became known while the store was busy.
    this.#doom(what);
    return count;
  }

  #doom(what: Purge): void {
    for (const arrival of this.#arrivals) {
      const unknownTags = what.by === 'tag' && arrival.tags === null;
      if (!unknownTags && !isMeant(what, arrival.url, arrival.tags ?? [])) continue;
      arrival.doomed = true;
      if (arrival.flight) {
        arrival.flight.outdated = true;
        this.flights.forget(arrival.flightKey, arrival.flight);
      }
    }
  }

  async #heard(message: string): Promise<void> {
    try {
      const what = JSON.parse(message) as Purge;
      // Of a shared store too: an answer of ours may have landed between their purge and its news.
      await this.#drop(what);
    } catch (thrown) {
      this.#log('error', 'a purge from another process could not be carried out', { says: String(thrown) });
    }
  }

  async close(): Promise<void> {
    this.#stopHearing();
    await this.#bus?.close();
    await this.store.close();
  }
}
