import type { ResponseHeadersDocument } from '../config/edge-parts.ts';
import { ms } from '../config/words.ts';
import { wildcard } from '../base/match.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { serverTiming } from './server-timing.ts';

/** A response headers policy: fields removed, then fields put on. What the cache holds stays as the origin sent it. */
export type HeadersPolicy = (exchange: Exchange, request: HttpRequest, response: HttpResponse) => HttpResponse;

interface Setting {
  readonly name: string;
  readonly value: string;
  readonly override: boolean;
}

/** Fields that cannot be removed: the connection's, the length's, and ours. */
const fixed =
  /^(?:connection|content-encoding|content-length|expect|host|keep-alive|proxy-.*|trailer|transfer-encoding|upgrade|via|warning|x-accel-.*|x-amz-cf-.*|x-cache|cache-status|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

/** `location` is what `cdn-pop` says in Server-Timing. */
export function headersPolicy(document: ResponseHeadersDocument, location: string): HeadersPolicy {
  const remove = document.remove.map((name) => name.toLowerCase()).filter((name) => !fixed.test(name));
  const settings: Setting[] = [...security(document.security), ...document.set];
  const cors = document.cors ? corsPolicy(document.cors) : null;
  const timing = document.serverTiming ? { ...document.serverTiming, location } : null;
  return (exchange, request, response) => {
    let headers = response.headers.without(...remove);
    for (const { name, value, override } of settings) headers = put(headers, name, value, override);
    if (cors) headers = cors(request, headers);
    if (timing) headers = serverTiming(timing, exchange, headers);
    return headers === response.headers ? response : { ...response, headers };
  };
}

function put(headers: HeaderList, name: string, value: string, override: boolean): HeaderList {
  return override || !headers.has(name.toLowerCase()) ? headers.with(name, value) : headers;
}

function security(given: ResponseHeadersDocument['security']): Setting[] {
  const settings: Setting[] = [];
  const add = (name: string, page: { readonly value: string; readonly override: boolean } | undefined): void => {
    if (page) settings.push({ name, ...page });
  };
  add('Content-Security-Policy', given.contentSecurityPolicy);
  add('Referrer-Policy', given.referrerPolicy);
  add('Strict-Transport-Security', given.strictTransportSecurity);
  add('X-Frame-Options', given.frameOptions);
  add('X-XSS-Protection', given.xssProtection);
  if (given.contentTypeOptions)
    settings.push({ name: 'X-Content-Type-Options', value: 'nosniff', override: given.contentTypeOptions.override });
  return settings;
}

type Cors = NonNullable<ResponseHeadersDocument['cors']>;

const corsNames = [
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-max-age',
];

function corsPolicy(cors: Cors): (request: HttpRequest, headers: HeaderList) => HeaderList {
  const any = cors.origins.includes('*');
  const patterns = cors.origins.map((origin) => wildcard(origin));
  return (request, headers) => {
    const origin = request.headers.get('origin');
    if (origin === undefined) return headers;
    if (!cors.override && corsNames.some((name) => headers.has(name))) return headers;
    if (!any && !patterns.some((pattern) => pattern.test(origin))) return headers;
    let own = headers.without(...corsNames);
    // With credentials the origin has to be named: browsers refuse the star.
    own = own.append('Access-Control-Allow-Origin', any && !cors.credentials ? '*' : origin);
    if (!any || cors.credentials) own = own.append('Vary', 'Origin');
    if (cors.credentials) own = own.append('Access-Control-Allow-Credentials', 'true');
    if (request.method !== 'OPTIONS')
      return cors.expose.length > 0 ? own.append('Access-Control-Expose-Headers', cors.expose.join(', ')) : own;
    own = own
      .append('Access-Control-Allow-Methods', cors.methods.join(', '))
      .append('Access-Control-Allow-Headers', cors.headers.join(', '));
    return cors.maxAge === undefined
      ? own
      : own.append('Access-Control-Max-Age', String(Math.floor(ms(cors.maxAge) / 1000)));
  };
}
