import type { MaybePromise } from '../base/later.ts';
import type { SocketPlace } from '../ports/socket-nodes.ts';
import type { Reason } from '../trace/reason.ts';
import { reasons } from './reasons.ts';
import type { Session } from './session.ts';

/** How many connections there may be at a time; null for no limit. Addresses and keys are counted over all nodes. */
export interface Budgets {
  /** In this process. */
  readonly total: number | null;
  readonly perAddress: number | null;
  readonly perKey: number | null;
}

/** Told of connections that come and go. */
export interface RegistryWatcher {
  /** Settles when the others know of it, with null, or with the holder whose places are all taken. */
  added(session: Session, places: readonly SocketPlace[]): MaybePromise<string | null>;
  removed(session: Session): void;
}

/** Most groups that one connection may be in. */
const MOST_GROUPS = 100;

/** The connections of one API in this process, by id and by group, and how many each address and key has. */
export class Registry {
  readonly #sessions = new Map<string, Session>();
  readonly #held = new Map<string, number>();
  readonly #groups = new Map<string, Set<Session>>();
  /** Who tells the other nodes; null where there are none. */
  watcher: RegistryWatcher | null = null;

  #fresh = Number.POSITIVE_INFINITY;
  #filledAt = 0;

  /** Lets one more new connection in; false where this second has had as many as it may have. */
  enters(perSecond: number, now: number): boolean {
    const flowed = (Math.max(0, now - this.#filledAt) / 1000) * perSecond;
    const filled = Math.min(perSecond, this.#fresh + flowed);
    this.#filledAt = now;
    this.#fresh = filled >= 1 ? filled - 1 : filled;
    return filled >= 1;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: string): Session | null {
    return this.#sessions.get(id) ?? null;
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#sessions.values();
  }

  /**
   * Takes a session in, or says which budget is used up. A place is held from the handshake on, so that a burst cannot
   * overdraw. What the other nodes say to it comes later: `session.known`.
   */
  add(session: Session, budgets: Budgets): Reason | null {
    const { total, perAddress, perKey } = budgets;
    if (total !== null && this.#sessions.size >= total) return reasons['too-many-connections'];
    const address = `a ${session.address}`;
    const key = session.key === null ? null : `k ${session.key}`;
    if (perAddress !== null && (this.#held.get(address) ?? 0) >= perAddress) return reasons['too-many-per-address'];
    if (perKey !== null && key !== null && (this.#held.get(key) ?? 0) >= perKey) return reasons['too-many-per-key'];
    this.#sessions.set(session.id, session);
    this.#count(address, 1);
    if (key !== null) this.#count(key, 1);
    if (this.watcher !== null)
      session.known = this.#tell(session, this.watcher, placesOf(address, perAddress, key, perKey));
    return null;
  }

  #tell(session: Session, watcher: RegistryWatcher, places: readonly SocketPlace[]): Session['known'] {
    session.shared = places.length > 0;
    const said = watcher.added(session, places);
    const late = (full: string | null): Reason | null => {
      session.known = null;
      if (full === null) return null;
      this.remove(session);
      session.state = 'gone';
      return full.startsWith('a ') ? reasons['too-many-per-address'] : reasons['too-many-per-key'];
    };
    return said instanceof Promise ? said.then(late) : late(said);
  }

  /** Connections of a group, or all with null. */
  members(group: string | null): Iterable<Session> {
    return group === null ? this.#sessions.values() : (this.#groups.get(group) ?? []);
  }

  /** False when it is in too many groups already. */
  join(session: Session, group: string): boolean {
    const groups = (session.groups ??= new Set());
    if (groups.has(group)) return true;
    if (groups.size >= MOST_GROUPS) return false;
    groups.add(group);
    const members = this.#groups.get(group);
    if (members) members.add(session);
    else this.#groups.set(group, new Set([session]));
    return true;
  }

  leave(session: Session, group: string): void {
    const members = this.#groups.get(group);
    if (!session.groups?.delete(group) || members === undefined) return;
    members.delete(session);
    if (members.size === 0) this.#groups.delete(group);
  }

  remove(session: Session): void {
    if (!this.#sessions.delete(session.id)) return;
    for (const group of session.groups ?? []) this.leave(session, group);
    this.watcher?.removed(session);
    this.#count(`a ${session.address}`, -1);
    if (session.key !== null) this.#count(`k ${session.key}`, -1);
  }

  #count(name: string, by: number): void {
    const now = (this.#held.get(name) ?? 0) + by;
    if (now > 0) this.#held.set(name, now);
    else this.#held.delete(name);
  }
}

function placesOf(
  address: string,
  perAddress: number | null,
  key: string | null,
  perKey: number | null,
): readonly SocketPlace[] {
  const places: SocketPlace[] = [];
  if (perAddress !== null) places.push({ holder: address, most: perAddress });
  if (perKey !== null && key !== null) places.push({ holder: key, most: perKey });
  return places;
}
