import { Body } from './body.ts';
import { HeaderList } from './headers.ts';
import type { HttpRequest, HttpResponse, Provenance } from './message.ts';

/** To and from the platform's `Request` and `Response`, for code that users write. The raw form stays ours. */
export function toWebRequest(request: HttpRequest, base = 'http://sallyport.internal'): Request {
  const headers = new Headers();
  for (const [name, value] of request.headers) headers.append(name, value);
  const bodiless = request.method === 'GET' || request.method === 'HEAD' || request.body === null;
  return new Request(new URL(request.target, base), {
    method: request.method,
    headers,
    ...(bodiless ? {} : { body: toWebStream(request.body), duplex: 'half' }),
  });
}

export function fromWebResponse(response: Response, from: Provenance): HttpResponse {
  const pairs: [string, string][] = [];
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') pairs.push([name, value]);
  }
  for (const cookie of response.headers.getSetCookie()) pairs.push(['set-cookie', cookie]);
  const length = response.headers.get('content-length');
  const body = response.body ? Body.fromChunks(response.body, length === null ? null : Number(length)) : null;
  return { status: response.status, headers: HeaderList.of(pairs), body, from };
}

export function toWebStream(body: Body): ReadableStream<Uint8Array> {
  let flow: ReturnType<Body['start']> | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      flow = body.start({
        data(chunk) {
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) flow?.pause();
        },
        end: () => controller.close(),
        fail: (thrown) => controller.error(thrown),
      });
    },
    pull: () => flow?.resume(),
    cancel: () => flow?.cancel(),
  });
}
