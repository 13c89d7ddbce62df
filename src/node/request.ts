import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { ServerHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { Fault } from '../base/fault.ts';
import { Body, type BodySource } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpRequest, HttpVersion } from '../http/message.ts';

/** Node's message to ours: raw headers as they came, the body not touched. `before` runs when the body is first wanted. */
export function fromNode(incoming: IncomingMessage, before: (() => void) | null): HttpRequest {
  const headers = HeaderList.fromFlat(incoming.rawHeaders);
  const declared = headers.get('content-length');
  const framed = headers.has('transfer-encoding');
  const body =
    framed || (declared !== undefined && declared !== '0')
      ? Body.from(
          readable(incoming, before, () => incoming.complete),
          framed ? null : Number(declared),
        )
      : null;
  return {
    method: incoming.method as string,
    target: incoming.url as string,
    version: incoming.httpVersion as HttpVersion,
    headers,
    body,
  };
}

/**
 * An HTTP/2 stream to our message; `:authority` becomes the `Host` that all rules and origins know. A `Host` beside it
 * that says something else stays, so that `admit` sees two and refuses.
 */
export function fromHttp2(stream: ServerHttp2Stream, given: IncomingHttpHeaders, raw: readonly string[]): HttpRequest {
  const flat: string[] = [];
  const authority = given[':authority'];
  if (authority !== undefined) flat.push('host', authority);
  const cookies: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    const value = raw[at + 1] as string;
    if (name === 'cookie') cookies.push(value);
    else if (!name.startsWith(':') && !(name === 'host' && value === authority)) flat.push(name, value);
  }
  // RFC 9113 section 8.2.3: crumbs of one cookie field are put together before anybody else sees them.
  if (cookies.length > 0) flat.push('cookie', cookies.join('; '));
  const declared = given['content-length'];
  const before =
    given.expect?.toLowerCase() === '100-continue' ? (): void => stream.additionalHeaders({ ':status': 100 }) : null;
  const body =
    stream.readableEnded || given.endStream
      ? null
      : Body.from(
          readable(stream, before, () => !stream.closed),
          declared === undefined ? null : Number(declared),
        );
  return {
    method: given[':method'] ?? '',
    target: given[':path'] ?? '',
    version: '2',
    headers: HeaderList.fromFlat(flat),
    body,
  };
}

const dropped = new WeakSet<Readable>();

/** Did whoever read this body stop in the middle? What still comes is let pass, and the connection is not worth keeping. */
export const wasDropped = (stream: Readable): boolean => dropped.has(stream);

/**
 * A readable stream as a pushed source. A viewer who breaks off in the middle is his own fault, and retrying cannot help.
 * `whole` is asked at the end: Node ends the readable side of a stream that was reset as if all had come.
 */
function readable(stream: Readable, before: (() => void) | null, whole: () => boolean): BodySource {
  return (sink) => {
    before?.();
    let over = false;
    const fail = (thrown?: unknown): void => {
      if (over) return;
      over = true;
      sink.fail(
        new Fault('http.body.broken', 'viewer', 'the viewer broke off in the middle of the body', { cause: thrown }),
      );
    };
    stream.on('data', (chunk: Uint8Array) => {
      if (!over) sink.data(chunk);
    });
    stream.once('end', () => {
      if (over) return;
      if (!whole()) return fail();
      over = true;
      sink.end();
    });
    stream.once('error', fail);
    stream.once('close', () => fail());
    return {
      pause: () => void stream.pause(),
      resume: () => void stream.resume(),
      cancel() {
        if (!over) dropped.add(stream);
        over = true;
        stream.resume();
      },
    };
  };
}

/** Does the viewer wait for a `100 Continue` before he sends his body? */
export const continuer =
  (response: ServerResponse): (() => void) =>
  () =>
    response.writeContinue();
