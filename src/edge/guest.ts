import type { MaybePromise } from '../base/later.ts';
import { ms } from '../config/words.ts';
import { fromEdgeResult, toEdgeEvent, type EdgeOrigin } from '../events/edge.ts';
import type { Moment } from '../events/edge-headers.ts';
import { fromScriptResult, toScriptEvent } from '../events/edge-script.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { Invoker } from '../ports/invoker.ts';
import type { Script } from '../ports/script.ts';
import { chosen, type Elsewhere, type KnownOrigins } from './chosen-origin.ts';

/** What came of asking a function at one moment. */
export type Said =
  | { readonly kind: 'request'; readonly request: HttpRequest; readonly origin: Elsewhere | null }
  | { readonly kind: 'response'; readonly response: HttpResponse }
  | { readonly kind: 'invalid' | 'threw' | 'limit'; readonly says: string };

/** Somebody's function at one moment. `response` is null at request moments. */
export type Guest = (exchange: Exchange, response: HttpResponse | null) => MaybePromise<Said>;

export interface Distribution {
  readonly id: string;
  readonly domain: string;
}

/** A Lambda@Edge handler, asked through its own event. */
export function lambdaGuest(
  invoker: Invoker,
  moment: Moment,
  about: {
    readonly name: string;
    readonly timeout: string;
    readonly includeBody: boolean;
    readonly distribution: Distribution;
    readonly origin: EdgeOrigin | null;
  },
): Guest {
  const withinMs = ms(about.timeout);
  return async (exchange, response) => {
    const { request } = exchange;
    const context = {
      moment,
      distributionId: about.distribution.id,
      domain: about.distribution.domain,
      requestId: exchange.trace.id,
      clientIp: exchange.viewer.address,
      includeBody: about.includeBody,
      origin: moment.startsWith('origin') ? about.origin : null,
    };
    const event = await toEdgeEvent(request, response, context);
    const outcome = await invoker.invoke({ event, requestId: exchange.trace.id, withinMs });
    switch (outcome.kind) {
      case 'answer':
        return fromEdgeResult(outcome.value, { request, response }, context, about.name);
      case 'error':
        return { kind: 'threw', says: `${outcome.type}: ${outcome.message}` };
      case 'timeout':
        return { kind: 'limit', says: `it took longer than ${outcome.afterMs} ms` };
      case 'too-large':
        return { kind: 'invalid', says: `its ${outcome.which} was too large` };
      case 'throttled':
        return { kind: 'limit', says: 'too many requests wait for it' };
      case 'unavailable':
        return { kind: 'threw', says: outcome.says };
    }
  };
}

/** A CloudFront function. */
export function scriptGuest(
  script: Script,
  moment: 'viewer-request' | 'viewer-response',
  about: { readonly name: string; readonly distribution: Distribution } & KnownOrigins,
): Guest {
  return (exchange, response) => {
    const { request } = exchange;
    const context = {
      moment,
      distributionId: about.distribution.id,
      domain: about.distribution.domain,
      requestId: exchange.trace.id,
      ip: exchange.viewer.address,
    };
    const { event, rawQuery } = toScriptEvent(request, response, context);
    const outcome = script.run(event, rawQuery);
    for (const line of outcome.log)
      exchange.trace.note('edge.function', 'log', { function: about.name, says: line.slice(0, 200) });
    if (outcome.kind === 'error') return { kind: 'threw', says: outcome.says };
    const result = fromScriptResult(outcome.value, { request, response }, context, about.name);
    if (result.kind !== 'request') return result;
    if (outcome.origin === null) return { ...result, origin: null };
    const origin = chosen(outcome.origin, about);
    return typeof origin === 'string' ? { kind: 'threw', says: origin } : { ...result, origin };
  };
}
