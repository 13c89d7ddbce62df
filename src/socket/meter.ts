import { whenHere, type MaybePromise } from '../base/later.ts';
import type { BucketLimit, BucketStore } from '../ports/buckets.ts';
import type { Session } from './session.ts';

/** Messages per second; null for no limit. */
export interface MessageRates {
  readonly perConnection: BucketLimit | null;
  readonly perAddress: BucketLimit | null;
  readonly perKey: BucketLimit | null;
}

export type MeteredBy = 'connection' | 'address' | 'key';

/** Counts messages. The connection's own bucket lives in its session; those of addresses and keys are shared by all nodes. */
export class Meter {
  readonly #rates: MessageRates;
  readonly #buckets: BucketStore;
  readonly #prefix: string;
  /** True when the buckets' store being down lets messages through. */
  readonly #open: boolean;

  constructor(rates: MessageRates, buckets: BucketStore, apiId: string, onFault: 'open' | 'closed') {
    this.#rates = rates;
    this.#buckets = buckets;
    this.#prefix = `socket:${apiId}`;
    this.#open = onFault === 'open';
  }

  /** Which bucket was empty, or null when the message may come. */
  take(session: Session, now: number): MaybePromise<MeteredBy | null> {
    const { perConnection, perAddress, perKey } = this.#rates;
    if (perConnection !== null && !session.takeToken(perConnection, now)) return 'connection';
    if (perAddress === null && (perKey === null || session.key === null)) return null;
    return whenHere(this.#shared('address', session.address, perAddress), (address) =>
      address !== null ? address : this.#shared('key', session.key, perKey),
    );
  }

  #shared(by: MeteredBy, name: string | null, limit: BucketLimit | null): MaybePromise<MeteredBy | null> {
    if (limit === null || name === null) return null;
    const broken = (): MeteredBy | null => (this.#open ? null : by);
    try {
      const taken = this.#buckets.take(`${this.#prefix}:${by}:${name}`, limit);
      if (taken instanceof Promise) return taken.then(({ allowed }) => (allowed ? null : by), broken);
      return taken.allowed ? null : by;
    } catch {
      return broken();
    }
  }
}
