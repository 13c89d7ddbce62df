import { base64 } from '../base/bytes.ts';
import { messageOf } from '../base/fault.ts';
import { systemClock } from '../base/clock.ts';
import type { EdgeMoments } from '../edge/function.ts';
import type { Said } from '../edge/guest.ts';
import { ownGuest } from '../edge/own-guest.ts';
import { fromEdgeResult } from '../events/edge.ts';
import { toEdgeHeaders, type Moment } from '../events/edge-headers.ts';
import { viewerAt } from '../events/parts.ts';
import { Departure } from '../flow/departure.ts';
import { newExchange } from '../flow/exchange.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { Trace } from '../trace/trace.ts';
import { refusal } from './refusal.ts';
import { edgeRefusal, readEdgeEvent, requestOfEdge, responseOfEdge, type EdgeEvent } from './edge-event.ts';
import type { BadEvent } from './event.ts';
import { logRefusal, toStdout } from './log.ts';
import { lambdaReasons } from './reasons.ts';
import type { DoorOptions } from './start.ts';

export interface EdgeMomentsOptions extends DoorOptions {
  /** In log lines and in what went wrong. */
  readonly name?: string;
}

const moments = ['viewer-request', 'origin-request', 'origin-response', 'viewer-response'] as const;

/**
 * An edge function of your own (`viewerRequest`, `originRequest`, `originResponse`, `viewerResponse`, with the platform's
 * `Request` and `Response`) as a Lambda@Edge handler for all four moments: the function that a document runs on your
 * machine, unchanged. A moment that the function has nothing for goes on as it came. A request whose function breaks is
 * answered by a refusal; a response whose function breaks is not let out: the error goes to CloudFront, which makes a 502.
 */
export function edgeMoments(
  functions: EdgeMoments,
  options: EdgeMomentsOptions = {},
): (event: unknown) => Promise<unknown> {
  const { name = 'edge', clock = systemClock, write = toStdout } = options;
  return async (event) => {
    const fail = async (bad: BadEvent, answered: boolean): Promise<unknown> => {
      logRefusal(write, 'edge-moments', bad, clock.now());
      if (answered) throw new Error(`${bad.reason.code}: ${bad.says}`);
      return edgeRefusal(refusal(bad.reason));
    };
    const read = readEdgeEvent(event, moments);
    if ('reason' in read) return fail(read, false);
    let flaw: BadEvent;
    try {
      const request = requestOfEdge(read.request);
      const before = { request, response: read.response && responseOfEdge(read.response) };
      const exchange = newExchange({
        request,
        viewer: viewerAt(read.request.clientIp),
        trace: new Trace(read.requestId, [], clock),
        clock,
        departure: new Departure(),
        later() {},
      });
      const country = (): string | null => request.headers.get('cloudfront-viewer-country') ?? null;
      const said = await ownGuest(functions, read.moment, name, country)(exchange, before.response);
      const result = await resultOf(said, read, before);
      const says = typeof result === 'string' ? result : wrongIn(result, read.moment, before, name);
      if (says === null) return result;
      flaw = { reason: lambdaReasons['edge-result'], says };
    } catch (thrown) {
      flaw = { reason: lambdaReasons.broken, says: messageOf(thrown) };
    }
    return fail(flaw, read.response !== null);
  };
}

interface Before {
  readonly request: HttpRequest;
  readonly response: HttpResponse | null;
}

/** What CloudFront is told; a text says what went wrong. What was left as it was goes back as the very object that came. */
async function resultOf(said: Said, { request, response }: EdgeEvent, before: Before): Promise<unknown> {
  switch (said.kind) {
    case 'request': {
      if (said.request === before.request) return request;
      const [uri = '/', ...query] = said.request.target.split('?');
      return { ...request, uri, querystring: query.join('?'), headers: toEdgeHeaders(said.request.headers) };
    }
    case 'response': {
      if (response && said.response === before.response) return response;
      const { body, status } = said.response;
      const headers = toEdgeHeaders(
        response && body === null ? said.response.headers : said.response.headers.without('content-length'),
      );
      const made = { status: String(status), statusDescription: response?.statusDescription ?? '', headers };
      return body === null ? made : { ...made, body: base64(await body.bytes()), bodyEncoding: 'base64' };
    }
    default:
      return said.says;
  }
}

/** Held against what CloudFront allows, so that the log names the field instead of a bare 502. */
function wrongIn(result: unknown, moment: Moment, before: Before, name: string): string | null {
  const context = {
    moment,
    distributionId: '',
    domain: '',
    requestId: '',
    clientIp: '',
    includeBody: false,
    origin: null,
  };
  const checked = fromEdgeResult(result, before, context, name);
  return checked.kind === 'invalid' ? checked.says : null;
}
