import { base64, fromUtf8 } from '../base/bytes.ts';
import type { Viewer } from '../flow/exchange.ts';
import type { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { ClientCert } from './client-cert.ts';
import { parseMediaType } from '../http/media-type.ts';

/** What the event shapes share. */

export type ApiKind = 'rest' | 'http' | 'websocket';

/** One stage of one API, named as AWS names it. */
export interface ApiPlace {
  readonly kind: ApiKind;
  readonly region: string;
  readonly account: string;
  readonly id: string;
  readonly stage: string;
  readonly deploymentId: string;
  readonly domainName: string;
  readonly domainPrefix: string;
}

/** The caller as IAM, an API key or a client certificate tells it; what is left out is null or absent in the event. */
export interface CallerIdentity {
  readonly accessKey?: string;
  readonly accountId?: string;
  readonly caller?: string;
  readonly user?: string;
  readonly userArn?: string;
  readonly principalOrgId?: string;
  readonly apiKey?: string;
  readonly apiKeyId?: string;
  readonly clientCert?: ClientCert;
}

/** What an event says beside the request itself. */
export interface EventContext {
  readonly place: ApiPlace;
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `GET /a/{id}`, `$default`. */
  readonly routeKey: string;
  /** The template: `/a/{id}`. */
  readonly resource: string;
  readonly resourceId: string;
  /** As the event's `path` or `rawPath` has it. */
  readonly path: string;
  /** As `requestContext.path` has it: with stage or base path. */
  readonly contextPath: string;
  readonly params: Readonly<Record<string, string>> | null;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  /** Placed as it is under `requestContext.authorizer`. */
  readonly authorizer: Readonly<Record<string, unknown>> | null;
  readonly identity: CallerIdentity;
  /** Media types that a REST API treats as binary: exact, `type/*` or `*` + `/*`. */
  readonly binaryMediaTypes: readonly string[];
  readonly operationName?: string;
  readonly isCanaryRequest?: boolean;
}

/** One shape of event, both ways. `Told` is what an answer's reading may depend on. */
export interface EventShape<Event, Result, Told = void> {
  fromEvent(event: Event): { readonly request: HttpRequest; readonly viewer: Viewer; readonly context: EventContext };
  toResult(response: HttpResponse): Promise<Result>;
  toEvent(request: HttpRequest, viewer: Viewer, context: EventContext): Promise<Event>;
  /** A `Fault` when the guest's answer is malformed. */
  fromResult(result: unknown, told: Told): HttpResponse;
}

/** `arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/VERB/path`; the path in the form it came in, the root as `VERB/`. */
export function executeApiArn(place: ApiPlace, method: string, path: string): string {
  // A WebSocket API has route keys in the place of methods and paths.
  if (place.kind === 'websocket')
    return `arn:aws:execute-api:${place.region}:${place.account}:${place.id}/${place.stage}/${method}`;
  return `arn:aws:execute-api:${place.region}:${place.account}:${place.id}/${place.stage}/${method}${path.startsWith('/') ? path : `/${path}`}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** `21/Nov/2026:22:00:00 +0000`, the time of the common log format. */
export function logTime(at: number): string {
  const d = new Date(at);
  return `${two(d.getUTCDate())}/${months[d.getUTCMonth()]}/${d.getUTCFullYear()}:${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`;
}

export interface HeaderMaps {
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
}

/** Two maps from the lines: the last value, and all values; names compared without case, the first spelling kept. */
export function headerMaps(
  list: HeaderList,
  dropped: ReadonlySet<string>,
  respelled: ReadonlyMap<string, string>,
): HeaderMaps {
  const headers: Record<string, string> = {};
  const multiValueHeaders: Record<string, string[]> = {};
  const spelling = new Map<string, string>();
  const { flat, names } = list;
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    if (dropped.has(name)) continue;
    let spelled = spelling.get(name);
    if (spelled === undefined) spelling.set(name, (spelled = respelled.get(name) ?? (flat[at * 2] as string)));
    const value = flat[at * 2 + 1] as string;
    define(headers, spelled, value);
    const all = Object.hasOwn(multiValueHeaders, spelled) ? multiValueHeaders[spelled] : undefined;
    if (all) all.push(value);
    else define(multiValueHeaders, spelled, [value]);
  }
  return { headers, multiValueHeaders };
}

/** Pairs to the two maps that REST events have; null when there are none. */
export function pairMaps(pairs: readonly (readonly [string, string])[]): {
  readonly last: Record<string, string> | null;
  readonly all: Record<string, string[]> | null;
} {
  if (pairs.length === 0) return { last: null, all: null };
  const last: Record<string, string> = {};
  const all: Record<string, string[]> = {};
  for (const [name, value] of pairs) {
    define(last, name, value);
    const list = Object.hasOwn(all, name) ? all[name] : undefined;
    if (list) list.push(value);
    else define(all, name, [value]);
  }
  return { last, all };
}

/** Sets an own property even where the name is `__proto__`. */
export function define<T>(target: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}

/** A query as a client could have sent it for these pairs. */
export function encodePairs(pairs: Iterable<readonly [string, string]>): string {
  const parts: string[] = [];
  for (const [name, value] of pairs) parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return parts.join('&');
}

/** REST: does a content type fall under one of the API's binary media types? Parameters do not count; none is JSON. */
export function isBinaryType(contentType: string | undefined, binary: readonly string[]): boolean {
  if (binary.length === 0) return false;
  const essence = (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return binary.some((entry) => {
    const wanted = entry.toLowerCase();
    if (wanted === '*/*' || wanted === essence) return true;
    return wanted.endsWith('/*') && essence.startsWith(wanted.slice(0, -1));
  });
}

const textTypes = new Set([
  'application/json',
  'application/xml',
  'application/javascript',
  'application/x-www-form-urlencoded',
]);

/** HTTP API: is a body of this type handed over as text? Anything encoded or unknown is not. */
export function isTextType(contentType: string | undefined, contentEncoding: string | undefined): boolean {
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== 'identity') return false;
  if (contentType === undefined) return false;
  const essence = parseMediaType(contentType)?.essence;
  if (!essence) return false;
  return essence.startsWith('text/') || textTypes.has(essence) || essence.endsWith('+json') || essence.endsWith('+xml');
}

/** Bytes as an event carries them. */
export const bodyText = (bytes: Uint8Array, asBase64: boolean): string => (asBase64 ? base64(bytes) : fromUtf8(bytes));

/** A viewer as far as an event tells. */
export const viewerAt = (address: string, secure = true): Viewer => ({
  address,
  port: 0,
  peer: address,
  secure,
  localAddress: '',
  localPort: secure ? 443 : 80,
});
