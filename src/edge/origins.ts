import { Fault } from '../base/fault.ts';
import { newId } from '../base/id.ts';
import type { Exchange } from '../flow/exchange.ts';
import { defineSlot } from '../flow/facts.ts';
import type { Handle, Stage } from '../flow/stage.ts';
import type { HttpResponse } from '../http/message.ts';
import { Trace } from '../trace/trace.ts';
import { behaviourOf } from './behaviour.ts';
import type { OriginPick } from './chosen-origin.ts';

/** Name of the origin that this attempt goes to. */
export const originFact = defineSlot<string>('origin');

/** Origins that a function chose in place of the behaviour's. */
export const pickedFact = defineSlot<OriginPick>('picked-origin');

export interface OriginChoice {
  readonly primary: string;
  /** Null: there is no group. */
  readonly secondary: string | null;
  /** Statuses of the first that send the request to the second. */
  readonly failover: ReadonlySet<number>;
  /** How often a GET or HEAD is tried at one origin that does not answer. */
  readonly attempts: number;
}

const failsOver = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Chooses the origin: the first of its group each time anew, the second where the first fails. */
export function origins(choices: readonly (OriginChoice | null)[]): Stage {
  return {
    name: 'edge.origin',
    handle(exchange, next) {
      const choice = choices[behaviourOf(exchange)];
      if (!choice) return next(exchange);
      const picked = exchange.facts.get(pickedFact);
      return choose(exchange, next, picked ? { ...choice, ...picked } : choice);
    },
  };
}

async function choose(exchange: Exchange, next: Handle, choice: OriginChoice): Promise<HttpResponse> {
  const { request } = exchange;
  const depth = exchange.trace.entered.length;
  const reading = request.method === 'GET' || request.method === 'HEAD';
  const names =
    choice.secondary !== null && failsOver.has(request.method) ? [choice.primary, choice.secondary] : [choice.primary];
  let trip = 0;
  let thrown: unknown;
  for (const [at, name] of names.entries()) {
    const last = at === names.length - 1;
    for (let left = reading ? choice.attempts : 1; left > 0; left--) {
      const own = trip++ === 0 ? exchange : again(exchange, request, depth);
      own.facts.set(originFact, name);
      try {
        const response = await next(own);
        if (last || !choice.failover.has(response.status)) return response;
        response.body?.cancel();
        exchange.trace.note('edge.origin', 'failed over', { from: name, status: response.status });
        break;
      } catch (caught) {
        thrown = caught;
        const unanswered = caught instanceof Fault && caught.source === 'origin';
        exchange.trace.note('edge.origin', 'no answer', {
          origin: name,
          code: unanswered ? caught.code : 'flow.unexpected',
        });
        if (!unanswered || caught.code.endsWith('.gone')) throw caught;
        // What came back broken will come back broken; only silence is worth another try.
        if (!/\.(?:timeout|connect|connect-timeout|broken)$/.test(caught.code)) break;
      }
    }
  }
  throw thrown;
}

/** The same request once more, with a story of its own. */
function again(exchange: Exchange, request: Exchange['request'], depth: number): Exchange {
  const trace = new Trace(newId(exchange.clock.now()), exchange.trace.stages, exchange.clock);
  for (let at = 0; at < depth; at++) trace.enter();
  return { ...exchange, request, trace };
}
