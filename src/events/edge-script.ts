import { fromBase64, utf8 } from '../base/bytes.ts';
import { Body } from '../http/body.ts';
import { cookiePairs } from '../http/cookies.ts';
import { HeaderList, isFieldValue, isToken } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { capitalised, isDisallowed, readOnlyFor } from './edge-headers.ts';

/** The CloudFront Functions event (runtime 2.0), there and back. */
interface Value {
  value: string;
  attributes?: string;
  multiValue?: { value: string; attributes?: string }[];
}
type Values = Record<string, Value>;

export interface ScriptContext {
  readonly moment: 'viewer-request' | 'viewer-response';
  readonly distributionId: string;
  readonly domain: string;
  readonly requestId: string;
  readonly ip: string;
}

/** Values by name; `multiValue` only where a name came more than once. */
function valuesOf(pairs: Iterable<readonly [name: string, value: string, attributes?: string]>): Values {
  // Names are the caller's choice: `constructor` and `__proto__` must be names like any other.
  const values = Object.create(null) as Values;
  for (const [name, value, attributes] of pairs) {
    const one = attributes === undefined ? { value } : { value, attributes };
    const there = values[name];
    if (!there) values[name] = { ...one };
    else
      (there.multiValue ??= [
        { value: there.value, ...(there.attributes === undefined ? {} : { attributes: there.attributes }) },
      ]).push(one);
  }
  return values;
}

const headerValues = (headers: HeaderList): Values =>
  valuesOf(
    [...headers]
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !isDisallowed(name) && name !== 'cookie' && name !== 'set-cookie'),
  );

export function toScriptEvent(
  request: HttpRequest,
  response: HttpResponse | null,
  context: ScriptContext,
): { readonly event: unknown; readonly rawQuery: string | null } {
  const mark = request.target.indexOf('?');
  const rawQuery = mark < 0 ? null : request.target.slice(mark + 1);
  const event: Record<string, unknown> = {
    version: '1.0',
    context: {
      distributionDomainName: context.domain,
      distributionId: context.distributionId,
      eventType: context.moment,
      requestId: context.requestId,
    },
    viewer: { ip: context.ip },
    request: {
      method: request.method,
      uri: mark < 0 ? request.target : request.target.slice(0, mark),
      querystring: valuesOf(
        (rawQuery ?? '')
          .split('&')
          .filter((part) => part !== '')
          .map((part) => pairOf(part)),
      ),
      headers: headerValues(request.headers),
      cookies: valuesOf(cookiePairs(request.headers.all('cookie'))),
    },
  };
  if (response) {
    const cookies = response.headers.all('set-cookie').map((line) => {
      const end = line.indexOf(';');
      const [name, value] = pairOf(end < 0 ? line : line.slice(0, end));
      return [name, value, end < 0 ? '' : line.slice(end + 1).trim()] as const;
    });
    event['response'] = {
      statusCode: response.status,
      statusDescription: '',
      headers: headerValues(response.headers),
      cookies: valuesOf(cookies),
    };
  }
  return { event, rawQuery };
}

const pairOf = (part: string): readonly [string, string] => {
  const at = part.indexOf('=');
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
};

export type ScriptResult =
  | { readonly kind: 'request'; readonly request: HttpRequest }
  | { readonly kind: 'response'; readonly response: HttpResponse }
  | { readonly kind: 'invalid'; readonly says: string };

/** Changed `multiValue` wins over `value`; a changed `value` alone takes the first one's place. */
function listed(given: Value, before: Value | undefined): { value: string; attributes?: string }[] {
  const multi = given.multiValue;
  if (!multi) return [given];
  const sameMulti = JSON.stringify(multi) === JSON.stringify(before?.multiValue);
  if (sameMulti && given.value !== before?.value) return [given, ...multi.slice(1)];
  return multi;
}

function pairsOf(
  given: unknown,
  before: Values,
): [name: string, value: string, attributes: string | undefined][] | string {
  if (given === undefined || given === null) return [];
  if (typeof given !== 'object') return 'wanted an object of values';
  const pairs: [string, string, string | undefined][] = [];
  for (const [name, value] of Object.entries(given as Values)) {
    if (typeof value !== 'object' || value === null) return `"${name}" has no value`;
    for (const one of listed(value, before[name])) {
      if (typeof one.value !== 'string') return `"${name}" has a value that is no text`;
      pairs.push([name, one.value, typeof one.attributes === 'string' ? one.attributes : undefined]);
    }
  }
  return pairs;
}

