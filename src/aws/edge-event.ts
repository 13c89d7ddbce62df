import { fromBase64, utf8 } from '../base/bytes.ts';
import { toEdgeHeaders, type EdgeHeaders, type Moment } from '../events/edge-headers.ts';
import { targetOf } from '../events/parts-target.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { unsendable } from './agree.ts';
import { flawOf, mostBytes, mostHead, type BadEvent, type Wanted } from './event.ts';
import { lambdaReasons } from './reasons.ts';

/** The request in a Lambda@Edge event; at origin moments there is an `origin` beside these, which is handed on as it is. */
export interface EdgeRequest {
  readonly clientIp: string;
  readonly method: string;
  readonly uri: string;
  readonly querystring: string;
  readonly headers: EdgeHeaders;
  readonly body?: { readonly inputTruncated: boolean; readonly encoding: 'base64' | 'text'; readonly data: string };
}

/** The response in a Lambda@Edge event: no body is ever shown. */
export interface EdgeResponse {
  readonly status: string;
  readonly statusDescription?: string;
  readonly headers: EdgeHeaders;
}

/** An answer that a function makes itself. */
export interface EdgeAnswer {
  readonly status: string;
  readonly statusDescription: string;
  readonly headers: EdgeHeaders;
  readonly body: string;
  readonly bodyEncoding: 'text' | 'base64';
}

export interface EdgeEvent {
  readonly moment: Moment;
  readonly requestId: string;
  readonly request: EdgeRequest;
  /** At response moments. */
  readonly response: EdgeResponse | null;
}

const wantedRequest: Wanted = {
  clientIp: 'address',
  method: 'text',
  uri: 'path',
  querystring: 'text',
  headers: 'object',
};
const wantedResponse: Wanted = { status: 'text', headers: 'object' };

/** Reads what CloudFront sent, for a door that stands at some of the four moments. */
export function readEdgeEvent(event: unknown, doorFor: readonly Moment[]): EdgeEvent | BadEvent {
  const cf = (
    event as {
      Records?: readonly {
        cf?: { config?: { eventType?: unknown; requestId?: unknown }; request?: unknown; response?: unknown };
      }[];
    } | null
  )?.Records?.[0]?.cf;
  const told = cf?.config?.eventType;
  const moment = doorFor.find((each) => each === told);
  if (moment === undefined)
    return {
      reason: lambdaReasons['event-shape'],
      says: `the moment ${typeof told === 'string' ? told : 'is not told'}; this door is for ${doorFor.join(', ')}`,
    };
  const answered = moment.endsWith('response');
  const flaw = flawOf(cf?.request, wantedRequest) ?? (answered ? flawOf(cf?.response, wantedResponse) : null);
  if (flaw) return flaw;
  const request = cf?.request as EdgeRequest;
  const response = answered ? (cf?.response as EdgeResponse) : null;
  const odd =
    headerFlaw('request', request.headers) ??
    (response ? headerFlaw('response', response.headers) : bodyFlaw(request.body));
  if (odd) return odd;
  const id = cf?.config?.requestId;
  return {
    moment,
    requestId: typeof id === 'string' ? id : '',
    request,
    response,
  };
}

const shape = (says: string): BadEvent => ({ reason: lambdaReasons['event-shape'], says });

/** Each field is a list of values, and the name that it is written with is the name that it stands under. */
function headerFlaw(of: string, headers: object): BadEvent | null {
  let size = 0;
  for (const [name, values] of Object.entries(headers as Record<string, unknown>)) {
    const where = `${of}.headers.${name.slice(0, 60)}`;
    if (!Array.isArray(values)) return shape(`${where} is no list`);
    for (const each of values as unknown[]) {
      const { key, value } = (each ?? {}) as { key?: unknown; value?: unknown };
      if (typeof value !== 'string') return shape(`${where} has a value of type ${typeof value}, where text is wanted`);
      if (key !== undefined && (typeof key !== 'string' || key.toLowerCase() !== name.toLowerCase()))
        return shape(`${where} is written with another name`);
      const bad = unsendable(name, [value]);
      if (bad !== null) return shape(`${of}: ${bad}`);
      size += name.length + value.length;
    }
  }
  return size > mostHead ? { reason: lambdaReasons['event-size'], says: `${of}.headers of ${size} characters` } : null;
}

/** There is a body only where CloudFront is told to show it. */
function bodyFlaw(body: unknown): BadEvent | null {
  if (body === undefined || body === null) return null;
  const { inputTruncated, encoding, data } = body as Record<string, unknown>;
  if (typeof inputTruncated !== 'boolean' || typeof data !== 'string')
    return shape('body has no boolean inputTruncated, or no data of type text');
  if (encoding !== 'base64' && encoding !== 'text') return shape('body.encoding is neither base64 nor text');
  if (data.length > mostBytes)
    return { reason: lambdaReasons['event-size'], says: `a body of ${data.length} characters` };
  return encoding === 'base64' && fromBase64(data) === null
    ? { reason: lambdaReasons['event-base64'], says: 'body.encoding is base64' }
    : null;
}

export function requestOfEdge({ method, uri, querystring, headers, body }: EdgeRequest): HttpRequest {
  const bytes = body ? (body.encoding === 'base64' ? fromBase64(body.data) : utf8(body.data)) : null;
  return {
    method,
    target: targetOf(uri, querystring),
    version: '1.1',
    headers: headersOf(headers),
    body: bytes === null || bytes.length === 0 ? null : Body.of(bytes),
  };
}

export const responseOfEdge = ({ status, headers }: EdgeResponse): HttpResponse => ({
  status: Number(status),
  headers: headersOf(headers),
  body: null,
  from: { by: 'integration', name: 'cloudfront' },
});

function headersOf(headers: EdgeHeaders): HeaderList {
  const flat: string[] = [];
  for (const [name, values] of Object.entries(headers))
    for (const { key, value } of values) flat.push(key ?? name, value);
  return HeaderList.fromFlat(flat);
}

/** A refusal as a generated answer. What is made at the origin would be cached like an origin's, so it says `no-store`. */
export async function edgeRefusal(response: HttpResponse): Promise<EdgeAnswer> {
  return {
    status: String(response.status),
    statusDescription: 'Refused',
    headers: toEdgeHeaders(
      response.headers.without('content-length', 'x-sallyport-trace').append('Cache-Control', 'no-store'),
    ),
    body: response.body === null ? '' : await response.body.text(),
    bodyEncoding: 'text',
  };
}
