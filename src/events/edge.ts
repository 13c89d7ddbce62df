import { base64, fromBase64, utf8 } from '../base/bytes.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { fromEdgeHeaders, readOnlyFor, toEdgeHeaders, type EdgeHeaders, type Moment } from './edge-headers.ts';

/** The four Lambda@Edge moments: a request or response to an event, and what a handler returned back to a message. */
export interface EdgeOrigin {
  readonly domainName: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
  readonly path: string;
  readonly customHeaders: EdgeHeaders;
  readonly readTimeout: number;
  readonly keepaliveTimeout: number;
  readonly sslProtocols: readonly string[];
}

export interface EdgeContext {
  readonly moment: Moment;
  readonly distributionId: string;
  readonly domain: string;
  readonly requestId: string;
  readonly clientIp: string;
  /** Show the body? */
  readonly includeBody: boolean;
  /** In origin events. */
  readonly origin: EdgeOrigin | null;
}

const KB = 1024;
/** Most bytes of a body that a function is shown or may put in its place, and of an answer that it makes. */
const limits = {
  'viewer-request': { shown: 40 * KB, text: 40 * KB, base64: Math.floor(53.2 * KB), generated: 40 * KB },
  'origin-request': { shown: KB * KB, text: KB * KB, base64: Math.floor(1.33 * KB * KB), generated: KB * KB },
  'origin-response': { shown: 0, text: KB * KB, base64: Math.floor(1.33 * KB * KB), generated: KB * KB },
  'viewer-response': { shown: 0, text: 40 * KB, base64: Math.floor(53.2 * KB), generated: 40 * KB },
} as const;

const split = (target: string): readonly [uri: string, query: string] => {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
};

/** The event that a handler is given. */
export async function toEdgeEvent(
  request: HttpRequest,
  response: HttpResponse | null,
  context: EdgeContext,
): Promise<unknown> {
  const [uri, querystring] = split(request.target);
  const shown: Record<string, unknown> = {
    clientIp: context.clientIp,
    headers: toEdgeHeaders(request.headers),
    method: request.method,
    querystring,
    uri,
  };
  if (context.includeBody && response === null) shown['body'] = await shownBody(request, context.moment);
  if (context.origin) shown['origin'] = { custom: context.origin };
  const cf: Record<string, unknown> = {
    config: {
      distributionDomainName: context.domain,
      distributionId: context.distributionId,
      eventType: context.moment,
      requestId: context.requestId,
    },
    request: shown,
  };
  if (response) {
    cf['response'] = {
      headers: toEdgeHeaders(response.headers),
      status: String(response.status),
      statusDescription: phrases[response.status] ?? '',
    };
  }
  return { Records: [{ cf }] };
}

async function shownBody(request: HttpRequest, moment: Moment): Promise<unknown> {
  const { bytes, whole } = request.body
    ? await request.body.peek(limits[moment].shown)
    : { bytes: new Uint8Array(0), whole: true };
  return { inputTruncated: !whole, action: 'read-only', encoding: 'base64', data: base64(bytes) };
}

const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export type EdgeResult =
  | {
      readonly kind: 'request';
      readonly request: HttpRequest;
      /** Where it shall go instead. */ readonly origin: EdgeOrigin | null;
    }
  | { readonly kind: 'response'; readonly response: HttpResponse }
  /** Not allowed: a 502 for the viewer, the sentence for the log. */
  | { readonly kind: 'invalid'; readonly says: string };

const invalid = (says: string): EdgeResult => ({ kind: 'invalid', says });

/** What a handler returned; `before` is what it was given. */
export function fromEdgeResult(
  result: unknown,
  before: { readonly request: HttpRequest; readonly response: HttpResponse | null },
  context: EdgeContext,
  name: string,
): EdgeResult {
  if (typeof result !== 'object' || result === null || Array.isArray(result))
    return invalid('the function returned neither a request nor a response');
  const given = result as Record<string, unknown>;
  if (before.response) return changedResponse(given, before.response, context);
  return 'status' in given ? generated(given, context, name) : changedRequest(given, before.request, context);
}

