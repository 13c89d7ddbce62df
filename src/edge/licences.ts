import { messageOf } from '../base/fault.ts';
import { whenHere, type MaybePromise } from '../base/later.ts';
import { Once } from '../base/once.ts';
import type { Exchange } from '../flow/exchange.ts';
import { defineSlot } from '../flow/facts.ts';
import { refuse } from '../flow/refuse.ts';
import { keyFact } from '../flow/shared-facts.ts';
import type { Answer, Stage } from '../flow/stage.ts';
import type { CounterStore } from '../ports/counters.ts';
import type { Digest } from '../ports/digest.ts';
import { behaviourOf } from './behaviour.ts';
import { findKey, withKey, withoutKey, type KeyPlace } from './licence-key.ts';
import type { LicenceRecord } from './licence-book.ts';
import { licenceReasons } from './reasons.ts';
import { retarget } from './origin-request.ts';

/** The key as it was found, for an origin that shall see it. Never written to a log or trace. */
const licenceKeyFact = defineSlot<{ readonly place: KeyPlace; readonly key: string }>('licence-key');

export interface LicenceOptions {
  /** By behaviour: is a licence asked for? */
  readonly asked: readonly boolean[];
  readonly places: readonly KeyPlace[];
  /** Null: the origin decides. Rejects or throws when it cannot be known. */
  readonly find: ((key: string) => MaybePromise<LicenceRecord | null>) | null;
  readonly digest: Digest;
  readonly counters: CounterStore;
  /** Milliseconds that a result is remembered. */
  readonly remember: { readonly valid: number; readonly invalid: number; readonly most: number };
  readonly onFault: 'closed' | 'open';
  readonly quotaPeriod: 'day' | 'month';
}

interface Remembered {
  readonly record: LicenceRecord | null;
  readonly until: number;
}

/**
 * Each request bears a key, each key is checked, and no key splits the cache: it is taken out of the request before the
 * cache looks. Results are remembered, good ones longer than bad ones, and asked for once however many wait for them.
 */
export function licences(options: LicenceOptions): Stage {
  const results = new Map<string, Remembered>();
  const flights = new Once<LicenceRecord | null>();

  const remember = (hash: string, record: LicenceRecord | null, now: number): void => {
    if (results.size >= options.remember.most) {
      const oldest = results.keys().next().value;
      if (oldest !== undefined) results.delete(oldest);
    }
    results.delete(hash);
    results.set(hash, { record, until: now + (record?.enabled ? options.remember.valid : options.remember.invalid) });
  };

  const look = (
    key: string,
    find: NonNullable<LicenceOptions['find']>,
    now: number,
  ): MaybePromise<LicenceRecord | null> => {
    const hash = options.digest.sha256(key);
    const known = results.get(hash);
    if (known && known.until > now) return known.record;
    return flights.run(hash, async () => {
      const record = await find(key);
      remember(hash, record, now);
      return record;
    });
  };

  return {
    name: 'edge.licence',
    handle(exchange, next) {
      if (!options.asked[behaviourOf(exchange)]) return next(exchange);
      const found = findKey(exchange.request, options.places);
      if (!found) return refuse(exchange, 'edge.licence', licenceReasons.missing);
      exchange.request = withoutKey(exchange.request, options.places);
      retarget(exchange);
      exchange.facts.set(licenceKeyFact, found);
      if (!options.find) return next(exchange);
      const now = exchange.clock.now();
      let result: MaybePromise<LicenceRecord | null>;
      try {
        result = look(found.key, options.find, now);
      } catch (thrown) {
        return unknown(exchange, thrown) ?? next(exchange);
      }
      const go = (record: LicenceRecord | null): Answer =>
        whenHere(judge(record, exchange, options, now), (no) => no ?? next(exchange));
      if (!(result instanceof Promise)) return go(result);
      return result
        .then(
          (record) => ({ record, thrown: null }),
          (thrown: unknown) => ({ record: null, thrown: { thrown } }),
        )
        .then((outcome) =>
          outcome.thrown ? (unknown(exchange, outcome.thrown.thrown) ?? next(exchange)) : go(outcome.record),
        );
    },
  };

  function unknown(exchange: Exchange, thrown: unknown): Answer | null {
    if (options.onFault === 'closed')
      return refuse(exchange, 'edge.licence', licenceReasons.unavailable, { facts: { says: messageOf(thrown) } });
    exchange.trace.note('edge.licence', 'fault, open', { says: messageOf(thrown) });
    return null;
  }
}

function judge(
  record: LicenceRecord | null,
  exchange: Exchange,
  options: LicenceOptions,
  now: number,
): MaybePromise<Awaited<Answer> | null> {
  if (!record?.enabled) return refuse(exchange, 'edge.licence', licenceReasons.unknown);
  exchange.facts.set(keyFact, { id: record.id, name: record.name });
  if (record.expiresAt !== null && record.expiresAt <= now)
    return refuse(exchange, 'edge.licence', licenceReasons.expired, { facts: { licence: record.id } });
  exchange.trace.note('edge.licence', 'accepted', { licence: record.id, name: record.name });
  const { period, endsAt } = periodOf(now, options.quotaPeriod);
  return whenHere(options.counters.add(counterOf(record.id), 1, period, endsAt), (sum) =>
    record.quota !== null && sum > record.quota
      ? refuse(exchange, 'edge.licence', licenceReasons.quota, {
          facts: { licence: record.id, used: sum, quota: record.quota },
        })
      : null,
  );
}

const counterOf = (id: string): string => `licence:${id}`;

/** Requests that a licence made in the period that `now` lies in, refused ones over its quota too. */
export const licenceUsed = (
  counters: CounterStore,
  id: string,
  now: number,
  kind: 'day' | 'month',
): MaybePromise<number> => counters.read(counterOf(id), periodOf(now, kind).period);

/** `2026-11` or `2026-11-21`, in UTC, and when it is over. */
function periodOf(now: number, kind: 'day' | 'month'): { readonly period: string; readonly endsAt: number } {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const text = date.toISOString();
  return kind === 'day'
    ? { period: text.slice(0, 10), endsAt: Date.UTC(year, month, day + 1) }
    : { period: text.slice(0, 7), endsAt: Date.UTC(year, month + 1, 1) };
}

/** Behind the cache: gives the key back to an origin that shall see it. */
export function forwardLicence(): Stage {
  return {
    name: 'edge.licence-forward',
    handle(exchange, next) {
      const found = exchange.facts.get(licenceKeyFact);
      if (found) {
        exchange.request = withKey(exchange.request, found.place, found.key);
        retarget(exchange);
      }
      return next(exchange);
    },
  };
}
