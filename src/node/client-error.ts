import type { Socket } from 'node:net';
import { newId } from '../base/id.ts';
import { messageFor } from '../gateway/answers.ts';
import type { App } from '../pipeline/app.ts';
import type { Reason } from '../trace/reason.ts';
import { wireReasons } from './reasons.ts';

/** What Node's parser found, as one of our reasons. */
export function reasonOf(error: { readonly code?: string }): Reason {
  if (error.code === 'HPE_HEADER_OVERFLOW') return wireReasons['header-bytes'];
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return wireReasons.slow;
  return wireReasons.malformed;
}

/** The record that a request would have had, for what never became one. Returns its id. */
export function recordRefusal(
  app: App,
  socket: Socket,
  reason: Reason,
  facts: Readonly<Record<string, string>>,
): string {
  const { clock, sinks } = app.ports;
  const id = newId(clock.now());
  for (const sink of sinks) {
    sink.write({
      kind: 'decision',
      id,
      time: new Date(clock.now()).toISOString(),
      version: app.version,
      method: '-',
      host: null,
      path: '-',
      client: socket.remoteAddress ?? '-',
      tenant: null,
      route: null,
      key: null,
      status: reason.status,
      from: `refusal ${reason.code}`,
      code: reason.code,
      cache: null,
      ms: 0,
      originMs: null,
      bytesIn: null,
      bytesOut: null,
      steps: [
        {
          stage: 'wire',
          entered: 0,
          notes: [{ what: 'refused', at: 0, facts: { code: reason.code, status: reason.status, ...facts } }],
        },
      ],
    });
  }
  return id;
}

/** Answers on a bare socket and ends it. */
export function refuseSocket(
  app: App,
  socket: Socket,
  reason: Reason,
  facts: Readonly<Record<string, string>> = {},
): void {
  const id = recordRefusal(app, socket, reason, facts);
  // Node has let go of the socket by now, and a viewer who resets it must not end the process.
  socket.on('error', () => socket.destroy());
  if (!socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  socket.end(wordsOf(app, reason, id), () => socket.destroy());
}

/** A whole answer for those who get no other. */
export function wordsOf(app: App, reason: Reason, id: string): string {
  const says = messageFor(reason.status);
  const body = `${JSON.stringify({ message: says })}\n`;
  const trace = app.document.answers.traceHeader ? `x-sallyport-trace: ${id}\r\n` : '';
  return `HTTP/1.1 ${reason.status} ${says}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${trace}Connection: close\r\n\r\n${body}`;
}
