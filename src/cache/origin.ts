import { newId } from '../base/id.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { Departure } from '../flow/departure.ts';
import type { Exchange } from '../flow/exchange.ts';
import { Trace } from '../trace/trace.ts';
import type { Asked } from './asked.ts';
import type { Flight } from './coalesce.ts';
import { surrogateCapability } from './entry.ts';

/** Fields that some servers answer by and that no key holds: on a shared answer they would speak for everybody. */
const poison = [
  'x-forwarded-server',
  'x-forwarded-scheme',
  'x-forwarded-prefix',
  'x-host',
  'x-http-host-override',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
];

/** The request as it goes on when its answer may be shared. */
export function shared(request: HttpRequest, asked: Asked): HttpRequest {
  const { policy } = asked;
  const drop = poison.filter((name) => !policy.key.headers.includes(name));
  let headers = request.headers.without(...drop);
  if (policy.surrogate) headers = headers.append('Surrogate-Capability', surrogateCapability);
  return headers === request.headers ? request : { ...request, headers };
}

/**
 * Asks whoever stands behind the cache. The viewer's leaving ends it only while nobody else waits for the answer; once
 * its head is there, the body decides for itself.
 */
export async function askOrigin(asked: Asked, request: HttpRequest, flight: Flight | null): Promise<HttpResponse> {
  const { exchange, next } = asked;
  const departure = new Departure();
  const stop = exchange.departure.on(() => {
    if (!flight || flight.waiting === 0) departure.leave();
  });
  try {
    return await next({ ...exchange, request, departure });
  } finally {
    stop();
  }
}

/** The same request on its own, with a story of its own: for asking twice, and for asking behind the viewer's back. */
export function aside(asked: Asked, request: HttpRequest): Asked {
  const { exchange } = asked;
  const trace = new Trace(newId(exchange.clock.now()), exchange.trace.stages, exchange.clock);
  for (let at = 0; at < asked.depth; at++) trace.enter();
  const own: Exchange = {
    ...exchange,
    request,
    facts: exchange.facts.copy(),
    trace,
    departure: new Departure(),
  };
  return { ...asked, exchange: own, request, range: null };
}
