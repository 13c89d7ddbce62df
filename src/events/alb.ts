import { base64, fromBase64, utf8 } from '../base/bytes.ts';
import { parseAddress } from '../base/ip.ts';
import { Body } from '../http/body.ts';
import { HeaderList, isFieldValue, isToken } from '../http/headers.ts';
import { malformed, readStatus } from './rest-result.ts';
import { splitTarget, targetOf } from './parts-target.ts';
import { bodyText, define, isTextType, viewerAt, type EventContext, type EventShape } from './parts.ts';

/** Application load balancer with a function as its target, in the form with multi-value headers. */

export interface AlbEvent {
  requestContext: { elb: { targetGroupArn: string } };
  httpMethod: string;
  path: string;
  /** Percent-encoded as it came: the load balancer does not decode. */
  queryStringParameters?: Record<string, string>;
  multiValueQueryStringParameters?: Record<string, string[]>;
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  body: string | null;
  isBase64Encoded: boolean;
}

export interface AlbResult {
  statusCode: number;
  statusDescription: string;
  multiValueHeaders: Record<string, string[]>;
  body: string;
  isBase64Encoded: boolean;
}

/** A load balancer's event has no stage and no route; `place.id` holds the target group's ARN. */
function contextOf(event: AlbEvent): EventContext {
  const arn = event.requestContext.elb.targetGroupArn;
  const [, , , region = '', account = ''] = arn.split(':');
  return {
    place: { kind: 'http', region, account, id: arn, stage: '', deploymentId: '', domainName: '', domainPrefix: '' },
    requestId: '',
    extendedRequestId: '',
    at: 0,
    routeKey: '$default',
    resource: '',
    resourceId: '',
    path: event.path,
    contextPath: event.path,
    params: null,
    stageVariables: null,
    authorizer: null,
    identity: {},
    binaryMediaTypes: [],
  };
}

/** The address that the load balancer has seen, which it appends with or without a port; null where it tells none. */
export function clientOf(headers: HeaderList): string | null {
  const last = headers.all('x-forwarded-for').at(-1)?.split(',').at(-1)?.trim() ?? '';
  if (parseAddress(last) !== null) return last;
  const bare = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+)):\d{1,5}$/.exec(last)?.groups;
  const address = bare?.['six'] ?? bare?.['four'] ?? '';
  return parseAddress(address) === null ? null : address;
}

const pairsOf = (
  multi: Record<string, string[]> | undefined,
  single: Record<string, string> | undefined,
): [string, string][] =>
  multi
    ? Object.entries(multi).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]))
    : Object.entries(single ?? {});

function collect(pairs: Iterable<readonly [string, string]>): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [name, value] of pairs) {
    const list = Object.hasOwn(out, name) ? out[name] : undefined;
    if (list) list.push(value);
    else define(out, name, [value]);
  }
  return out;
}

export const albShape: EventShape<AlbEvent, AlbResult, { readonly name: string }> = {
  fromEvent(event) {
    const headers = HeaderList.of(pairsOf(event.multiValueHeaders, event.headers));
    const query = pairsOf(event.multiValueQueryStringParameters, event.queryStringParameters);
    const raw = event.body;
    return {
      request: {
        method: event.httpMethod,
        target: targetOf(event.path, query.map(([name, value]) => `${name}=${value}`).join('&')),
        version: '1.1',
        headers,
        body: raw === null || raw === '' ? null : Body.of(event.isBase64Encoded ? (fromBase64(raw) ?? utf8(raw)) : raw),
      },
      viewer: viewerAt(clientOf(headers) ?? '0.0.0.0', headers.get('x-forwarded-proto') === 'https'),
      context: contextOf(event),
    };
  },

  async toEvent(request, _viewer, context) {
    const { query } = splitTarget(request.target);
    const pairs = (query ?? '')
      .split('&')
      .filter((part) => part !== '')
      .map((part): [string, string] => {
        const mark = part.indexOf('=');
        return mark < 0 ? [part, ''] : [part.slice(0, mark), part.slice(mark + 1)];
      });
    const headers: [string, string][] = [...request.headers].map(([name, value]) => [name.toLowerCase(), value]);
    const bytes = request.body ? await request.body.bytes() : new Uint8Array(0);
    const asBase64 =
      bytes.length > 0 && !isTextType(request.headers.get('content-type'), request.headers.get('content-encoding'));
    return {
      requestContext: { elb: { targetGroupArn: context.place.id } },
      httpMethod: request.method,
      path: context.path,
      multiValueQueryStringParameters: collect(pairs),
      multiValueHeaders: collect(headers),
      body: bodyText(bytes, asBase64),
      isBase64Encoded: asBase64,
    };
  },

  fromResult(result, told) {
    const rules = { name: told.name, malformed: 502 };
    if (typeof result !== 'object' || result === null || Array.isArray(result)) throw malformed(rules, 'is no object');
    const answer = result as Record<string, unknown>;
    const status = readStatus(answer['statusCode']);
    if (status === null)
      throw malformed(rules, `has a statusCode ${JSON.stringify(answer['statusCode'])}; a load balancer wants one`);
    const flat: string[] = [];
    const maps = (answer['multiValueHeaders'] ?? answer['headers'] ?? {}) as Record<string, unknown>;
    for (const [name, given] of Object.entries(maps)) {
      for (const each of Array.isArray(given) ? (given as unknown[]) : [given]) {
        const value = String(each);
        if (!isToken(name) || !isFieldValue(value))
          throw malformed(rules, `has a header "${name.slice(0, 60)}" that cannot be sent`);
        flat.push(name, value);
      }
    }
    const body = answer['body'] ?? '';
    if (typeof body !== 'string') throw malformed(rules, `has a body of type ${typeof body}`);
    const bytes = answer['isBase64Encoded'] === true ? fromBase64(body) : utf8(body);
    if (bytes === null) throw malformed(rules, 'says base64 and has something else');
    return {
      status,
      headers: HeaderList.fromFlat(flat),
      body: Body.of(bytes),
      from: { by: 'integration', name: told.name },
    };
  },

  async toResult(response) {
    const bytes = response.body ? await response.body.bytes() : new Uint8Array(0);
    const text =
      bytes.length === 0 || isTextType(response.headers.get('content-type'), response.headers.get('content-encoding'));
    return {
      statusCode: response.status,
      statusDescription: String(response.status),
      multiValueHeaders: collect(response.headers),
      body: text ? bodyText(bytes, false) : base64(bytes),
      isBase64Encoded: !text,
    };
  },
};