function headersOf(given: unknown, before: HeaderList, moment: ScriptContext['moment']): HeaderList | string {
  const pairs = pairsOf(given, headerValues(before));
  if (typeof pairs === 'string') return pairs;
  const flat: string[] = [];
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase();
    if (!isToken(name) || !isFieldValue(value)) return `the header ${lower} cannot be sent`;
    if (isDisallowed(lower)) return `the header ${lower} is not allowed`;
    flat.push(capitalised(lower), value);
  }
  const made = HeaderList.fromFlat(flat);
  for (const fixed of readOnlyFor(moment, true)) {
    if (made.all(fixed).join('\n') !== before.all(fixed).join('\n')) return `the header ${fixed} is read-only here`;
  }
  const hidden = before.names.flatMap((name, at) =>
    isDisallowed(name) ? [before.flat[at * 2] as string, before.flat[at * 2 + 1] as string] : [],
  );
  return HeaderList.fromFlat([...made.flat, ...hidden]);
}

export function fromScriptResult(
  result: unknown,
  before: { readonly request: HttpRequest; readonly response: HttpResponse | null },
  context: ScriptContext,
  name: string,
): ScriptResult {
  if (typeof result !== 'object' || result === null)
    return { kind: 'invalid', says: 'the function returned neither a request nor a response' };
  const given = result as Record<string, unknown>;
  if ('statusCode' in given) return responseOf(given, before.response, context, name);
  if (before.response) return { kind: 'invalid', says: 'a response was wanted' };
  return requestOf(given, before.request, context);
}

function requestOf(given: Record<string, unknown>, before: HttpRequest, context: ScriptContext): ScriptResult {
  const { uri, method } = given;
  if (typeof uri !== 'string' || !uri.startsWith('/') || /[\s\x00-\x1f]/.test(uri))
    return { kind: 'invalid', says: 'uri must begin with "/" and have no blanks' };
  if (method !== before.method) return { kind: 'invalid', says: 'the method cannot be changed' };
  const headers = headersOf(given['headers'], before.headers, context.moment);
  if (typeof headers === 'string') return { kind: 'invalid', says: headers };
  const shown = (
    toScriptEvent(before, null, context).event as {
      readonly request: { readonly querystring: Values; readonly cookies: Values };
    }
  ).request;
  const query = pairsOf(given['querystring'], shown.querystring);
  const cookies = pairsOf(given['cookies'], shown.cookies);
  if (typeof query === 'string' || typeof cookies === 'string')
    return { kind: 'invalid', says: 'querystring or cookies cannot be read' };
  const mark = before.target.indexOf('?');
  const raw = mark < 0 ? '' : before.target.slice(mark + 1);
  // What the function left alone goes on as it came.
  const text = same(given['querystring'], shown.querystring)
    ? raw
    : query.map(([key, value]) => (value === '' ? key : `${key}=${value}`)).join('&');
  if (/[\s\x00-\x1f#]/.test(text)) return { kind: 'invalid', says: 'the query has characters that it may not have' };
  const own = same(given['cookies'], shown.cookies) ? before.headers.all('cookie') : null;
  const withCookies = own
    ? HeaderList.fromFlat([...headers.flat, ...own.flatMap((line) => ['Cookie', line])])
    : cookies.length === 0
      ? headers
      : headers.append('Cookie', cookies.map(([key, value]) => `${key}=${value}`).join('; '));
  return {
    kind: 'request',
    request: { ...before, target: text === '' ? uri : `${uri}?${text}`, headers: withCookies },
  };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function responseOf(
  given: Record<string, unknown>,
  before: HttpResponse | null,
  context: ScriptContext,
  name: string,
): ScriptResult {
  const status = given['statusCode'];
  if (typeof status !== 'number' || status < 200 || status > 599)
    return { kind: 'invalid', says: 'statusCode must be 200 to 599' };
  const headers = headersOf(given['headers'], before?.headers ?? HeaderList.empty, context.moment);
  if (typeof headers === 'string') return { kind: 'invalid', says: headers };
  const cookies = pairsOf(given['cookies'], {});
  if (typeof cookies === 'string') return { kind: 'invalid', says: cookies };
  let made = headers;
  for (const [key, value, attributes] of cookies)
    made = made.append('Set-Cookie', `${key}=${value}${attributes ? `; ${attributes}` : ''}`);
  const body = scriptBody(given['body']);
  if (typeof body === 'string') return { kind: 'invalid', says: body };
  if (before && body === undefined) return { kind: 'response', response: { ...before, status, headers: made } };
  before?.body?.cancel();
  const own = made.without('content-length', 'content-encoding').append('Content-Length', String(body?.length ?? 0));
  return {
    kind: 'response',
    response: { status, headers: own, body: body ?? null, from: before?.from ?? { by: 'function', name } },
  };
}

/** Undefined when the function said nothing about it. */
function scriptBody(given: unknown): Body | undefined | string {
  if (given === undefined) return undefined;
  if (typeof given === 'string') return Body.of(given);
  const { encoding, data } = (given ?? {}) as { readonly encoding?: unknown; readonly data?: unknown };
  if (typeof data !== 'string') return 'the body has no data';
  const bytes = encoding === 'base64' ? fromBase64(data) : utf8(data);
  return bytes ? Body.of(bytes) : 'the body is not base64';
}
