import { base64, fromBase64 } from '../base/bytes.ts';
import { fromUtf8 } from '../base/bytes.ts';
import { whenHere, type MaybePromise } from '../base/later.ts';
import type { SocketAbout, SocketNodes, SocketOrder, SocketReply } from '../ports/socket-nodes.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

const gone: SocketReply = { status: 'gone' };
const done: SocketReply = { status: 'done' };

/** An order without the name of its API. */
export type Wish = SocketOrder extends infer Order ? (Order extends unknown ? Omit<Order, 'api'> : never) : never;

/** The connections of one API wherever they are: here first, on the other nodes otherwise. */
export class Reach {
  readonly #api: string;
  readonly #registry: Registry;
  readonly #nodes: SocketNodes | null;

  constructor(api: string, registry: Registry, nodes: SocketNodes | null) {
    this.#api = api;
    this.#registry = registry;
    this.#nodes = nodes;
  }

  one(wish: Extract<Wish, { readonly id: string }>): MaybePromise<SocketReply> {
    const order = { ...wish, api: this.#api } as SocketOrder & { readonly id: string };
    if (this.#nodes === null || this.#registry.get(order.id) !== null) return carryOut(this.#registry, order);
    return this.#nodes.ask(order).then((reply) => reply ?? gone);
  }

  all(wish: Exclude<Wish, { readonly id: string }>): MaybePromise<SocketReply> {
    const order = { ...wish, api: this.#api } as SocketOrder;
    const here = carryOut(this.#registry, order);
    return whenHere(this.#nodes === null ? [] : this.#nodes.askAll(order), (others) => {
      const list = [here, ...others].flatMap((reply) => reply.list ?? []);
      const count = [here, ...others].reduce((sum, reply) => sum + (reply.count ?? 0), 0);
      return { status: 'done', count, list: 'limit' in wish ? list.slice(0, wish.limit) : list };
    });
  }
}

/** The data of an order: text as it is, bytes as base64. */
export function dataOf(bytes: Uint8Array, text: boolean): { readonly data: string; readonly text: boolean } {
  return { data: text ? fromUtf8(bytes) : base64(bytes), text };
}

/** Does what is asked with the connections of this process. */
export function carryOut(registry: Registry, order: SocketOrder): SocketReply {
  switch (order.op) {
    case 'broadcast': {
      const data = payload(order);
      let count = 0;
      for (const session of registry.members(order.group)) if (session.connection?.send(data)) count++;
      return { status: 'done', count };
    }
    case 'list': {
      const list: SocketAbout[] = [];
      for (const session of registry.members(order.group)) {
        if (list.length >= order.limit) break;
        if (session.connection !== null) list.push(about(session));
      }
      return { status: 'done', list };
    }
    default: {
      const session = registry.get(order.id);
      // Spec WC-8: while `$connect` runs there is nothing to post to.
      return session === null || session.state !== 'open' || session.connection === null
        ? gone
        : toOne(registry, session, order);
    }
  }
}

function toOne(
  registry: Registry,
  session: Session,
  order: Extract<SocketOrder, { readonly id: string }>,
): SocketReply {
  const connection = session.connection!;
  switch (order.op) {
    case 'post':
      if (connection.send(payload(order))) return done;
      return connection.state === 'open' ? { status: 'slow' } : gone;
    case 'about':
      return { status: 'done', list: [about(session)] };
    case 'close':
      connection.close(1000, 'Connection Closed Normally', 'deleted');
      return done;
    case 'join':
      return registry.join(session, order.group) ? done : { status: 'full' };
    case 'leave':
      registry.leave(session, order.group);
      return done;
  }
}

const payload = ({ data, text }: { readonly data: string; readonly text: boolean }): string | Uint8Array =>
  text ? data : (fromBase64(data) ?? new Uint8Array(0));

function about(session: Session): SocketAbout {
  const { connectedAt, sourceIp, userAgent } = session.facts;
  return {
    connectionId: session.id,
    connectedAt,
    lastActiveAt: session.connection?.activeAt ?? connectedAt,
    sourceIp,
    userAgent: userAgent ?? '',
    groups: [...(session.groups ?? [])],
  };
}
