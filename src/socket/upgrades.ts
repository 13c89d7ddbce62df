import type { HttpRequest } from '../http/message.ts';
import type { DeflateChoice } from '../wire/ws/extensions.ts';
import type { Handshake } from '../wire/ws/handshake.ts';
import type { Limits, Listener, Peer } from '../wire/ws/terms.ts';
import type { PassOffer } from './pass.ts';
import type { Session } from './session.ts';

/** Who takes over an upgraded connection. */
export interface UpgradeTarget extends Listener<Session> {
  readonly limits: Limits;
  /** Null: compression is not agreed on, as on AWS. */
  readonly compression: DeflateChoice | null;
  /** The 101 is written: from here on the connection can be posted to. */
  opened(session: Session, connection: Peer<Session>): void;
  /** The client left between `$connect` and the 101. */
  abandoned(session: Session): void;
}

/** A handshake that the line said yes to; the shell turns it into a connection, or says that the client has left. */
export interface Upgrade {
  readonly api: UpgradeTarget;
  readonly session: Session;
  readonly handshake: Handshake;
  /** The subprotocol that the `$connect` integration chose. */
  readonly protocol: string | undefined;
}

/**
 * Where the end of the line leaves what a 101 stands for, and the shell finds it: a response is plain data and may be
 * copied on its way out, but the request that arrived is the same object all along.
 */
export class Upgrades {
  readonly #waiting = new WeakMap<HttpRequest, Upgrade | PassOffer>();

  offer(arrived: HttpRequest, upgrade: Upgrade | PassOffer): void {
    this.#waiting.set(arrived, upgrade);
  }

  take(arrived: HttpRequest): Upgrade | PassOffer | null {
    const upgrade = this.#waiting.get(arrived) ?? null;
    this.#waiting.delete(arrived);
    return upgrade;
  }
}
