import type { Clock } from '../base/clock.ts';
import { countedAs } from '../base/ip.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import { keyFact, tenantFact } from '../flow/shared-facts.ts';
import { onTheWayOut, type Answer, type Handle, type Stage } from '../flow/stage.ts';
import type { HeaderList } from '../http/headers.ts';
import type { Reason } from '../trace/reason.ts';
import { spendReasons } from './api-reasons.ts';
import { apiRouteFact, type ApiRoute } from './api.ts';
import { stepAt, type Budget } from './budget.ts';
import { callFact, type Call } from './call.ts';
import type { SpendBook } from './spend-book.ts';
import { askBuckets, type MeteringOptions } from './stage-throttle.ts';

const GB = 1024 ** 3;

/** Counts what requests cost, and turns from soft to hard as a budget is used up. */
export function spend(
  budgets: ReadonlyMap<string, Budget>,
  book: SpendBook,
  metering: MeteringOptions,
  clock: Clock,
): Stage {
  return {
    name: 'gateway.spend',
    handle(exchange, next) {
      const route = exchange.facts.get(apiRouteFact) as ApiRoute;
      const budget = route.budget && budgets.get(route.budget.name);
      if (!budget || !route.budget) return next(exchange);
      const { dollars } = route.budget;
      const scope = scopeOf(budget, exchange);
      const pay: Handle = (at) =>
        onTheWayOut(next(at), (response) => {
          const out = ((response.body?.length ?? 0) / GB) * budget.rates.gbOut;
          book.add(budget, scope, dollars + out, clock.now());
          return response;
        });
      const state = book.state(budget, scope, clock.now());
      const step = stepAt(budget, state.share);
      if (!step) return pay(exchange);
      exchange.trace.note('gateway.spend', step.do, {
        budget: budget.name,
        scope,
        spent: round(state.spent),
        limit: budget.limit,
        forecast: round(state.forecast),
      });
      return take(step, budget, scope, route, exchange, metering, pay);
    },
  };
}

function take(
  step: Budget['steps'][number],
  budget: Budget,
  scope: string,
  route: ApiRoute,
  exchange: Exchange,
  metering: MeteringOptions,
  pay: Handle,
): Answer {
  switch (step.do) {
    case 'note':
      return pay(exchange);
    case 'longer-cache':
      return onTheWayOut(pay(exchange), (response) => ({
        ...response,
        headers: stretched(response.headers, step.factor),
      }));
    case 'throttle': {
      const limit = step.throttle ?? { rate: 1, burst: 1 };
      const key = `budget ${budget.name} ${scope} ${route.key} ${exchange.facts.get(keyFact)?.id ?? countedAs(exchange.viewer.address)}`;
      return askBuckets('gateway.spend', [{ key, limit, reason: spendReasons.throttled }], metering, exchange, pay);
    }
    case 'challenge': {
      const begun = exchange.facts.get(callFact) as Call;
      // Whoever proved who he is goes on; the anonymous ones are what a wallet is drained with.
      return begun.authorizer !== null || begun.principals.length > 0 || exchange.facts.get(keyFact)
        ? pay(exchange)
        : no(exchange, spendReasons.challenged);
    }
    case 'stop':
      return no(exchange, spendReasons.stopped);
  }
}

function no(exchange: Exchange, reason: Reason): Answer {
  const begun = exchange.facts.get(callFact) as Call;
  begun.error = { type: 'THROTTLED', message: 'Too Many Requests', member: 'message' };
  return refuse(exchange, 'gateway.spend', reason);
}

function scopeOf(budget: Budget, exchange: Exchange): string {
  switch (budget.per) {
    case 'all':
      return 'all';
    case 'tenant':
      return `tenant ${exchange.facts.get(tenantFact) ?? '-'}`;
    case 'key':
      return `key ${exchange.facts.get(keyFact)?.id ?? '-'}`;
    case 'address':
      return `address ${countedAs(exchange.viewer.address)}`;
  }
}

const round = (dollars: number): number => Math.round(dollars * 1e6) / 1e6;

/** Caches in front may keep an answer so many times longer; what must not be kept stays so. */
export function stretched(headers: HeaderList, factor: number): HeaderList {
  const said = headers.joined('cache-control');
  if (said === undefined || /no-store|no-cache|private/i.test(said)) return headers;
  const longer = said.replaceAll(
    /\b(max-age|s-maxage)=(\d{1,9})/gi,
    (_, name: string, seconds: string) => `${name}=${Math.floor(Number(seconds) * factor)}`,
  );
  return longer === said ? headers : headers.with('Cache-Control', longer);
}
