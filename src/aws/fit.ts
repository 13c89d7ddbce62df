import type { HttpRequest } from '../http/message.ts';

/**
 * A request as it was before the platform took it apart: what has no place in a request target is encoded again (`%` stays
 * as it is), and a body has its length, so that rules about sizes and lengths mean the same behind every door.
 */
export function fit(request: HttpRequest): HttpRequest {
  const mark = request.target.indexOf('?');
  const path = mark < 0 ? request.target : request.target.slice(0, mark);
  const encoded = path.replaceAll(/[^A-Za-z0-9\-._~!$&'()*+,;=:@%/]+/gu, (text) =>
    encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd')),
  );
  const length = request.body?.length ?? null;
  const headers =
    length === null || request.headers.has('content-length')
      ? request.headers
      : request.headers.append('Content-Length', String(length));
  return { ...request, target: mark < 0 ? encoded : encoded + request.target.slice(mark), headers };
}
