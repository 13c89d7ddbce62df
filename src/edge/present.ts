import { newId } from '../base/id.ts';
import type { HttpResponse } from '../http/message.ts';
import type { Exchange } from '../flow/exchange.ts';
import { cacheResultFact } from '../flow/shared-facts.ts';
import { onTheWayOut, type Answer, type Handle, type Stage } from '../flow/stage.ts';
import { Trace } from '../trace/trace.ts';
import { behaviourFact, behaviourOf, firstMatch, pathPattern } from './behaviour.ts';
import type { HeadersPolicy } from './headers-policy.ts';
import { retarget } from './origin-request.ts';

export interface ErrorPage {
  readonly page: string;
  /** Shown with the page; null: the error's own. */
  readonly status: number | null;
}

export interface PresentOptions {
  readonly paths: readonly string[];
  readonly errors: ReadonlyMap<number, ErrorPage>;
  /** By behaviour; null where there is none. */
  readonly policies: readonly (HeadersPolicy | null)[];
}

/** On the way out: another page for an error, then the response headers policy, put on last and never stored. */
export function present(options: PresentOptions): Stage {
  const patterns = options.paths.map(pathPattern);
  return {
    name: 'edge.present',
    handle(exchange, next) {
      const asked = exchange.request;
      const depth = exchange.trace.entered.length;
      const policy = options.policies[behaviourOf(exchange)] ?? null;
      const dress = (response: HttpResponse): HttpResponse => (policy ? policy(exchange, asked, response) : response);
      return onTheWayOut(next(exchange), (response) => {
        const page = response.from.by === 'function' ? undefined : options.errors.get(response.status);
        if (!page) return dress(response);
        return onTheWayOut(errorPage(exchange, next, page, patterns, depth), (found) =>
          dress(withPage(response, found, page)),
        );
      });
    },
  };
}

/** Fetches the page as a request of its own, through the behaviour that its path falls under. */
function errorPage(
  exchange: Exchange,
  next: Handle,
  page: ErrorPage,
  patterns: readonly ((path: string) => boolean)[],
  depth: number,
): Answer {
  const trace = new Trace(newId(exchange.clock.now()), exchange.trace.stages, exchange.clock);
  for (let at = 0; at < depth; at++) trace.enter();
  const headers = exchange.request.headers.without(
    'range',
    'if-none-match',
    'if-modified-since',
    'if-range',
    'content-length',
    'content-type',
  );
  const own: Exchange = {
    ...exchange,
    request: { ...exchange.request, method: 'GET', target: page.page, headers, body: null },
    facts: exchange.facts.copy(),
    trace,
  };
  own.facts.set(behaviourFact, firstMatch(patterns, page.page));
  retarget(own);
  exchange.trace.note('edge.present', 'error page', { page: page.page, trace: trace.id });
  const answer = next(own);
  exchange.facts.set(cacheResultFact, 'Error');
  return answer;
}

function withPage(error: HttpResponse, found: HttpResponse, page: ErrorPage): HttpResponse {
  error.body?.cancel();
  // A page that is not there is answered with what its fetch gave.
  if (found.status >= 400) return found;
  const bare = found.headers.without('age');
  const headers = bare.has('x-cache') ? bare.with('X-Cache', 'Error from sallyport') : bare;
  return { ...found, status: page.status ?? error.status, headers, from: error.from };
}
