import type { Socket } from 'node:net';
import { messageOf } from '../../base/fault.ts';
import { Departure, type Hinted } from '../../flow/departure.ts';
import type { Body } from '../../http/body.ts';
import type { HttpRequest, HttpResponse } from '../../http/message.ts';
import type { Reason } from '../../trace/reason.ts';
import { RequestHead } from '../../wire/http1/request-head.ts';
import { recordRefusal, wordsOf } from '../client-error.ts';
import { Answering } from './answering.ts';
import type { ConnectionHost } from './host.ts';
import type { IncomingBody } from './incoming-body.ts';

/** A request body of at most so many bytes that nobody wanted is read and forgotten, for the sake of the connection. */
const FORGET_BYTES = 65_536;
/** How long the viewer gets to read his last answer before the connection is closed. */
const LINGER_MS = 1000;

/** What the deadline is for. */
type Phase = 'idle' | 'head' | 'body' | 'answer' | 'linger' | 'ending';

/** What is owed and said on a connection, and how it ends. */
export abstract class Dialogue implements Hinted {
  readonly socket: Socket;
  protected readonly host: ConnectionHost;
  protected readonly head: RequestHead;
  protected readonly secure: boolean;
  /** Bytes that could not be read yet: a head that is not whole, or requests behind the one being answered. */
  protected behind: Buffer | null = null;
  /** Has more been read than the request that is being answered? */
  protected more = false;
  /** Came the head that is read now while an answer was owed? Then no words about it: they could be taken for that answer. */
  protected piped = false;
  /** The body that is being read off the wire. */
  protected body: IncomingBody | null = null;
  /** Whose answer is owed; it tells an answer that comes too late from the one that is waited for. */
  protected owed: Departure | null = null;
  protected readonly answering: Answering;
  /** Has the viewer said all he will ever say? */
  protected ended = false;
  /** Is the rest of a body let pass before the connection ends? */
  protected lingers = false;
  protected phase: Phase = 'idle';
  protected deadline = 0;
  protected began = 0;

  constructor(socket: Socket, host: ConnectionHost) {
    this.socket = socket;
    this.host = host;
    this.head = new RequestHead(host.limits);
    this.secure = 'encrypted' in socket;
    this.answering = new Answering(socket, host, (exact) => this.answered(exact));
    this.wait('idle', host.limits.headerMs);
  }

  /** All is said and all is read: the next request, if it is there already. */
  protected abstract rest(): void;

  /** Holds the socket, or lets go of it, as the readers need. */
  abstract regulate(): void;

  protected ask(request: HttpRequest): void {
    const { app, viewer } = this.host;
    const departure = new Departure();
    if (request.version === '1.1') departure.hinted = this;
    this.owed = departure;
    this.piped = true;
    this.answering.begun = false;
    const { body } = request;
    try {
      const answer = app.handle(request, viewer(this.socket, request.headers, this.secure), departure);
      if (answer instanceof Promise) {
        answer.then(
          (response) => this.answer(response, body, departure),
          (thrown: unknown) => this.fail(thrown, departure),
        );
      } else this.answer(answer, body, departure);
    } catch (thrown) {
      this.fail(thrown, departure);
    }
  }

  hint(departure: Departure, links: readonly string[]): void {
    if (this.owed !== departure || this.answering.begun) return;
    const lines = links.map((link) => `Link: ${link}\r\n`).join('');
    this.socket.write(`HTTP/1.1 103 Early Hints\r\n${lines}\r\n`, 'latin1');
  }

  // Answering.

  protected answer(response: HttpResponse, asked: Body | null, departure: Departure): void {
    if (this.owed !== departure) return response.body?.cancel();
    const incoming = this.body;
    const waits = this.head.expects !== null;
    let unread = false;
    if (incoming !== null && asked !== null && !incoming.complete) {
      const small = !waits && asked.length !== null && asked.length <= FORGET_BYTES;
      unread = incoming.dropped || (!asked.used && !small);
      if (!asked.used) incoming.forget();
    }
    this.lingers = unread && !waits;
    // Whoever has sent more already gets the answers to that too, before the end is announced.
    const persists = this.head.persists && !unread && (!this.host.closing || this.more || this.behind !== null);
    const { method, version } = this.head;
    try {
      this.answering.send(response, { method, version, persists });
    } catch (thrown) {
      response.body?.cancel();
      this.fail(thrown, departure);
    }
  }

  protected answered(exact: boolean): void {
    this.owed = null;
    if (!exact || this.ended || !this.answering.persists) {
      if (this.lingers && this.body !== null) this.wait('linger', LINGER_MS);
      else this.end();
    } else if (this.body === null) this.rest();
  }

  /** What the line itself did not catch, or an answer that no HTTP message can be made of: the door stays closed. */
  protected fail(thrown: unknown, departure: Departure): void {
    if (this.owed !== departure) return;
    this.host.app.ports.log('error', 'the line itself failed', { reason: messageOf(thrown) });
    if (this.answering.begun) this.socket.destroy();
    else this.end('HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  }

  /**
   * Ends a connection on which something came that is no request. Words are only said where they cannot be taken for the
   * answer to something else, and a begun answer is broken off.
   */
  protected refuse(reason: Reason, flaw?: string): void {
    const { app } = this.host;
    const id = recordRefusal(app, this.socket, reason, flaw === undefined ? {} : { parser: flaw });
    const begun = this.owed !== null && this.answering.begun;
    const silent = this.body === null ? this.piped : this.owed === null;
    if (begun) this.socket.destroy();
    else this.end(silent ? undefined : wordsOf(app, reason, id));
  }

  /** Nothing that comes from here on counts; the viewer gets a moment to read what was said. */
  protected end(words?: string): void {
    this.wait('ending', LINGER_MS);
    this.behind = null;
    this.drop();
    if (words === undefined) this.socket.end();
    else this.socket.end(words, 'latin1');
    // Whoever reads slowly has as long as for any other answer.
    if (this.socket.writableLength > 0) this.wait('ending', this.host.limits.requestMs);
    this.regulate();
  }

  /** Nobody waits for the answer any more, and no more of the body will come. */
  protected drop(): void {
    const owed = this.owed;
    this.owed = null;
    this.answering.stop();
    this.body?.break();
    this.body = null;
    owed?.leave();
  }

  protected wait(phase: Phase, ms: number): void {
    this.phase = phase;
    this.deadline = ms === 0 ? 0 : this.host.now + this.host.slackMs + ms;
  }
}
