import type { SocketFacts } from '../events/websocket.ts';
import type { MaybePromise } from '../base/later.ts';
import type { BucketLimit } from '../ports/buckets.ts';
import type { Reason } from '../trace/reason.ts';
import type { Peer } from '../wire/ws/terms.ts';

/**
 * What the gateway knows of one connection, from its handshake to its end. It holds nothing of the handshake's request:
 * ten thousand idle connections are ten thousand of these.
 */
export class Session {
  readonly id: string;
  readonly facts: SocketFacts;
  /** Id of the API key that was accepted, for rates and budgets. */
  readonly key: string | null;
  /** `connecting` until the 101 is written: posts are answered with 410 (spec WC-8). */
  state: 'connecting' | 'open' | 'gone' = 'connecting';
  connection: Peer<Session> | null = null;
  /** Names of the groups that it is in; null while there are none. */
  groups: Set<string> | null = null;
  /** Settles when the other nodes can find it, with null or what they have against it; null: nothing to wait for. */
  known: MaybePromise<Reason | null> = null;
  /** Do its places have to be asked for before anything else? */
  shared = false;
  /** Messages whose integration has not answered. */
  inFlight = 0;
  #tokens = -1;
  #at = 0;

  constructor(facts: SocketFacts, key: string | null) {
    this.id = facts.connectionId;
    this.facts = facts;
    this.key = key;
  }

  get address(): string {
    return this.facts.sourceIp;
  }

  /** Takes one message's worth from this connection's own bucket. */
  takeToken(limit: BucketLimit, now: number): boolean {
    const before = this.#tokens < 0 ? limit.burst : this.#tokens;
    const filled = Math.min(limit.burst, before + ((now - this.#at) / 1000) * limit.rate);
    this.#at = now;
    this.#tokens = filled >= 1 ? filled - 1 : filled;
    return filled >= 1;
  }
}
