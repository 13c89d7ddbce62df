import { base64 } from '../base/bytes.ts';
import { newId } from '../base/id.ts';
import { whenHere, type MaybePromise } from '../base/later.ts';
import { messageEvent, type SocketEvent } from '../events/websocket.ts';
import type { Note } from '../trace/trace.ts';
import type { SocketCore } from './api-options.ts';
import type { SocketCall, SocketOutcome, SocketRoute } from './call.ts';
import { errorFrame, type FrameMessage } from './error-frame.ts';
import type { MessageVerdict, MessageView } from './inspect.ts';
import type { MessageReason } from './reasons.ts';
import { broke, BROKE } from './broke.ts';
import { notJson } from './select.ts';
import type { Session } from './session.ts';

/** One message on its way: metered, routed, inspected, checked against its model, answered. */
export class Message implements MessageView, SocketCall {
  readonly kind = 'MESSAGE';
  readonly session: Session;
  readonly text: string | null;
  routeKey = '';
  readonly #api: SocketCore;
  readonly #at: number;
  readonly #from: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #json: unknown = undefined;
  #parsed = false;
  #requestId = '';

  /** @param from where the payload lies; see `Listener.message` */
  constructor(
    api: SocketCore,
    session: Session,
    text: string | null,
    from: Uint8Array,
    start: number,
    end: number,
    at: number,
  ) {
    this.#api = api;
    this.session = session;
    this.text = text;
    this.#from = from;
    this.#start = start;
    this.#end = end;
    this.#at = at;
  }

  get bytes(): Uint8Array {
    return this.#from.subarray(this.#start, this.#end);
  }

  get binary(): boolean {
    return this.text === null;
  }

  get body(): string {
    return this.text ?? base64(this.bytes);
  }

  get requestId(): string {
    return (this.#requestId ||= newId(this.#at));
  }

  json(): unknown {
    if (this.#parsed) return this.#json;
    this.#parsed = true;
    try {
      this.#json = this.text === null || !mayBeJson(this.text) ? notJson : (JSON.parse(this.text) as unknown);
    } catch {
      this.#json = notJson;
    }
    return this.#json;
  }

  event(): SocketEvent {
    const { requestId } = this;
    const event = messageEvent(this.body, this.routeKey, newId(this.#at), this.session.facts, requestId, this.#at);
    return this.binary ? { ...event, isBase64Encoded: true } : event;
  }

  /** Runs it to its end. Never throws and never rejects. */
  run(): MaybePromise<void> {
    return whenHere(this.#api.meter.take(this.session, this.#at), (empty) => {
      if (empty === null) return this.#route();
      const closes = this.#api.options.overRate === 'close';
      this.#dropped('message-rate', `rate.${empty}`, 'more messages than are allowed', closes);
      if (closes) this.#close('Too many messages', `rate-${empty}`);
      else this.#say('tooMany');
      return undefined;
    });
  }

  #route(): MaybePromise<void> {
    const { inspect } = this.#api.options;
    const route = this.#api.picks ? this.#pick() : this.#api.fallback;
    this.routeKey = route?.key ?? '$default';
    if (inspect === null) return this.#serve(route);
    let verdict: MaybePromise<MessageVerdict>;
    try {
      verdict = inspect(this);
    } catch (thrown) {
      verdict = broke(thrown);
    }
    if (verdict instanceof Promise) return verdict.catch(broke).then((said) => this.#judge(said, route));
    return this.#judge(verdict, route);
  }

  #pick(): SocketRoute | undefined {
    const { selection, routes } = this.#api.options;
    const key = selection.readsBody ? selection.key(this.json()) : selection.key(undefined);
    // Spec WR-2: keys that begin with `$` are the gateway's own and cannot be asked for.
    return (key.startsWith('$') ? undefined : routes.get(key)) ?? this.#api.fallback;
  }

  #judge(verdict: MessageVerdict, route: SocketRoute | undefined): MaybePromise<void> {
    if (verdict.action === 'pass') return this.#serve(route);
    if (verdict.action === 'count') {
      this.#note('counted', verdict.rule, verdict.says);
      return this.#serve(route);
    }
    const reason = verdict.rule === BROKE ? 'message-broken' : 'message-rule';
    this.#dropped(reason, verdict.rule, verdict.says, verdict.action === 'close', verdict.notes);
    if (verdict.action === 'close') this.#close('Forbidden', verdict.rule);
    else this.#say('forbidden');
    return undefined;
  }

  #serve(route: SocketRoute | undefined): MaybePromise<void> {
    if (route === undefined) {
      this.#dropped('message-route', 'route.none', 'no route takes this message');
      this.#say('forbidden');
      return undefined;
    }
    const wrong = route.validate === null ? null : route.validate(this.body);
    if (wrong !== null) {
      this.#dropped('message-model', 'model', wrong);
      this.#say('badBody');
      return undefined;
    }
    return whenHere(route.integration.invoke(this), (outcome) => this.#answer(route, outcome));
  }

  #answer(route: SocketRoute, outcome: SocketOutcome): void {
    if (outcome.kind === 'answer') {
      if (route.replies && outcome.body !== null) this.#send(this.#sendable(outcome.body));
      return;
    }
    this.#note('failed', outcome.why, outcome.says);
    this.#say(outcome.why === 'timeout' ? 'timeout' : outcome.why === 'throttled' ? 'tooMany' : 'failed');
  }

  #say(message: FrameMessage): void {
    this.#send(errorFrame(message, this.session.id, this.requestId));
  }

  /** Where there are no binary messages, bytes go out as the base64 that a function wrote (as on AWS). */
  #sendable(body: string | Uint8Array): string | Uint8Array {
    return typeof body === 'string' || this.#api.options.limits.binary ? body : base64(body);
  }

  #send(data: string | Uint8Array): void {
    const { connection } = this.session;
    if (connection === null || connection.state !== 'open') return;
    if (!connection.send(data))
      this.#dropped('message-slow', 'slow-consumer', 'the client does not read what it is sent');
  }

  #close(reason: string, why: string): void {
    this.session.connection?.close(1008, reason, why);
  }

  #note(kind: 'counted' | 'failed', why: string, says: string): void {
    this.#api.options.observe({ kind, connectionId: this.session.id, routeKey: this.routeKey, why, says });
  }

  #dropped(reason: MessageReason, why: string, says: string, closed = false, notes: readonly Note[] = []): void {
    const { session, routeKey, requestId } = this;
    const bytes = this.#end - this.#start;
    const about = { connectionId: session.id, session, routeKey, requestId, bytes };
    this.#api.options.observe({ kind: 'dropped', ...about, why, says, reason, closed, notes });
  }
}

/** Could this be JSON? Plain text is common, and an exception for each would cost ten times what all the rest does. */
const mayBeJson = (text: string): boolean => /^[\s{["\-0-9tfn]/.test(text);
