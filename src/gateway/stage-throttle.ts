import { messageOf } from '../base/fault.ts';
import type { MaybePromise } from '../base/later.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Answer, Handle, Stage } from '../flow/stage.ts';
import { HeaderList } from '../http/headers.ts';
import type { BucketLimit, BucketStore, Taken } from '../ports/buckets.ts';
import type { Reason } from '../trace/reason.ts';
import { stageThrottleReasons } from './api-reasons.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from './api.ts';
import { callFact, type Call } from './call.ts';

export interface MeteringOptions {
  readonly buckets: BucketStore;
  /** Buckets of this process, for when the store cannot answer. */
  readonly local: BucketStore;
  readonly onFault: 'closed' | 'open' | 'local';
  readonly retryAfter: boolean;
}

export interface BucketAsk {
  readonly key: string;
  readonly limit: BucketLimit;
  readonly reason: Reason;
}

/** A limit no higher than another; what is above the account's limit is capped by it. */
export const capped = (limit: BucketLimit, by: BucketLimit): BucketLimit => ({
  rate: Math.min(limit.rate, by.rate),
  burst: Math.min(limit.burst, by.burst),
});

/**
 * Method and account buckets. They stand before the authorizer, so that a flood without credentials cannot call it more
 * often than rate and burst allow; only a usage plan's buckets come after it.
 */
export function stageThrottle(api: GatewayApi, options: MeteringOptions): Stage {
  const account: BucketAsk = {
    key: `account ${api.place.account} ${api.place.region}`,
    limit: api.accountThrottle,
    reason: stageThrottleReasons.account,
  };
  const asks = new Map<string, readonly BucketAsk[]>(
    api.routes.map((route) => {
      const limit = route.throttle ?? api.throttle;
      const own = limit && {
        key: `method ${api.name} ${api.place.stage} ${route.key}`,
        limit: capped(limit, api.accountThrottle),
        reason: stageThrottleReasons.method,
      };
      return [route.key, own ? [own, account] : [account]];
    }),
  );
  return {
    name: 'gateway.throttle',
    handle(exchange, next) {
      const route = exchange.facts.get(apiRouteFact) as ApiRoute;
      return askBuckets('gateway.throttle', asks.get(route.key) as readonly BucketAsk[], options, exchange, next);
    },
  };
}

/** Asks bucket after bucket; the first that is empty answers. */
export function askBuckets(
  stage: string,
  asks: readonly BucketAsk[],
  options: MeteringOptions,
  exchange: Exchange,
  next: Handle,
): Answer {
  const go = (from: number): Answer => {
    for (let at = from; at < asks.length; at++) {
      const ask = asks[at] as BucketAsk;
      const taken = take(stage, ask, options, exchange);
      if (taken instanceof Promise)
        return taken.then((later) => judge(stage, later, ask, options, exchange) ?? go(at + 1));
      const refused = judge(stage, taken, ask, options, exchange);
      if (refused) return refused;
    }
    return next(exchange);
  };
  return go(0);
}

const free: Taken = { allowed: true, remaining: 0, retryAfterMs: 0 };

function take(stage: string, ask: BucketAsk, options: MeteringOptions, exchange: Exchange): MaybePromise<Taken> {
  const broken = (thrown: unknown): MaybePromise<Taken> => {
    exchange.trace.note(stage, `store fault, ${options.onFault}`, { says: messageOf(thrown) });
    if (options.onFault === 'local') return options.local.take(ask.key, ask.limit);
    return options.onFault === 'open' ? free : { allowed: false, remaining: 0, retryAfterMs: 1000 };
  };
  try {
    const taken = options.buckets.take(ask.key, ask.limit);
    return taken instanceof Promise ? taken.catch(broken) : taken;
  } catch (thrown) {
    return broken(thrown);
  }
}

function judge(
  stage: string,
  taken: Taken,
  ask: BucketAsk,
  options: MeteringOptions,
  exchange: Exchange,
): Answer | null {
  if (taken.allowed) return null;
  const begun = exchange.facts.get(callFact) as Call;
  begun.error = { type: 'THROTTLED', message: 'Too Many Requests', member: 'message' };
  const seconds = Number.isFinite(taken.retryAfterMs) ? Math.max(1, Math.ceil(taken.retryAfterMs / 1000)) : null;
  return refuse(exchange, stage, ask.reason, {
    facts: { bucket: ask.key, rate: ask.limit.rate, burst: ask.limit.burst },
    ...(options.retryAfter && seconds !== null ? { headers: HeaderList.of({ 'Retry-After': String(seconds) }) } : {}),
  });
}
