import type { createLocalJWKSet, JSONWebKeySet } from 'jose';
import type { Clock } from '../base/clock.ts';
import { Fault, messageOf } from '../base/fault.ts';
import { Once } from '../base/once.ts';
import type { FetchJson } from '../ports/fetch-json.ts';

/** Key sets of issuers: found by discovery, fetched within limits, kept for two hours. */

export type KeySet = ReturnType<typeof createLocalJWKSet>;

export interface KeySets {
  /** The issuer's keys. `fresh` asks again when what is held does not know a key, at most once a minute. */
  of(issuer: string, fresh?: boolean): Promise<KeySet>;
}

const KEEP_MS = 2 * 3_600_000;
const AGAIN_MS = 60_000;
const limits = { withinMs: 1500, most: 150 * 1024 };

export function keySets(fetchJson: FetchJson, clock: Clock): KeySets {
  const held = new Map<string, { readonly keys: KeySet; readonly at: number }>();
  const flights = new Once<KeySet>();

  const fetchKeys = async (issuer: string): Promise<KeySet> => {
    const { createLocalJWKSet } = await import('jose');
    try {
      const base = issuer.replace(/\/$/, '');
      const found = (await fetchJson(`${base}/.well-known/openid-configuration`, limits)) as { jwks_uri?: unknown };
      if (typeof found?.jwks_uri !== 'string') throw new TypeError('the discovery document has no jwks_uri');
      const keys = createLocalJWKSet((await fetchJson(found.jwks_uri, limits)) as JSONWebKeySet);
      held.set(issuer, { keys, at: clock.now() });
      return keys;
    } catch (thrown) {
      throw new Fault('gateway.jwt.keys', 'origin', `no keys of issuer ${issuer}: ${messageOf(thrown)}`, {
        status: 500,
        cause: thrown,
      });
    }
  };

  return {
    async of(issuer, fresh = false) {
      const there = held.get(issuer);
      const age = there ? clock.now() - there.at : Number.POSITIVE_INFINITY;
      if (there && (fresh ? age < AGAIN_MS : age < KEEP_MS)) return there.keys;
      return flights.run(issuer, () => fetchKeys(issuer));
    },
  };
}
