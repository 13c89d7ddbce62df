import { fromBase64, utf8 } from '../base/bytes.ts';
import { toEdgeHeaders, type EdgeHeaders, type Moment } from '../events/edge-headers.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { flawOf, type BadEvent, type Wanted } from './event.ts';
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

const wantedRequest: Wanted = { clientIp: 'text', method: 'text', uri: 'path', querystring: 'text', headers: 'object' };
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
  const id = cf?.config?.requestId;
  return {
    moment,
    requestId: typeof id === 'string' ? id : '',
    request: cf?.request as EdgeRequest,
    response: answered ? (cf?.response as EdgeResponse) : null,
  };
}

/** Throws where a header is no list of values. */
export function requestOfEdge({ method, uri, querystring, headers, body }: EdgeRequest): HttpRequest {
  const bytes = body ? (body.encoding === 'base64' ? fromBase64(body.data) : utf8(body.data)) : null;
  return {
    method,
    target: querystring === '' ? uri : `${uri}?${querystring}`,
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
