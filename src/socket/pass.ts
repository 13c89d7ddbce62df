import { newId } from '../base/id.ts';
import { whenHere, type MaybePromise } from '../base/later.ts';
import type { Handshake } from '../wire/ws/handshake.ts';
import type { AgreedThrough } from '../wire/ws/extensions-through.ts';
import type { Passage } from '../wire/ws/relay.ts';
import type { Limits } from '../wire/ws/terms.ts';
import type { Happening } from './happening.ts';
import { broke, BROKE } from './broke.ts';
import { errorFrame } from './error-frame.ts';
import type { Inspect, MessageVerdict } from './inspect.ts';
import type { Meter } from './meter.ts';
import type { Registry } from './registry.ts';
import { notJson } from './select.ts';
import type { Session } from './session.ts';

/** What can be done to a connection that passes through. */
export interface PassPeer {
  sendToClient(text: string): void;
  stop(code: number, reason: string, why: string): void;
}

export interface PassOptions {
  readonly limits: Limits;
  readonly registry: Registry;
  /** Null: messages are not counted. */
  readonly meter: Meter | null;
  readonly overRate: 'drop' | 'close';
  /** Null: messages are not looked at, frames still are. */
  readonly inspect: Inspect | null;
  readonly observe: (happening: Happening) => void;
  readonly now: () => number;
}

/** A handshake that the origin said yes to; its socket is the shell's to splice. */
export interface PassOffer {
  readonly api: PassApi;
  readonly session: Session;
  readonly handshake: Handshake;
  readonly protocol: string | undefined;
  /** Fields of the origin's answer for the client. */
  readonly headers: readonly (readonly [string, string])[];
  readonly agreed: AgreedThrough;
  /** Opaque to all but the shell: a connected socket, and what came on it already. */
  readonly origin: unknown;
  readonly originHead: Uint8Array;
}

/** Connections that pass through to an origin, their messages metered and inspected on the way. */
export class PassApi {
  readonly options: PassOptions;

  constructor(options: PassOptions) {
    this.options = options;
  }

  /** Must messages be shown to `judge` at all? */
  get looks(): boolean {
    return this.options.inspect !== null || this.options.meter !== null;
  }

  opened(session: Session): void {
    session.state = 'open';
    this.options.observe({ kind: 'opened', connectionId: session.id, address: session.address, key: session.key });
  }

  closed(session: Session, code: number, by: string, why: string): void {
    if (session.state === 'gone') return;
    session.state = 'gone';
    this.options.registry.remove(session);
    this.options.observe({ kind: 'closed', connectionId: session.id, code, by, why });
  }

  /** @param text null for a binary message */
  judge(session: Session, peer: PassPeer, text: string | null, bytes: Uint8Array): MaybePromise<Passage> {
    const { meter, inspect, overRate, observe, now } = this.options;
    observe({ kind: 'message', connectionId: session.id, routeKey: '', bytes: bytes.length });
    const metered = meter === null ? null : meter.take(session, now());
    let id = '';
    const requestId = (): string => (id ||= newId(now()));
    return whenHere(metered, (empty): MaybePromise<Passage> => {
      const carry = (verdict: MessageVerdict, reason: 'message-rule' | 'message-rate'): Passage =>
        verdict.action === 'pass'
          ? 'forward'
          : this.#carryOut(session, peer, verdict, reason, requestId(), bytes.length);
      if (empty !== null) {
        const verdict = { action: overRate, rule: `rate.${empty}`, says: 'more messages than are allowed' } as const;
        return carry(verdict, 'message-rate');
      }
      if (inspect === null) return 'forward';
      let verdict: MaybePromise<MessageVerdict>;
      try {
        verdict = inspect({
          session,
          routeKey: '$default',
          text,
          bytes,
          json: () => jsonOf(text),
          get requestId() {
            return requestId();
          },
        });
      } catch (thrown) {
        verdict = broke(thrown);
      }
      if (verdict instanceof Promise) return verdict.catch(broke).then((said) => carry(said, 'message-rule'));
      return carry(verdict, 'message-rule');
    });
  }

  #carryOut(
    session: Session,
    peer: PassPeer,
    verdict: Exclude<MessageVerdict, { action: 'pass' }>,
    reason: 'message-rule' | 'message-rate',
    requestId: string,
    bytes: number,
  ): Passage {
    const { observe } = this.options;
    const { rule: why, says } = verdict;
    const about = { connectionId: session.id, routeKey: '', why, says };
    if (verdict.action === 'count') {
      observe({ kind: 'counted', ...about });
      return 'forward';
    }
    const closed = verdict.action === 'close';
    const code = why === BROKE ? 'message-broken' : reason;
    observe({ kind: 'dropped', ...about, session, requestId, bytes, closed, reason: code, notes: verdict.notes ?? [] });
    const over = reason === 'message-rate';
    if (closed) {
      peer.stop(1008, over ? 'Too many messages' : 'Forbidden', why);
      return 'stop';
    }
    peer.sendToClient(errorFrame(over ? 'tooMany' : 'forbidden', session.id, requestId));
    return 'drop';
  }
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? notJson : (JSON.parse(text) as unknown);
  } catch {
    return notJson;
  }
}
