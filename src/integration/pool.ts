import { Fault } from '../base/fault.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Answer } from '../flow/stage.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import { balancer, type Balance } from './balance.ts';
import { Breaker, type BreakerRules } from './breaker.ts';
import { forward, type Forwarder } from './forward.ts';
import { Health, type HealthRules } from './health.ts';
import { poolReasons } from './reasons.ts';
import { mayRetry } from './retry.ts';

/** Several origins behind one name: balanced, watched, and left out while they fail. */
export interface PoolOptions {
  readonly name: string;
  readonly targets: readonly { readonly forwarder: Forwarder; readonly weight: number; readonly group: number }[];
  readonly balance: Balance;
  readonly health: HealthRules | null;
  readonly breaker: BreakerRules;
}

interface Target {
  readonly name: string;
  readonly weight: number;
  readonly group: number;
  readonly forwarder: Forwarder;
  readonly breaker: Breaker;
  readonly health: Health | null;
  busy: number;
}

/** Sends a request to one of the targets, and to the next where that is safe and the first could not. */
export type PoolForward = (exchange: Exchange, rewrite: string | undefined, most: number) => Answer;

export function pool(options: PoolOptions): PoolForward {
  const targets = options.targets.map(({ forwarder, weight, group }): Target => ({
    name: forwarder.name,
    weight,
    group,
    forwarder,
    breaker: new Breaker(options.breaker),
    health: options.health ? new Health(options.health, forwarder) : null,
    busy: 0,
  }));
  const choose = balancer<Target>(options.balance);

  const pick = (exchange: Exchange, tried: ReadonlySet<Target>): Target | null => {
    const now = exchange.clock.now();
    let left = targets.filter((each) => !tried.has(each) && each.breaker.waitMs(now) === 0);
    const well = left.filter((each) => each.health?.healthy ?? true);
    // When every target is called unhealthy, the checks are more likely wrong than all of them down.
    if (well.length > 0) left = well;
    const group = Math.min(...left.map((each) => each.group));
    left = left.filter((each) => each.group === group);
    while (left.length > 0) {
      const chosen = choose(left, exchange.viewer.address);
      if (chosen.breaker.admit(now)) return chosen;
      left = left.filter((each) => each !== chosen);
    }
    return null;
  };

  return (exchange, rewrite, most) => {
    for (const target of targets) {
      const check = target.health?.check(exchange.clock.now());
      if (check) exchange.later(check);
    }
    const tried = new Set<Target>();
    const attempt = (last: unknown): Answer => {
      const target = pick(exchange, tried);
      if (!target) {
        if (last !== undefined) throw last;
        return shut(options.name, targets, exchange);
      }
      tried.add(target);
      target.busy++;
      const tell = (ok: boolean | null): void => {
        target.busy--;
        if (ok === null) target.breaker.forget();
        else target.breaker.tell(ok, exchange.clock.now());
      };
      const failed = (thrown: unknown): Answer => {
        const ours = thrown instanceof Fault && thrown.source === 'origin' && !thrown.code.endsWith('.gone');
        tell(ours ? false : null);
        if (!ours || !mayRetry(thrown, exchange.request.method, exchange.request.body)) throw thrown;
        exchange.trace.note('integration', 'next target', { pool: options.name, after: target.name });
        return attempt(thrown);
      };
      const answered = (response: HttpResponse): HttpResponse => {
        tell(response.status < 500 || response.status === 501);
        return response;
      };
      let answer: Answer;
      try {
        answer = forward(target.forwarder, exchange, rewrite, most);
      } catch (thrown) {
        return failed(thrown);
      }
      return answer instanceof Promise ? answer.then(answered, failed) : answered(answer);
    };
    return attempt(undefined);
  };
}

function shut(name: string, targets: readonly Target[], exchange: Exchange): Answer {
  const now = exchange.clock.now();
  const wait = Math.max(1, Math.ceil(Math.min(...targets.map((each) => each.breaker.waitMs(now))) / 1000));
  return refuse(exchange, 'integration', poolReasons.open, {
    facts: { pool: name },
    headers: HeaderList.of({ 'Retry-After': String(wait) }),
  });
}
