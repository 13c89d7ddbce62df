import type { Clock } from '../base/clock.ts';
import type { SocketFacts } from '../events/websocket.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Answer, Handle } from '../flow/stage.ts';
import type { BucketStore } from '../ports/buckets.ts';
import type { DeflateChoice } from '../wire/ws/extensions.ts';
import type { Limits } from '../wire/ws/terms.ts';
import type { SocketRoute } from './call.ts';
import type { Happening } from './happening.ts';
import type { Inspect } from './inspect.ts';
import type { Meter, MessageRates } from './meter.ts';
import type { Budgets, Registry } from './registry.ts';
import type { Selection } from './select.ts';
import type { Upgrades } from './upgrades.ts';

/** Who a handshake belongs to, as earlier stages of the line found out. */
export interface Caller {
  /** Id of the API key. */
  readonly key: string | null;
  /** As it shall stand under `requestContext.authorizer` of every event (spec WC-9). */
  readonly authorizer: Readonly<Record<string, unknown>> | null;
}

/** What a handshake has to keep to before anybody is asked about it. */
export interface Entry {
  /** Most characters of path and query. */
  readonly maxUrl: number;
  /** New connections in this process. */
  readonly perSecond: number;
}

/** Answers a handshake itself, or goes on. `facts` are those of the connection that is asked for. */
export type Door = (exchange: Exchange, facts: SocketFacts, go: Handle) => Answer;

export interface SocketApiOptions {
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly selection: Selection;
  /** By route key; `$connect`, `$disconnect` and `$default` among them where there are such. */
  readonly routes: ReadonlyMap<string, SocketRoute>;
  /** Sizes and times of the frames themselves. */
  readonly limits: Limits;
  /** Null: compression is not agreed on, as on AWS. */
  readonly compression: DeflateChoice | null;
  /** Outlives this object where a document is loaded again. */
  readonly registry: Registry;
  readonly budgets: Budgets;
  readonly entry: Entry;
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
  /** Who stands before `$connect`: authorizer, API key, usage plan. Left out: nobody. */
  readonly door?: Door | undefined;
  readonly caller: (exchange: Exchange) => Caller;
  readonly observe: (happening: Happening) => void;
  /** Work that nobody waits for: `$disconnect`. */
  readonly later: (work: Promise<unknown>) => void;
}

/** What the parts of an API share. */
export interface SocketCore {
  readonly options: SocketApiOptions;
  readonly meter: Meter;
  /** Is there a route to choose? Where all messages go one way, nobody reads them for it. */
  readonly picks: boolean;
  /** `$default`. */
  readonly fallback: SocketRoute | undefined;
}
