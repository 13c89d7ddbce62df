import { Fault } from '../base/fault.ts';
import { ms, size } from '../config/words.ts';
import type { Origin } from '../config/origins.ts';
import type { Exchange } from '../flow/exchange.ts';
import { splitTarget } from '../events/parts-target.ts';
import { originParamsFact, routeFact, targetFact, unframedFact, type RouteMatch } from '../flow/shared-facts.ts';
import type { Answer } from '../flow/stage.ts';
import type { HeaderList } from '../http/headers.ts';
import { isBodiless, type HttpResponse } from '../http/message.ts';
import type { Target } from '../http/target.ts';
import type { Dialer, Inbound, Outbound } from '../ports/dialer.ts';
import { inboundHeaders, notCopied, outboundHeaders, type ForwardedOptions } from './forwarded.ts';
import { limited } from './limit.ts';
import { waited } from './origin-time.ts';
import { originReasons } from './reasons.ts';
import { mayRetry } from './retry.ts';

/** What the document says about an origin, read once. */
export interface Forwarder {
  readonly name: string;
  readonly dialer: Dialer;
  readonly url: URL;
  readonly headers: Omit<ForwardedOptions, 'host'>;
  readonly host: Origin['host'];
  readonly retries: number;
  readonly totalMs: number;
  readonly firstByteMs: number;
  readonly responseBytes: number;
  readonly hints: boolean;
}

export function forwarder(
  name: string,
  origin: Origin,
  dialer: Dialer,
  headers: { readonly set: readonly (readonly [string, string])[]; readonly remove: readonly string[] },
): Forwarder {
  return {
    name,
    dialer,
    url: new URL(origin.url),
    headers: { set: headers.set, notCopied: notCopied(headers.set, headers.remove) },
    host: origin.host,
    retries: origin.retries,
    totalMs: ms(origin.timeouts.total),
    firstByteMs: ms(origin.timeouts.firstByte),
    responseBytes: origin.responseBytes === undefined ? Number.POSITIVE_INFINITY : size(origin.responseBytes),
    hints: origin.hints,
  };
}

/** Sends the request on and streams the answer back. `rewrite` is the path template at the origin, `most` the bytes a body may have. */
export function forward(to: Forwarder, exchange: Exchange, rewrite: string | undefined, most: number): Answer {
  const { request, departure } = exchange;
  const body = request.body && limited(request.body, most);
  const headers = outboundHeaders(request, exchange.viewer, {
    host: to.host === 'viewer' ? (request.headers.get('host') ?? to.url.host) : to.url.host,
    ...to.headers,
  });
  const outbound: Outbound = {
    method: request.method,
    target: rewrite === undefined ? request.target : rewritten(rewrite, exchange),
    headers,
    body,
    onGone: (call) => departure.on(call),
    firstByteMs: Math.min(to.firstByteMs, to.totalMs),
    ...(to.hints && departure.hinted ? { onHints: (given: HeaderList) => hint(exchange, given) } : {}),
  };
  const started = exchange.clock.ticks();
  const attempt = (left: number, spentMs: number): Promise<HttpResponse> =>
    to.dialer
      .dial(
        spentMs === 0 ? outbound : { ...outbound, firstByteMs: Math.min(outbound.firstByteMs, to.totalMs - spentMs) },
      )
      .then(
        (inbound) => {
          waited(exchange, exchange.clock.ticks() - started - spentMs);
          return answered(to, exchange, inbound);
        },
        (thrown: unknown) => {
          const spent = exchange.clock.ticks() - started;
          waited(exchange, spent - spentMs);
          const again = left > 0 && spent < to.totalMs && !departure.gone && mayRetry(thrown, request.method, body);
          exchange.trace.note('integration', again ? 'failed, again' : 'failed', {
            origin: to.name,
            code: thrown instanceof Fault ? thrown.code : 'flow.unexpected',
            says: thrown instanceof Error ? thrown.message : String(thrown),
          });
          if (!again) throw thrown;
          return attempt(left - 1, spent);
        },
      );
  return attempt(to.retries, 0);
}

/** `Link` alone goes on: nothing on the way back, the firewall included, has looked at these fields. */
function hint({ departure, trace }: Exchange, given: HeaderList): void {
  const links = given.all('link');
  if (links.length === 0 || departure.gone) return;
  trace.note('integration', 'hinted', { links: links.length });
  departure.hinted?.hint(departure, links);
}

function answered(to: Forwarder, exchange: Exchange, inbound: Inbound): HttpResponse {
  const declared = inbound.headers.get('content-length');
  if (declared !== undefined && Number(declared) > to.responseBytes) {
    inbound.body?.cancel();
    const { code, says } = originReasons['too-large'];
    throw new Fault(code, 'origin', says);
  }
  if (declared === undefined && inbound.body?.whole === null && !inbound.headers.has('transfer-encoding'))
    exchange.facts.set(unframedFact, true);
  exchange.trace.note('integration', 'answered', { origin: to.name, address: inbound.address, status: inbound.status });
  return {
    status: inbound.status,
    headers: inboundHeaders(inbound.headers, inbound.status, '1.1'),
    body: isBodiless(inbound.status) ? null : inbound.body,
    from: { by: 'integration', name: to.name, address: inbound.address },
  };
}

/**
 * The path at the origin: parameters are filled in as they came, still encoded, so that the origin sees what was asked
 * and a value cannot become a path of its own.
 */
function rewritten(template: string, { request, facts }: Exchange): string {
  const route = facts.get(routeFact);
  const raw = route ? rawParams(route, (facts.get(targetFact) as Target).rawPath) : {};
  const mapped = facts.get(originParamsFact);
  const path = template.replaceAll(/\{([A-Za-z0-9_.-]+)(\+?)\}/g, (_, name: string, greedy: string) => {
    const value = mapped?.[name];
    if (value === undefined) return raw[name] ?? '';
    return greedy ? encodeURIComponent(value).replaceAll('%2F', '/') : encodeURIComponent(value);
  });
  const { query } = splitTarget(request.target);
  return query === null ? path : `${path}?${query}`;
}

function rawParams(route: RouteMatch, rawPath: string): Record<string, string> {
  // Where encoded slashes are kept, they separate for the router, which looks at the decoded path; so they do here.
  const slashes = [...rawPath.matchAll(/\/|%2f/gi)];
  const starts = slashes.map((slash) => slash.index + slash[0].length);
  const ends = slashes.slice(1).map((slash) => slash.index);
  const raw: Record<string, string> = {};
  for (const [at, part] of route.name
    .slice(route.name.indexOf('/') + 1)
    .split('/')
    .entries()) {
    const hole = /^\{([A-Za-z0-9_.-]+)(\+?)\}$/.exec(part);
    if (hole) raw[hole[1] as string] = rawPath.slice(starts[at] ?? rawPath.length, hole[2] ? undefined : ends[at]);
  }
  return raw;
}
