import type { Clock } from '../base/clock.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { BucketStore } from '../ports/buckets.ts';
import type { Limits } from '../wire/ws/terms.ts';
import type { SocketRoute } from './call.ts';
import type { Inspect } from './inspect.ts';
import type { Meter, MessageRates } from './meter.ts';
import type { Budgets, Registry } from './registry.ts';
import type { Selection } from './select.ts';
import type { Upgrades } from './upgrades.ts';

/** What happened, for metrics and logs. `why` is a rule, a violation's key, a bucket or a budget. */
export type Happening =
  | { readonly kind: 'opened'; readonly connectionId: string; readonly address: string; readonly key: string | null }
  | { readonly kind: 'message'; readonly connectionId: string; readonly routeKey: string; readonly bytes: number }
  | {
      readonly kind: 'dropped' | 'counted' | 'failed';
      readonly connectionId: string;
      readonly routeKey: string;
      readonly why: string;
      readonly says: string;
    }
  | {
      readonly kind: 'closed';
      readonly connectionId: string;
      readonly code: number;
      readonly by: string;
      readonly why: string;
    };

/** Who a handshake belongs to, as earlier stages of the line found out. */
export interface Caller {
  /** Id of the API key. */
  readonly key: string | null;
  /** As it shall stand under `requestContext.authorizer` of every event (spec WC-9). */
  readonly authorizer: Readonly<Record<string, unknown>> | null;
}

export interface SocketApiOptions {
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly selection: Selection;
  /** By route key; `$connect`, `$disconnect` and `$default` among them where there are such. */
  readonly routes: ReadonlyMap<string, SocketRoute>;
  /** Sizes and times of the frames themselves. */
  readonly limits: Limits;
  /** Outlives this object where a document is loaded again. */
  readonly registry: Registry;
  readonly budgets: Budgets;
  readonly rates: MessageRates;
  /** What becomes of a message that finds its bucket empty. */
  readonly overRate: 'drop' | 'close';
  readonly onFault: 'open' | 'closed';
  /** Messages of one connection that may be with integrations at a time; reading waits beyond that. */
  readonly maxInFlight: number;
  readonly inspect: Inspect | null;
  readonly buckets: BucketStore;
  readonly clock: Clock;
  readonly upgrades: Upgrades;
  readonly caller: (exchange: Exchange) => Caller;
  readonly observe: (happening: Happening) => void;
  /** Work that nobody waits for: `$disconnect`. */
  readonly later: (work: Promise<unknown>) => void;
}

/** What the parts of an API share. */
export interface SocketCore {
  readonly options: SocketApiOptions;
  readonly meter: Meter;
}
