import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Writable } from 'node:stream';
import type { Body } from '../http/body.ts';
import type { HttpResponse } from '../http/message.ts';

/** Bytes of an unread request body that are let pass so that the viewer, who is still sending, gets to read the answer. */
const LINGER_BYTES = 1_048_576;
const LINGER_MS = 1000;

export interface Delivery {
  /** Milliseconds that a viewer may take no bytes before he is cut off. */
  readonly writeTimeoutMs: number;
  /** The answer broke off after its head was sent; nobody can be told any more but the log. */
  broken(thrown: unknown): void;
}

/** Our response onto Node's. Back-pressure goes all the way to the origin. */
export function deliver(response: HttpResponse, incoming: IncomingMessage, outgoing: ServerResponse, requestBody: Body | null, delivery: Delivery): void {
  const { body } = response;
  const unread = requestBody !== null && !requestBody.used && requestBody.whole === null;
  let flat = response.headers.flat as string[];
  if (body !== null && body.length !== null && !response.headers.has('content-length')) flat = [...flat, 'Content-Length', String(body.length)];
  // What the viewer still sends must not be taken for his next request, and nobody wants to read it either.
  if (unread) flat = [...flat, 'Connection', 'close'];
  outgoing.writeHead(response.status, flat);
  const end = unread ? (): void => linger(incoming, () => outgoing.end()) : (): void => void outgoing.end();
  if (incoming.method === 'HEAD' || body === null) {
    body?.cancel();
    if (unread) outgoing.flushHeaders();
    end();
    return;
  }
  outgoing.cork();
  pour(body, outgoing, end, delivery);
  outgoing.uncork();
}

/** Our response onto an HTTP/2 stream: names in lower case, nothing that belongs to a connection. */
export function deliverHttp2(response: HttpResponse, method: string, stream: ServerHttp2Stream, delivery: Delivery): void {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of response.headers) {
    const lower = name.toLowerCase();
    if (lower === 'connection' || lower === 'transfer-encoding' || lower === 'keep-alive') continue;
    const there = headers[lower];
    headers[lower] = there === undefined ? value : Array.isArray(there) ? [...there, value] : [there, value];
  }
  const bodiless = method === 'HEAD' || response.body === null;
  stream.respond({ ':status': response.status, ...headers }, { endStream: bodiless });
  if (bodiless) response.body?.cancel();
  else pour(response.body as Body, stream, () => void stream.end(), delivery);
}

function pour(body: Body, to: Writable, end: () => void, delivery: Delivery): void {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const flow = body.start({
    data(chunk) {
      if (over || to.write(chunk)) return;
      flow?.pause();
      timer ??= setTimeout(() => to.destroy(new Error('the viewer takes no bytes')), delivery.writeTimeoutMs);
    },
    end() {
      over = true;
      clearTimeout(timer);
      end();
    },
    fail(thrown) {
      over = true;
      clearTimeout(timer);
      delivery.broken(thrown);
      // The head is out, so the only honest thing left is to break off: a short answer must not look like a whole one.
      to.destroy();
    },
  });
  if (over) return;
  // A body that was in memory may have filled the buffer before there was a flow to hold.
  if (to.writableNeedDrain) flow.pause();
  to.on('drain', () => {
    clearTimeout(timer);
    timer = undefined;
    flow.resume();
  });
  to.once('close', () => {
    clearTimeout(timer);
    if (!over) flow.cancel();
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
