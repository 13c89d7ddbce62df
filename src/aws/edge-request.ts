import { fromBase64, utf8 } from '../base/bytes.ts';
import { messageOf } from '../base/fault.ts';
import { toEdgeHeaders, type EdgeHeaders } from '../events/edge-headers.ts';
import { viewerAt } from '../events/parts.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { refusal } from './answer.ts';
import { flawOf, type BadEvent, type Wanted } from './event.ts';
import { guard, type GuardOptions } from './guard.ts';
import { logRefusal } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import { fit } from './start.ts';

interface EdgeRequest {
  readonly clientIp: string;
  readonly method: string;
  readonly uri: string;
  readonly querystring: string;
  readonly headers: EdgeHeaders;
  readonly body?: { readonly inputTruncated: boolean; readonly encoding: 'base64' | 'text'; readonly data: string };
}

export interface EdgeAnswer {
  readonly status: string;
  readonly statusDescription: string;
  readonly headers: EdgeHeaders;
  readonly body: string;
  readonly bodyEncoding: 'text';
}

export interface EdgeOptions extends GuardOptions {
  /** A body of which only the first part is shown: refused when a rule needs the body, unless this says otherwise. */
  readonly onCutBody?: 'refuse' | 'inspect-first-part';
}

const wanted: Wanted = { clientIp: 'text', method: 'text', uri: 'path', querystring: 'text', headers: 'object' };

/**
 * The rules at a Lambda@Edge request moment, viewer or origin. What passes goes on unchanged. An answer made at the origin
 * moment would be cached like an origin's, so it says `no-store`.
 */
export function edgeRequest(options: EdgeOptions): (event: unknown) => Promise<unknown> {
  const firewall = guard(options);
  return async (event) => {
    const deny = (bad: BadEvent): Promise<EdgeAnswer> => {
      logRefusal(firewall.write, 'edge-request', bad, firewall.clock.now());
      return answer(refusal(bad.reason));
    };
    const cf = (
      event as { Records?: readonly { cf?: { config?: { eventType?: unknown }; request?: unknown } }[] } | null
    )?.Records?.[0]?.cf;
    const moment = cf?.config?.eventType;
    if (moment !== 'viewer-request' && moment !== 'origin-request')
      return deny({
        reason: lambdaReasons['event-shape'],
        says: `the moment ${typeof moment === 'string' ? moment : 'is not told'}; this door is for requests`,
      });
    const flaw = flawOf(cf?.request, wanted);
    if (flaw) return deny(flaw);
    try {
      const given = cf?.request as EdgeRequest;
      if (firewall.needsBody && given.body?.inputTruncated === true && options.onCutBody !== 'inspect-first-part')
        return await deny({ reason: lambdaReasons['body-cut'], says: moment });
      const { refusal: refused } = await firewall.inspect(fit(requestOf(given)), viewerAt(given.clientIp));
      return refused === null ? given : await answer(refused);
    } catch (thrown) {
      return deny({ reason: lambdaReasons.broken, says: messageOf(thrown) });
    }
  };
}

function requestOf({ method, uri, querystring, headers, body }: EdgeRequest): HttpRequest {
  const flat: string[] = [];
  for (const [name, values] of Object.entries(headers))
    for (const { key, value } of values) flat.push(key ?? name, value);
  const bytes = body ? (body.encoding === 'base64' ? fromBase64(body.data) : utf8(body.data)) : null;
  return {
    method,
    target: querystring === '' ? uri : `${uri}?${querystring}`,
    version: '1.1',
    headers: HeaderList.fromFlat(flat),
    body: bytes === null || bytes.length === 0 ? null : Body.of(bytes),
  };
}

async function answer(response: HttpResponse): Promise<EdgeAnswer> {
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
