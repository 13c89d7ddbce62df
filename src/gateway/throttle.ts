import { messageOf } from '../base/fault.ts';
import { countedAs } from '../base/ip.ts';
import type { MaybePromise } from '../base/later.ts';
import type { Throttle } from '../config/parts.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { keyFact } from '../flow/shared-facts.ts';
import type { Answer, Handle, Stage } from '../flow/stage.ts';
import { HeaderList } from '../http/headers.ts';
import type { BucketStore, Taken } from '../ports/buckets.ts';
import type { Reason } from '../trace/reason.ts';
import { throttleReasons } from './reasons.ts';
import { routeEntryFact } from './route.ts';

export interface ThrottleOptions {
  readonly buckets: BucketStore;
  readonly overall: Throttle | undefined;
  readonly perAddress: Throttle | undefined;
  readonly perKey: Throttle | undefined;
  readonly onFault: 'open' | 'closed';
}

/** One bucket that a request has to find a token in. */
interface Ask {
  readonly key: string;
  readonly limit: Throttle;
  readonly reason: Reason;
}

/**
 * Before anybody is asked who he is: this address, this route, and everything together. In this order, so that a
 * single flood is turned away by its own bucket and does not empty the ones that others need.
 */
export function throttle(options: ThrottleOptions): Stage {
  return bucketStage('gateway.throttle', options, (exchange) => {
    const asks: Ask[] = [];
    const found = exchange.facts.get(routeEntryFact);
    if (options.perAddress)
      asks.push({
        key: `address ${countedAs(exchange.viewer.address)}`,
        limit: options.perAddress,
        reason: throttleReasons.address,
      });
    if (found?.route.throttle)
      asks.push({ key: `route ${found.name}`, limit: found.route.throttle, reason: throttleReasons.route });
    if (options.overall) asks.push({ key: 'overall', limit: options.overall, reason: throttleReasons.overall });
    return asks;
  });
}

/** After the key is known: this key on this route, then this key over all routes. */
export function throttleKey(options: ThrottleOptions): Stage {
  return bucketStage('gateway.throttle.key', options, (exchange) => {
    const caller = exchange.facts.get(keyFact);
    if (!caller) return [];
    const asks: Ask[] = [];
    const found = exchange.facts.get(routeEntryFact);
    const perRoute = found?.route.throttlePerKey;
    if (perRoute) asks.push({ key: `key ${caller.id} ${found.name}`, limit: perRoute, reason: throttleReasons.key });
    if (options.perKey) asks.push({ key: `key ${caller.id}`, limit: options.perKey, reason: throttleReasons.key });
    return asks;
  });
}

function bucketStage(name: string, options: ThrottleOptions, asksOf: (exchange: Exchange) => readonly Ask[]): Stage {
  const broken = (thrown: unknown, exchange: Exchange, next: Handle): Answer => {
    if (options.onFault === 'closed')
      return refuse(exchange, name, throttleReasons.unavailable, { facts: { says: messageOf(thrown) } });
    exchange.trace.note(name, 'fault, open', { says: messageOf(thrown) });
    return next(exchange);
  };
  const judge = (taken: Taken, ask: Ask, exchange: Exchange): Answer | null => {
    if (taken.allowed) return null;
    const seconds = Math.max(1, Math.ceil(taken.retryAfterMs / 1000));
    return refuse(exchange, name, ask.reason, {
      facts: {
        bucket: ask.key,
        rate: ask.limit.rate,
        burst: ask.limit.burst,
        retryAfterMs: Math.ceil(taken.retryAfterMs),
      },
      headers: HeaderList.of({ 'Retry-After': String(seconds) }),
    });
  };
  const ask = (asks: readonly Ask[], from: number, exchange: Exchange, next: Handle): Answer => {
    for (let at = from; at < asks.length; at++) {
      const one = asks[at] as Ask;
      let taken: MaybePromise<Taken>;
      try {
        taken = options.buckets.take(one.key, one.limit);
      } catch (thrown) {
        return broken(thrown, exchange, next);
      }
      if (taken instanceof Promise) {
        return taken.then(
          (later) => judge(later, one, exchange) ?? ask(asks, at + 1, exchange, next),
          (thrown: unknown) => broken(thrown, exchange, next),
        );
      }
      const refused = judge(taken, one, exchange);
      if (refused) return refused;
    }
    return next(exchange);
  };
  return {
    name,
    handle(exchange, next) {
      const asks = asksOf(exchange);
      return asks.length === 0 ? next(exchange) : ask(asks, 0, exchange, next);
    },
  };
}
