import { whenHere } from '../base/later.ts';
import { ms } from '../config/words.ts';
import { refuse } from '../flow/refuse.ts';
import { onTheWayOut, type Answer, type Stage } from '../flow/stage.ts';
import type { CounterStore } from '../ports/counters.ts';
import { onceReasons } from './reasons.ts';
import { routeEntryFact } from './route.ts';

export interface OnceOptions {
  readonly counters: CounterStore;
}

/** Longest id that is taken for one. */
const MOST_ID = 200;

/** A counter above this says that the origin accepted the delivery; below it, that it is on its way. */
const DONE = 1_000_000;

/**
 * Each delivery once: senders of webhooks repeat what they believe was lost, under the same id. What the origin accepted
 * is not forwarded again; what failed may come again.
 */
export function once({ counters }: OnceOptions): Stage {
  return {
    name: 'gateway.once',
    handle(exchange, next) {
      const entry = exchange.facts.get(routeEntryFact);
      const wish = entry?.route.once;
      if (!wish) return next(exchange);
      const id = exchange.request.headers.get(wish.header.toLowerCase());
      if (!id || id.length > MOST_ID)
        return refuse(exchange, 'gateway.once', onceReasons.missing, { facts: { header: wish.header } });
      const name = `once ${entry.name} ${id}`;
      const expiresAt = exchange.clock.now() + ms(wish.for);
      const settle = (by: number): void => {
        const done = counters.add(name, by, 'once', expiresAt);
        if (done instanceof Promise) exchange.later(done);
      };
      return whenHere(counters.add(name, 1, 'once', expiresAt), (sum): Answer => {
        if (sum > DONE) return refuse(exchange, 'gateway.once', onceReasons.repeated);
        if (sum > 1) {
          settle(-1);
          return refuse(exchange, 'gateway.once', onceReasons.running);
        }
        const failed = (thrown: unknown): never => {
          settle(-1);
          throw thrown;
        };
        let answer: Answer;
        try {
          answer = next(exchange);
        } catch (thrown) {
          return failed(thrown);
        }
        const answered = onTheWayOut(answer, (response) => {
          settle(response.status < 400 ? DONE : -1);
          return response;
        });
        return answered instanceof Promise ? answered.catch(failed) : answered;
      });
    },
  };
}
