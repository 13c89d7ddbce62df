import { sameSecret } from '../base/bytes.ts';
import { messageOf } from '../base/fault.ts';
import type { MaybePromise } from '../base/later.ts';
import { whenHere as then } from '../base/later.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { identityBoundFact, keyFact, tenantFact } from '../flow/shared-facts.ts';
import type { Answer, Stage } from '../flow/stage.ts';
import type { Digest } from '../ports/digest.ts';
import type { RecordStore } from '../ports/records.ts';
import { keyReasons } from './reasons.ts';
import { routeEntryFact } from './route.ts';

/** A key as it is kept: the hash, never the key. Its id is the hash's beginning, so a key is found by what it hashes to. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  /** Lower-case hex of SHA-256 over the key. */
  readonly hash: string;
  readonly enabled: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly tenant: string | null;
  readonly description?: string;
  /** Usage plans that it was put in when it was imported, beside those of the document that name it. */
  readonly plans?: readonly string[];
}

export const KEY_KIND = 'api-key';

export const keyId = (hash: string): string => `k_${hash.slice(0, 12)}`;

export interface KeyOptions {
  /** Lower case. */
  readonly header: string;
  readonly records: RecordStore;
  readonly digest: Digest;
  readonly onFault: 'open' | 'closed';
  /** Milliseconds that an accepted key is remembered without asking the store. */
  readonly rememberMs: number;
  /** A tenant is found by its key. */
  readonly namesTenant: boolean;
}

/** Most keys that are remembered at a time. */
const MOST_REMEMBERED = 10_000;

/** Asks for an API key where the route does. */
export function key(options: KeyOptions): Stage {
  // Keys that were just accepted, as they came: hashing one again for each request would cost more than the rest of this
  // stage. They lie in memory no longer than `rememberMs`, and a look-up cannot be used to guess one piece by piece.
  const remembered = new Map<string, { readonly record: KeyRecord; readonly until: number }>();

  const find = (given: string, now: number): MaybePromise<KeyRecord | null> => {
    const known = remembered.get(given);
    if (known && known.until > now) return known.record;
    const hash = options.digest.sha256(given);
    return then(options.records.get<KeyRecord>(KEY_KIND, keyId(hash)), (found) => {
      // The id is only the hash's beginning; the whole of it is compared, and without telling where it differs.
      if (!found || !sameSecret(found.value.hash, hash)) return null;
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(given, { record: found.value, until: now + options.rememberMs });
      return found.value;
    });
  };

  const judge = (record: KeyRecord | null, exchange: Exchange): Answer | null => {
    if (!record?.enabled) return refuse(exchange, 'gateway.key', keyReasons.unknown);
    if (record.expiresAt !== null && record.expiresAt <= exchange.clock.now()) {
      return refuse(exchange, 'gateway.key', keyReasons.expired, { facts: { key: record.id } });
    }
    exchange.facts.set(keyFact, { id: record.id, name: record.name });
    if (options.namesTenant && record.tenant !== null) exchange.facts.set(tenantFact, record.tenant);
    exchange.trace.note('gateway.key', 'accepted', { key: record.id, name: record.name });
    return null;
  };

  return {
    name: 'gateway.key',
    handle(exchange, next) {
      const route = exchange.facts.get(routeEntryFact)?.route;
      if (route?.key !== 'required') return next(exchange);
      exchange.facts.set(identityBoundFact, !route.shareable);
      const given = exchange.request.headers.get(options.header);
      if (!given) return refuse(exchange, 'gateway.key', keyReasons.missing, { facts: { header: options.header } });
      const broken = (thrown: unknown): Answer => {
        if (options.onFault === 'closed')
          return refuse(exchange, 'gateway.key', keyReasons.unavailable, { facts: { says: messageOf(thrown) } });
        exchange.trace.note('gateway.key', 'fault, open', { says: messageOf(thrown) });
        return next(exchange);
      };
      let found: MaybePromise<KeyRecord | null>;
      try {
        found = find(given, exchange.clock.now());
      } catch (thrown) {
        return broken(thrown);
      }
      if (!(found instanceof Promise)) return judge(found, exchange) ?? next(exchange);
      return found.then(
        (record) => judge(record, exchange) ?? next(exchange),
        (thrown: unknown) => broken(thrown),
      );
    },
  };
}
