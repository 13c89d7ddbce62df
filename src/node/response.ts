import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants as http2, type ServerHttp2Stream } from 'node:http2';
import type { Writable } from 'node:stream';
import type { Body, BodyFlow } from '../http/body.ts';
import type { HttpResponse } from '../http/message.ts';
import { wasDropped } from './request.ts';

/** Bytes of an unread request body that are let pass so that the viewer, who is still sending, gets to read the answer. */
const LINGER_BYTES = 1_048_576;
const LINGER_MS = 1000;

/** Bytes up to which copying an answer behind its head is cheaper than handing the system two pieces. */
const ONE_WRITE = 8192;

export interface Delivery {
  /** Milliseconds that a viewer may take no bytes before he is cut off. */
  readonly writeTimeoutMs: number;
  /** The answer broke off after its head was sent; nobody can be told any more but the log. */
  broken(thrown: unknown): void;
}

/** A request body of at most so many bytes that nobody wanted is read and forgotten, for the sake of the connection. */
const FORGET_BYTES = 65_536;

/**
 * Our response onto Node's. Back-pressure goes all the way to the origin. `waits` says that the viewer holds his body
 * back until he is told to go on. Returns true when this is the connection's last answer.
 */
export function deliver(
  response: HttpResponse,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  requestBody: Body | null,
  waits: boolean,
  delivery: Delivery,
): boolean {
  const { body } = response;
  const untouched = requestBody !== null && !requestBody.used && requestBody.whole === null;
  const small = !waits && requestBody !== null && requestBody.length !== null && requestBody.length <= FORGET_BYTES;
  const unread = !incoming.complete && ((untouched && !small) || wasDropped(incoming));
  let flat = response.headers.flat as string[];
  if (body !== null && body.length !== null && !response.headers.has('content-length'))
    flat = [...flat, 'Content-Length', String(body.length)];
  // What the viewer still sends must not be taken for his next request, and nobody wants to read it either.
  if (unread) flat = [...flat, 'Connection', 'close'];
  outgoing.writeHead(response.status, flat);
  const end = unread && !waits ? (): void => linger(incoming, () => outgoing.end()) : (): void => void outgoing.end();
  if (incoming.method === 'HEAD' || body === null) {
    body?.cancel();
    if (unread) outgoing.flushHeaders();
    end();
    return unread;
  }
  if (body.whole !== null && !unread) {
    const { whole } = body;
    // A short answer as text of one byte per character goes out together with its head, in one write.
    if (whole.length <= ONE_WRITE)
      outgoing.end(Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString('latin1'), 'latin1');
    else outgoing.end(whole);
    return false;
  }
  outgoing.cork();
  pour(body, outgoing, { end, cut: () => void outgoing.destroy() }, delivery);
  // Whoever streams events may have nothing to say for a while; the viewer is to know that he is heard.
  outgoing.flushHeaders();
  outgoing.uncork();
  return unread;
}

/** Our response onto an HTTP/2 stream: names in lower case, nothing that belongs to a connection. */
export function deliverHttp2(
  response: HttpResponse,
  method: string,
  stream: ServerHttp2Stream,
  requestBody: Body | null,
  delivery: Delivery,
): void {
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of response.headers) {
    const lower = name.toLowerCase();
    if (lower === 'connection' || lower === 'transfer-encoding' || lower === 'keep-alive') continue;
    const there = headers[lower];
    headers[lower] = there === undefined ? value : Array.isArray(there) ? [...there, value] : [there, value];
  }
  const { body } = response;
  const bodiless = method === 'HEAD' || body === null;
  // A viewer who still sends what nobody reads would keep the stream open for good.
  if (requestBody !== null) {
    stream.once('finish', () => {
      if (!stream.readableEnded) stream.close(http2.NGHTTP2_NO_ERROR);
    });
  }
  stream.respond({ ':status': response.status, ...headers }, { endStream: bodiless });
  if (bodiless) body?.cancel();
  else
    pour(
      body,
      stream,
      { end: () => void stream.end(), cut: () => stream.close(http2.NGHTTP2_INTERNAL_ERROR) },
      delivery,
    );
}

interface Ways {
  end(): void;
  /** Breaks off, so that the viewer sees that what he has is not all. */
  cut(): void;
}

function pour(body: Body, to: Writable, ways: Ways, delivery: Delivery): void {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  // A source may push before `start` returns: then there is no flow to hold yet.
  let flow: BodyFlow | undefined;
  const started = body.start({
    data(chunk) {
      if (over || to.write(chunk)) return;
      flow?.pause();
      timer ??= setTimeout(() => ways.cut(), delivery.writeTimeoutMs);
    },
    end() {
      over = true;
      clearTimeout(timer);
      ways.end();
    },
    fail(thrown) {
      over = true;
      clearTimeout(timer);
      delivery.broken(thrown);
      // The head is out, so the only honest thing left is to break off: a short answer must not look like a whole one.
      ways.cut();
    },
  });
  flow = started;
  if (over) return;
  // A body that was in memory may have filled the buffer before there was a flow to hold.
  if (to.writableNeedDrain) started.pause();
  to.on('drain', () => {
    clearTimeout(timer);
    timer = undefined;
    started.resume();
  });
  to.once('close', () => {
    clearTimeout(timer);
    if (!over) started.cancel();
  });
}

/** Lets the rest of a request pass, up to a bound, before the connection is closed: closing at once would reset it. */
function linger(incoming: IncomingMessage, done: () => void): void {
  let size = 0;
  const timer = setTimeout(finished, LINGER_MS);
  function finished(): void {
    clearTimeout(timer);
    incoming.off('data', pass).off('end', finished).off('close', finished);
    done();
  }
  function pass(chunk: Uint8Array): void {
    size += chunk.length;
    if (size > LINGER_BYTES) finished();
  }
  incoming.on('data', pass).once('end', finished).once('close', finished);
}
