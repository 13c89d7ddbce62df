import type { Socket } from 'node:net';
import type { Body } from '../../http/body.ts';
import type { HttpResponse } from '../../http/message.ts';
import type { Answered } from '../../wire/http1/response-head.ts';
import type { ConnectionHost } from './host.ts';
import { latin1, ONE_WRITE, Outflow, PIECE, Pieces, type OutflowHost } from './outflow.ts';

/** The writing side of a connection: one answer after the other. */
export class Answering implements OutflowHost {
  /** Is the head of the answer that is owed on its way? */
  begun = false;
  /** Does the last head let another request follow? */
  persists = true;
  /** When the viewer, who takes no bytes, is cut off; 0 while he takes them. */
  deadline = 0;
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  /** Called when the answer is handed to the socket; false when it is not as long as its head said. */
  readonly #done: (exact: boolean) => void;
  #out: Outflow | null = null;
  #response: HttpResponse | null = null;

  constructor(socket: Socket, host: ConnectionHost, done: (exact: boolean) => void) {
    this.#socket = socket;
    this.#host = host;
    this.#done = done;
  }

  /** Is a body on its way whose end can be told from its head? */
  get endsSoon(): boolean {
    return this.#out?.framing === 'length';
  }

  /** Throws, with nothing written, when no head can be made of it. */
  send(response: HttpResponse, to: Answered): void {
    const { writer } = this.#host;
    const socket = this.#socket;
    const { body } = response;
    const length = body === null ? 0 : body.length;
    const head = writer.write(response.status, response.headers.flat, length, to, this.#host.dateLine());
    this.begun = true;
    this.persists = writer.persists;
    if (body === null || writer.framing === 'none') {
      body?.cancel();
      socket.write(head, 'latin1');
      this.answered(true);
    } else if (body.whole === null || body.whole.length > PIECE) this.#pour(head, body, response);
    else {
      const { whole } = body;
      // A short answer as text goes out together with its head, in one piece; a long one in one call with it.
      if (whole.length <= ONE_WRITE) socket.write(head + latin1(whole), 'latin1');
      else {
        socket.cork();
        socket.write(head, 'latin1');
        socket.write(whole);
        socket.uncork();
      }
      this.answered(true);
    }
  }

  #pour(head: string, body: Body, response: HttpResponse): void {
    const socket = this.#socket;
    const { framing, length } = this.#host.writer;
    const out = new Outflow(socket, framing, length, this);
    this.#out = out;
    this.#response = response;
    socket.cork();
    // Whoever streams events may have nothing to say for a while; the viewer is to know that he is heard.
    socket.write(head, 'latin1');
    try {
      const pieces = body.whole === null ? null : new Pieces(body.whole, out);
      const flow = pieces ?? body.start(out);
      if (this.#out !== out) return; // it was short, and all there
      out.flow = flow;
      pieces?.resume();
    } finally {
      socket.uncork();
    }
    if (this.#out === out) this.written();
  }

  /** The socket has room again. */
  drained(): void {
    this.deadline = 0;
    this.#out?.flow?.resume();
  }

  /** The viewer is gone. */
  stop(): void {
    this.#out?.stop();
    this.#out = null;
  }

  written(): void {
    const socket = this.#socket;
    if (!socket.writableNeedDrain || socket.writableLength === 0) return;
    this.#out?.flow?.pause();
    if (this.deadline === 0) this.deadline = this.#host.now + this.#host.slackMs + this.#host.limits.requestMs;
  }

  answered(exact: boolean): void {
    this.#out = this.#response = null;
    this.written();
    this.#done(exact);
  }

  broken(thrown: unknown): void {
    const trace = this.#response?.headers.get('x-sallyport-trace');
    this.#out = this.#response = null;
    this.#host.broken(thrown, trace);
    // The head is out, so the only honest thing left is to break off: a short answer must not look like a whole one.
    this.#socket.destroy();
  }
}