function changedRequest(given: Record<string, unknown>, before: HttpRequest, context: EdgeContext): EdgeResult {
  const { uri, querystring, method } = given;
  if (typeof uri !== 'string' || !uri.startsWith('/')) return invalid('uri must begin with "/"');
  if (/[\s\x00-\x1f\x7f]/.test(uri)) return invalid('uri has blanks or control characters');
  const query = querystring ?? '';
  if (typeof query !== 'string' || /[\s\x00-\x1f\x7f#]/.test(query))
    return invalid('querystring has characters that it may not have');
  if (uri.length + query.length >= 8192) return invalid('uri and querystring are too long');
  if (method !== undefined && method !== before.method) return invalid('the method cannot be changed');
  const headers = fromEdgeHeaders(given['headers'] ?? {}, before.headers, readOnlyFor(context.moment, false));
  if (typeof headers === 'string') return invalid(headers);
  const target = query === '' ? uri : `${uri}?${query}`;
  const body = replacedBody(given['body'], context.moment);
  if (typeof body === 'string') return invalid(body);
  const request: HttpRequest = body
    ? {
        ...before,
        target,
        headers: headers.without('content-length').append('Content-Length', String(body.length)),
        body,
      }
    : { ...before, target, headers };
  const origin = context.origin ? originOf(given['origin'], context.origin) : null;
  if (typeof origin === 'string') return invalid(origin);
  return { kind: 'request', request, origin };
}

function replacedBody(given: unknown, moment: Moment): Body | null | string {
  if (typeof given !== 'object' || given === null) return null;
  const { action, encoding, data } = given as Record<string, unknown>;
  if (action !== 'replace') return null;
  if (typeof data !== 'string') return 'the replaced body has no data';
  return bodyOf(data, encoding === 'base64' ? 'base64' : 'text', moment);
}

function bodyOf(data: string, encoding: 'text' | 'base64', moment: Moment): Body | string {
  const most = limits[moment][encoding];
  const bytes = encoding === 'base64' ? fromBase64(data) : utf8(data);
  if (!bytes) return 'the body is not base64';
  if ((encoding === 'base64' ? data.length : bytes.length) > most) return `the body is longer than ${most} bytes`;
  return Body.of(bytes);
}

function originOf(given: unknown, before: EdgeOrigin): EdgeOrigin | null | string {
  const page = (given ?? {}) as { readonly custom?: Partial<EdgeOrigin>; readonly s3?: unknown };
  if (page.s3) return 'an S3 origin can be reached as a custom one only';
  const own = page.custom;
  if (!own) return null;
  const made = { ...before, ...own };
  if (JSON.stringify(made) === JSON.stringify(before)) return null;
  if (typeof made.domainName !== 'string' || !/^[A-Za-z0-9.-]{1,253}$/.test(made.domainName))
    return 'domainName is no domain name';
  const { port } = made;
  if (!(port === 80 || port === 443 || (port >= 1024 && port <= 65_535)))
    return 'port must be 80, 443 or 1024 to 65535';
  if (made.protocol !== 'http' && made.protocol !== 'https') return 'protocol must be "http" or "https"';
  if (!(made.readTimeout >= 1 && made.readTimeout <= 120)) return 'readTimeout must be 1 to 120';
  if (
    typeof made.path !== 'string' ||
    made.path.length > 255 ||
    (made.path !== '' && (!made.path.startsWith('/') || made.path.endsWith('/')))
  )
    return 'path must begin with "/" and not end with it';
  return made;
}

function statusOf(given: unknown): number | null {
  const status =
    typeof given === 'number' ? given : typeof given === 'string' && /^\d{3}$/.test(given) ? Number(given) : Number.NaN;
  return status >= 200 && status <= 599 ? status : null;
}

function generated(given: Record<string, unknown>, context: EdgeContext, name: string): EdgeResult {
  const status = statusOf(given['status']);
  if (status === null) return invalid('status must be 200 to 599');
  const headers = fromEdgeHeaders(
    given['headers'] ?? {},
    HeaderList.empty,
    new Set(['transfer-encoding', 'via', 'content-length']),
  );
  if (typeof headers === 'string') return invalid(headers);
  const data = given['body'];
  if (data !== undefined && typeof data !== 'string') return invalid('body must be a text');
  const body =
    data === undefined ? null : bodyOf(data, given['bodyEncoding'] === 'base64' ? 'base64' : 'text', context.moment);
  if (typeof body === 'string') return invalid(body);
  if (status === 204 && body && body.length !== 0) return invalid('a 204 has no body');
  const size = (body?.length ?? 0) + headers.flat.reduce((sum, text) => sum + text.length + 2, 0);
  if (size > limits[context.moment].generated)
    return invalid(`the answer is longer than ${limits[context.moment].generated} bytes`);
  const whole = headers.append('Content-Length', String(body?.length ?? 0));
  return {
    kind: 'response',
    response: { status, headers: status === 204 ? headers : whole, body, from: { by: 'function', name } },
  };
}

function changedResponse(given: Record<string, unknown>, before: HttpResponse, context: EdgeContext): EdgeResult {
  const status = statusOf(given['status']);
  if (status === null) return invalid('status must be 200 to 599');
  if (context.moment === 'viewer-response' && status !== before.status)
    return invalid('the status cannot be changed here');
  const headers = fromEdgeHeaders(given['headers'] ?? {}, before.headers, readOnlyFor(context.moment, false));
  if (typeof headers === 'string') return invalid(headers);
  const data = given['body'];
  if (data === undefined) return { kind: 'response', response: { ...before, status, headers } };
  if (typeof data !== 'string') return invalid('body must be a text');
  const body = bodyOf(data, given['bodyEncoding'] === 'base64' ? 'base64' : 'text', context.moment);
  if (typeof body === 'string') return invalid(body);
  before.body?.cancel();
  const changed = headers.without('content-length', 'content-encoding').append('Content-Length', String(body.length));
  return { kind: 'response', response: { ...before, status, headers: changed, body } };
}
