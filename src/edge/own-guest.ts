import { messageOf } from '../base/fault.ts';
import type { Exchange } from '../flow/exchange.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { fromWebResponse, toWebRequest } from '../http/web.ts';
import type { Moment } from '../events/edge-headers.ts';
import type { EdgeFunctionContext, EdgeMoments } from './function.ts';
import type { Guest, Said } from './guest.ts';

/** A typed function of this repository or of the user's, with the platform's `Request` and `Response`. */
export function ownGuest(
  moments: EdgeMoments,
  moment: Moment,
  name: string,
  country: (address: string) => string | null,
): Guest {
  return async (exchange, response) => {
    const context: EdgeFunctionContext = {
      clientAddress: exchange.viewer.address,
      requestId: exchange.trace.id,
      country: country(exchange.viewer.address),
    };
    try {
      const request = toWebRequest(
        { ...exchange.request, body: null },
        `${exchange.viewer.secure ? 'https' : 'http'}://${exchange.request.headers.get('host') ?? 'localhost'}`,
      );
      if (response) {
        const call = moment === 'origin-response' ? moments.originResponse : moments.viewerResponse;
        const said = await call?.(
          new Response(null, { status: response.status, headers: webHeaders(response.headers) }),
          request,
          context,
        );
        return said ? changed(said, response) : { kind: 'response', response };
      }
      const call = moment === 'origin-request' ? moments.originRequest : moments.viewerRequest;
      const said = await call?.(request, context);
      if (said instanceof Response) return { kind: 'response', response: await whole(said, name) };
      return {
        kind: 'request',
        request: said instanceof Request ? requested(said, exchange) : exchange.request,
        origin: null,
      };
    } catch (thrown) {
      return { kind: 'threw', says: messageOf(thrown) };
    }
  };
}

const webHeaders = (headers: HeaderList): Headers => {
  const made = new Headers();
  for (const [name, value] of headers) made.append(name, value);
  return made;
};

async function whole(response: Response, name: string): Promise<HttpResponse> {
  const made = fromWebResponse(response, { by: 'function', name });
  if (made.body === null)
    return { ...made, headers: made.headers.without('content-length').append('Content-Length', '0') };
  const bytes = await made.body.bytes();
  return {
    ...made,
    headers: made.headers.without('content-length').append('Content-Length', String(bytes.length)),
    body: Body.of(bytes),
  };
}

/** A response without a body keeps the origin's: the function saw the head alone. */
async function changed(said: Response, before: HttpResponse): Promise<Said> {
  const made = fromWebResponse(said, before.from);
  if (made.body === null)
    return { kind: 'response', response: { ...before, status: made.status, headers: made.headers } };
  before.body?.cancel();
  const bytes = await made.body.bytes();
  return {
    kind: 'response',
    response: {
      ...made,
      headers: made.headers.without('content-length').append('Content-Length', String(bytes.length)),
      body: Body.of(bytes),
    },
  };
}

function requested(said: Request, exchange: Exchange): HttpRequest {
  const url = new URL(said.url);
  const pairs: [string, string][] = [...said.headers].filter(([name]) => name !== 'host');
  const host = exchange.request.headers.get('host');
  return {
    ...exchange.request,
    target: `${url.pathname}${url.search}`,
    headers: HeaderList.of(host === undefined ? pairs : [['Host', host], ...pairs]),
  };
}
