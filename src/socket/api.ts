import { newId } from '../base/id.ts';
import { disconnectEvent } from '../events/websocket.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Answer } from '../flow/stage.ts';
import type { DeflateChoice } from '../wire/ws/extensions.ts';
import type { ClosedBy, Limits, Peer } from '../wire/ws/terms.ts';
import type { SocketApiOptions, SocketCore } from './api-options.ts';
import { nothing, type SocketCall, type SocketRoute } from './call.ts';
import { connect } from './connect.ts';
import { Message } from './dispatch.ts';
import { Meter } from './meter.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';
import type { UpgradeTarget } from './upgrades.ts';

/** Codes and reasons that AWS reports for ways to go that have no words of their own (spec WE-5). */
const unsaid = { code: 1005, reason: 'Client-side close frame status not set' } as const;

/** One WebSocket API: its connections, and what happens on them. */
export class SocketApi implements UpgradeTarget, SocketCore {
  readonly options: SocketApiOptions;
  readonly registry: Registry;
  readonly meter: Meter;
  readonly picks: boolean;
  readonly fallback: SocketRoute | undefined;

  constructor(options: SocketApiOptions) {
    this.options = options;
    this.registry = options.registry;
    this.picks = [...options.routes.keys()].some((key) => !key.startsWith('$'));
    this.fallback = options.routes.get('$default');
    this.meter = new Meter(options.rates, options.buckets, options.apiId, options.onFault);
  }

  get limits(): Limits {
    return this.options.limits;
  }

  get compression(): DeflateChoice | null {
    return this.options.compression;
  }

  /** The end of the line for a handshake. A 101 leaves an `Upgrade` behind. */
  connect(exchange: Exchange): Answer {
    return connect(this, this.options, exchange);
  }

  opened(session: Session, connection: Peer<Session>): void {
    session.connection = connection;
    session.state = 'open';
    this.options.observe({ kind: 'opened', connectionId: session.id, address: session.address, key: session.key });
  }

  abandoned(session: Session): void {
    // For the integration it was there, so it is told.
    this.#ended(session, 1006, 'Connection closed abnormally', 'drop', 'left-early');
  }

  message(
    connection: Peer<Session>,
    bytes: Uint8Array,
    start: number,
    end: number,
    text: boolean,
    ascii: boolean,
  ): void {
    const session = connection.owner;
    const { options } = this;
    const body = text ? connection.textOf(bytes, start, end, ascii) : null;
    const message = new Message(this, session, body, bytes, start, end, connection.heardAt);
    const running = message.run();
    options.observe({ kind: 'message', connectionId: session.id, routeKey: message.routeKey, bytes: end - start });
    if (!(running instanceof Promise)) return;
    if (++session.inFlight >= options.maxInFlight) connection.pause();
    void running.finally(() => {
      session.inFlight--;
      connection.resume();
    });
  }

  closed(connection: Peer<Session>, code: number, reason: string, by: ClosedBy, why: string): void {
    const said = by === 'peer' && code === unsaid.code ? unsaid : { code, reason };
    const text = by === 'drop' && said.reason === '' ? 'Connection closed abnormally' : said.reason;
    this.#ended(connection.owner, said.code, text, by, why);
  }

  #ended(session: Session, code: number, reason: string, by: ClosedBy, why: string): void {
    if (session.state === 'gone') return;
    session.state = 'gone';
    session.connection = null;
    this.registry.remove(session);
    const { clock, observe, later, routes } = this.options;
    observe({ kind: 'closed', connectionId: session.id, code, by, why });
    const route = routes.get('$disconnect');
    if (route === undefined) return;
    const at = clock.now();
    const requestId = newId(at);
    const call: SocketCall = {
      kind: 'DISCONNECT',
      session,
      routeKey: '$disconnect',
      requestId,
      body: null,
      binary: false,
      bytes: nothing,
      event: () => disconnectEvent(code, reason, session.facts, requestId, at),
    };
    // Best effort, after the close; its outcome reaches nobody (spec WE-6).
    const outcome = route.integration.invoke(call);
    if (outcome instanceof Promise) later(outcome);
  }
}
