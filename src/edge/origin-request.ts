import { cookiePairs } from '../http/cookies.ts';
import { HeaderList, listOf } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { Exchange } from '../flow/exchange.ts';
import { targetFact } from '../flow/shared-facts.ts';
import { onTheWayOut, type Stage } from '../flow/stage.ts';
import { behaviourOf } from './behaviour.ts';
import { upstreamFact } from './server-timing.ts';

/** What one behaviour tells its origin. */
export interface OriginRequestRules {
  /** True: everything the viewer sent, as a plain proxy does. */
  readonly everything: boolean;
  readonly header: (name: string) => boolean;
  readonly query: (name: string) => boolean;
  readonly cookie: (name: string) => boolean;
  /** Do cookies reach the origin at all? Then Set-Cookie may come back. */
  readonly cookies: boolean;
  /** CloudFront-made fields, in lower case. */
  readonly made: readonly string[];
  /** Content codings that are asked of the origin in one spelling; empty: `Accept-Encoding` is a field like others. */
  readonly encodings: (request: HttpRequest) => string | null;
  readonly path: string;
  /** May the answer say that it varies by this field? Only by what the origin saw. */
  readonly varies: (name: string) => boolean;
}

/** Passed on whatever the policies say. */
const always = new Set([
  'host',
  'content-length',
  'content-type',
  'content-md5',
  'date',
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'via',
  'transfer-encoding',
  'max-forwards',
  'pragma',
  'cache-control',
  'origin',
  'warning',
  'x-forwarded-for',
  'surrogate-capability',
  'user-agent',
  'upgrade',
  'x-amz-cf-id',
  'connection',
]);

/** Shapes the request for the origin: only what a policy asks for, and what is in the key. */
export function originRequest(rules: readonly OriginRequestRules[]): Stage {
  return {
    name: 'edge.origin-request',
    handle(exchange, next) {
      const own = rules[behaviourOf(exchange)];
      if (!own) return next(exchange);
      exchange.request = shaped(exchange.request, own);
      retarget(exchange);
      const asked = exchange.clock.ticks();
      return onTheWayOut(next(exchange), (response) => {
        exchange.facts.set(upstreamFact, exchange.clock.ticks() - asked);
        return shapedAnswer(response, own);
      });
    },
  };
}

/** What comes back: without what would speak of requests as the origin never saw them. */
function shapedAnswer(response: HttpResponse, rules: OriginRequestRules): HttpResponse {
  if (rules.everything || response.from.by === 'refusal' || response.from.by === 'fault') return response;
  let { headers } = response;
  // An origin that sees no cookies has no business setting them: a stored one would be everybody's.
  if (!rules.cookies) headers = headers.without('set-cookie');
  const vary = headers.joined('vary');
  if (vary !== undefined) {
    const kept = listOf(vary).filter((name) => name === '*' || seen(name.toLowerCase(), rules));
    headers = kept.length === 0 ? headers.without('vary') : headers.with('Vary', kept.join(', '));
  }
  return headers === response.headers ? response : { ...response, headers };
}

const seen = (name: string, rules: OriginRequestRules): boolean =>
  rules.varies(name) || (always.has(name) && name !== 'user-agent');

/** The decoded view of the target follows when the target changes. */
export function retarget(exchange: Exchange): void {
  const { target } = exchange.request;
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  let path = rawPath;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    // Kept as it is: `admit` has refused what it would not take.
  }
  exchange.facts.set(targetFact, { rawPath, rawQuery: mark < 0 ? null : target.slice(mark + 1), path });
}

function shaped(request: HttpRequest, rules: OriginRequestRules): HttpRequest {
  const target = prefixed(rules.everything ? request.target : withQuery(request.target, rules.query), rules.path);
  if (rules.everything) return target === request.target ? request : { ...request, target };
  const flat: string[] = [];
  const { names, flat: given } = request.headers;
  const encodings = rules.encodings(request);
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const value = given[at * 2 + 1] as string;
    if (name === 'cookie') continue;
    if (name === 'accept-encoding' && encodings !== null) continue;
    if (name === 'user-agent' && !rules.header(name)) flat.push('User-Agent', 'Amazon CloudFront');
    else if (always.has(name) || rules.made.includes(name) || rules.header(name))
      flat.push(given[at * 2] as string, value);
  }
  if (!request.headers.has('user-agent')) flat.push('User-Agent', 'Amazon CloudFront');
  const cookies = cookiePairs(request.headers.all('cookie')).filter(([name]) => rules.cookie(name));
  if (cookies.length > 0) {
    cookies.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    flat.push('Cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; '));
  }
  if (encodings !== null && encodings !== '') flat.push('Accept-Encoding', encodings);
  return { ...request, target, headers: HeaderList.fromFlat(flat) };
}

const prefixed = (target: string, path: string): string => path + target;

function withQuery(target: string, wanted: (name: string) => boolean): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const kept = target
    .slice(mark + 1)
    .split('&')
    .filter((part) => part !== '' && wanted(part.split('=', 1)[0] as string));
  return kept.length === 0 ? target.slice(0, mark) : `${target.slice(0, mark)}?${kept.join('&')}`;
}
