import type { Socket } from 'node:net';
import { Fault } from '../base/fault.ts';
import type { Body, BodyFlow } from '../http/body.ts';
import { chunkSize, LAST_CHUNK } from '../wire/http1/chunked.ts';

export interface Uploading {
  /** Whose turn it is: the viewer's to send more, or the origin's, to take what is there or, after the end, to answer. */
  turn(whose: 'viewer' | 'origin'): void;
  /** The body broke off, or is not as long as it said: what was sent must not look like a whole request. */
  fail(thrown: unknown): void;
}

/** A pushed body onto a socket, by its declared length or in chunks; held while the socket is full. */
export class Upload {
  readonly #socket: Socket;
  readonly #told: Uploading;
  readonly #length: number | null;
  #flow: BodyFlow | null = null;
  #sent = 0;
  /** Is there no more to send? */
  over = false;

  constructor(socket: Socket, body: Body, told: Uploading) {
    this.#socket = socket;
    this.#told = told;
    this.#length = body.length;
    told.turn('viewer');
    const flow = body.start({
      data: (chunk) => this.#data(chunk),
      end: () => this.#end(),
      fail: (thrown) => this.#fail(thrown),
    });
    if (this.over) return;
    this.#flow = flow;
    socket.on('drain', this.#drained);
    // A source may have filled the socket within `start`, when there was no flow to hold.
    if (socket.writableNeedDrain) this.#hold();
  }

  /** Nobody takes the rest. */
  cancel(): void {
    if (this.over) return;
    this.#finish();
    this.#flow?.cancel();
  }

  readonly #drained = (): void => {
    this.#told.turn('viewer');
    this.#flow?.resume();
  };

  #data(chunk: Uint8Array): void {
    if (this.over || chunk.length === 0) return; // an empty chunk would say that all is there
    const socket = this.#socket;
    this.#sent += chunk.length;
    if (this.#length === null) {
      socket.cork();
      socket.write(chunkSize(chunk.length), 'latin1');
      socket.write(chunk);
      const more = socket.write('\r\n', 'latin1');
      socket.uncork();
      if (!more) this.#hold();
    } else if (this.#sent > this.#length) {
      this.#flow?.cancel();
      this.#fail(
        new Fault('http.body.broken', 'viewer', `the body is longer than the ${this.#length} bytes it declared`),
      );
    } else if (!socket.write(chunk)) this.#hold();
  }

  #hold(): void {
    this.#flow?.pause();
    this.#told.turn('origin');
  }

  #end(): void {
    if (this.over) return;
    if (this.#length !== null && this.#sent < this.#length)
      return this.#fail(new Fault('http.body.broken', 'viewer', `the body ended before its ${this.#length} bytes`));
    this.#finish();
    if (this.#length === null) this.#socket.write(LAST_CHUNK, 'latin1');
    this.#told.turn('origin');
  }

  #fail(thrown: unknown): void {
    if (this.over) return;
    this.#finish();
    this.#told.fail(thrown);
  }

  #finish(): void {
    this.over = true;
    this.#socket.off('drain', this.#drained);
  }
}
