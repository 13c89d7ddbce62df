import { messageOf } from '../base/fault.ts';
import type { MaybePromise } from '../base/later.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { keyFact } from '../flow/shared-facts.ts';
import type { Answer, Handle, Stage } from '../flow/stage.ts';
import type { BucketLimit } from '../ports/buckets.ts';
import type { CounterStore } from '../ports/counters.ts';
import type { RecordStore } from '../ports/records.ts';
import type { Reason } from '../trace/reason.ts';
import { planReasons } from './api-reasons.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from './api.ts';
import { callFact, type Call } from './call.ts';
import type { FindKey, KnownKey } from './find-key.ts';
import type { Quota } from './quota.ts';
import { askBuckets, type MeteringOptions } from './stage-throttle.ts';
import { count, firstUse } from './usage.ts';

/** A usage plan as one stage sees it. */
export interface StagePlan {
  readonly name: string;
  readonly quota: Quota | null;
  /** For the method, or for all; null: no throttle of the plan. */
  throttle(routeKey: string): BucketLimit | null;
}

export interface PlanOptions {
  readonly findKey: FindKey;
  /** The plan of a key at this stage: one key may be in many plans, but only in one for a given stage. */
  planOf(key: KnownKey): StagePlan | null;
  readonly counters: CounterStore;
  readonly records: RecordStore;
  readonly metering: MeteringOptions;
  /** The store of keys and quotas cannot answer. */
  readonly onFault: 'closed' | 'open';
  /** Lower case. */
  readonly header: string;
}

/** API key, then the plan's bucket for this key and method, then its quota. Without `key: required` nothing is asked or counted. */
export function plan(api: GatewayApi, options: PlanOptions): Stage {
  return {
    name: 'gateway.plan',
    handle(exchange, next) {
      const route = exchange.facts.get(apiRouteFact) as ApiRoute;
      if (!route.keyRequired) return next(exchange);
      const begun = exchange.facts.get(callFact) as Call;
      const given =
        api.keySource === 'authorizer' ? (begun.usageKey ?? undefined) : exchange.request.headers.get(options.header);
      if (!given) return forbidden(exchange, begun, planReasons['key-missing']);
      return guarded(
        () => options.findKey(given, exchange.clock.now()),
        (key) =>
          key
            ? metered(key, given, route, begun, options, exchange, next)
            : forbidden(exchange, begun, planReasons['key-unknown']),
        options,
        exchange,
        next,
      );
    },
  };
}

/** Every way of having no usable key looks the same from outside. */
function forbidden(exchange: Exchange, begun: Call, reason: Reason, key?: KnownKey): Answer {
  begun.error = { type: 'INVALID_API_KEY', message: 'Forbidden', member: 'message' };
  return refuse(exchange, 'gateway.plan', reason, key ? { facts: { key: key.id } } : {});
}

function metered(
  key: KnownKey,
  value: string,
  route: ApiRoute,
  begun: Call,
  options: PlanOptions,
  exchange: Exchange,
  next: Handle,
): Answer {
  const found = options.planOf(key);
  if (!found) return forbidden(exchange, begun, planReasons['none-for-stage'], key);
  begun.identity = { ...begun.identity, apiKey: value, apiKeyId: key.id };
  begun.plan = found.name;
  exchange.facts.set(keyFact, { id: key.id, name: key.name });
  exchange.trace.note('gateway.plan', 'key', { key: key.id, plan: found.name });
  const limit = found.throttle(route.key);
  const go: Handle = (at) => withinQuota(key, found, begun, options, at, next);
  if (!limit) return go(exchange);
  const bucket = `plan ${found.name} ${key.id} ${begun.place.id} ${begun.place.stage} ${route.key}`;
  return askBuckets(
    'gateway.plan',
    [{ key: bucket, limit, reason: planReasons.throttled }],
    options.metering,
    exchange,
    go,
  );
}

/** Only what passed the throttle counts against the quota. */
function withinQuota(
  key: KnownKey,
  found: StagePlan,
  begun: Call,
  options: PlanOptions,
  exchange: Exchange,
  next: Handle,
): Answer {
  const { quota } = found;
  if (!quota) return next(exchange);
  return guarded(
    () =>
      count(
        options.counters,
        found.name,
        key.id,
        quota,
        firstUse(options.records, found.name, key.id),
        exchange.clock.now(),
      ),
    (usage) => {
      if (usage.allowed) return next(exchange);
      begun.error = { type: 'QUOTA_EXCEEDED', message: 'Limit Exceeded', member: 'message' };
      return refuse(exchange, 'gateway.plan', planReasons.quota, {
        facts: {
          plan: found.name,
          key: key.id,
          limit: usage.limit,
          period: quota.period,
          opens: new Date(usage.window.endsAt).toISOString(),
        },
      });
    },
    options,
    exchange,
    next,
  );
}

/** Asks the store, and does what the document says when it cannot answer. What comes after is not guarded. */
function guarded<T>(
  ask: () => MaybePromise<T>,
  go: (value: T) => Answer,
  options: PlanOptions,
  exchange: Exchange,
  next: Handle,
): Answer {
  const broken = (thrown: unknown): Answer => {
    const says = messageOf(thrown);
    if (options.onFault === 'closed')
      return refuse(exchange, 'gateway.plan', planReasons.unavailable, { facts: { says } });
    exchange.trace.note('gateway.plan', 'fault, open', { says });
    return next(exchange);
  };
  let asked: MaybePromise<T>;
  try {
    asked = ask();
  } catch (thrown) {
    return broken(thrown);
  }
  return asked instanceof Promise ? asked.then(go, broken) : go(asked);
}
