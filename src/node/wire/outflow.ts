import type { Socket } from 'node:net';
import type { BodyFlow, BodySink } from '../../http/body.ts';
import { chunkSize, LAST_CHUNK } from '../../wire/http1/chunked.ts';
import type { AnswerFraming } from '../../wire/http1/response-head.ts';

/** Bytes up to which copying an answer behind its head is cheaper than handing the system two pieces. */
export const ONE_WRITE = 8192;

/** A body in memory goes out in pieces of so many bytes, so that a viewer who takes none of it is noticed. */
export const PIECE = 1_048_576;

/** Who has to be told how it went: the connection that the answer goes to. */
export interface OutflowHost {
  /** Something was written; the socket may have had enough. */
  written(): void;
  /** The answer is whole. `exact`: it is as long as its head says. */
  answered(exact: boolean): void;
  /** The answer broke off: it must not look whole. */
  broken(thrown: unknown): void;
}

export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** The body of an answer on its way to the socket, framed as its head says, and as fast as the viewer takes it. */
export class Outflow implements BodySink {
  /** Set by whoever started the body; null while it may push before it can be held. */
  flow: BodyFlow | null = null;
  readonly framing: AnswerFraming;
  #over = false;
  #remaining: number;
  readonly #socket: Socket;
  readonly #host: OutflowHost;

  constructor(socket: Socket, framing: AnswerFraming, length: number, host: OutflowHost) {
    this.#socket = socket;
    this.framing = framing;
    this.#remaining = length;
    this.#host = host;
  }

  data(chunk: Uint8Array): void {
    // An empty chunk would be the last one.
    if (this.#over || chunk.length === 0) return;
    if (this.framing === 'length' && chunk.length > this.#remaining) {
      // What comes too much must not be taken for the next answer.
      if (this.#remaining > 0) this.#write(chunk.subarray(0, this.#remaining));
      this.#over = true;
      this.flow?.cancel();
      this.#host.answered(false);
      return;
    }
    this.#remaining -= chunk.length;
    this.#write(chunk);
    this.#host.written();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.framing === 'length' && this.#remaining > 0)
      this.#host.broken(new Error(`the answer ended ${this.#remaining} bytes before its length`));
    else {
      if (this.framing === 'chunked') this.#socket.write(LAST_CHUNK, 'latin1');
      this.#host.answered(true);
    }
  }

  fail(thrown: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#host.broken(thrown);
  }

  /** The viewer is gone. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.flow?.cancel();
  }

  #write(chunk: Uint8Array): void {
    const socket = this.#socket;
    if (this.framing !== 'chunked') socket.write(chunk);
    else if (chunk.length <= ONE_WRITE) socket.write(`${chunkSize(chunk.length)}${latin1(chunk)}\r\n`, 'latin1');
    else {
      socket.cork();
      socket.write(chunkSize(chunk.length), 'latin1');
      socket.write(chunk);
      socket.write('\r\n', 'latin1');
      socket.uncork();
    }
  }
}

/** Bytes in memory as a flow that can be held between pieces. */
export class Pieces implements BodyFlow {
  #at = 0;
  #held = true;
  readonly #bytes: Uint8Array;
  readonly #sink: BodySink;

  constructor(bytes: Uint8Array, sink: BodySink) {
    this.#bytes = bytes;
    this.#sink = sink;
  }

  pause(): void {
    this.#held = true;
  }

  resume(): void {
    this.#held = false;
    while (!this.#held && this.#at < this.#bytes.length) {
      const piece = this.#bytes.subarray(this.#at, this.#at + PIECE);
      this.#at += piece.length;
      this.#sink.data(piece);
    }
    if (!this.#held) this.#sink.end();
  }

  cancel(): void {
    this.#held = true;
    this.#at = this.#bytes.length;
  }
}
