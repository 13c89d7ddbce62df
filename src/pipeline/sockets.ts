import { Fault } from '../base/fault.ts';
import type { Document } from '../config/document.ts';
import { ms, size } from '../config/words.ts';
import type { SocketApiDocument, SocketConnectionsDocument, SocketOriginDocument } from '../config/socket.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Answer } from '../flow/stage.ts';
import type { AuthorizerDefinition } from '../gateway/authorizer.ts';
import type { Dialer, DialerOptions, OpenDialer } from '../ports/dialer.ts';
import type { OpenFunction } from '../ports/invoker.ts';
import type { Ports } from '../ports/ports.ts';
import type { SocketNodes } from '../ports/socket-nodes.ts';
import type { RuleDefinition } from '../rules/rule.ts';
import { drain } from '../socket/drain.ts';
import type { Happening } from '../socket/happening.ts';
import type { Inspect } from '../socket/inspect.ts';
import { manage, managementPath } from '../socket/management.ts';
import { carryOut, Reach } from '../socket/reach.ts';
import { reasons } from '../socket/reasons.ts';
import { Registry, type RegistryWatcher } from '../socket/registry.ts';
import { Upgrades } from '../socket/upgrades.ts';
import { messageWaf } from './message-waf.ts';
import { fillSecrets, socketApi } from './socket-api.ts';
import { socketDoor } from './socket-door.ts';
import { socketGuard } from './socket-guard.ts';
import { passApi, passEnd } from './socket-pass.ts';
import { MessageRecords } from './socket-records.ts';
import type { WafParts } from './waf-words.ts';
import { dialList } from '../integration/private.ts';
import { systemResolver } from '../net/resolver.ts';
import { openSocketOrigin } from '../net/socket-origin.ts';

type End = (exchange: Exchange) => Answer;

/** What the APIs of one document are opened with. */
export interface Loading {
  readonly version: string;
  /** The document's firewall; null where it has none. */
  readonly waf: Pick<WafParts, 'messages'> | null;
  /** Null before the first one. */
  readonly document: Document | null;
  readonly authorizers: ReadonlyMap<string, AuthorizerDefinition>;
}

/**
 * The WebSocket APIs of one process. They are ends of ordinary routes: `{ use: "websocket", with: ... }` for the API and
 * `{ use: "websocket-connections" }` for posting to its connections, so rules, keys, throttles and tenants stand before
 * them as before everything else. Connections outlive a reload; each keeps the version that it began in.
 */
export class Sockets {
  readonly upgrades = new Upgrades();
  readonly #ports: Ports | null;
  readonly #nodes: SocketNodes | null;
  readonly #rules: ReadonlyMap<string, RuleDefinition>;
  readonly #registries = new Map<string, Registry>();
  readonly #dialers = new Map<string, Dialer>();
  readonly #listeners = new Set<(happening: Happening) => void>();
  readonly #records: MessageRecords | null;
  /** Of the document that is being loaded: what its APIs are opened with. */
  #loading: Loading = { version: '', waf: null, document: null, authorizers: new Map() };

  /**
   * @param ports null where only the pages are wanted, for the schema
   * @param rules the rules that messages may be held to, by name
   * @param nodes the other nodes; null where this is the only one
   */
  constructor(ports: Ports | null, rules: ReadonlyMap<string, RuleDefinition>, nodes: SocketNodes | null = null) {
    this.#ports = ports;
    this.#nodes = nodes;
    nodes?.serve((order) => carryOut(this.registry(order.api), order));
    this.#rules = rules;
    this.#records = ports === null ? null : new MessageRecords(ports.sinks, ports.clock);
  }

  /** A document is about to be assembled; the APIs that are opened until the next call are its own. */
  begin(loading: Loading): void {
    this.#loading = loading;
  }

  /** Tells what happens on connections. Returns how to stop. */
  watch(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Connections of all APIs. */
  get size(): number {
    let all = 0;
    for (const registry of this.#registries.values()) all += registry.size;
    return all;
  }

  registry(api: string): Registry {
    let registry = this.#registries.get(api);
    if (registry === undefined) this.#registries.set(api, (registry = new Registry()));
    return registry;
  }

  /** Says 1001 to everybody, spread over a window; see `socket/drain.ts`. */
  async drain(windowMs: number, wait: (ms: number) => Promise<void>): Promise<void> {
    await Promise.all([...this.#registries.values()].map((registry) => drain(registry, windowMs, wait)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dialers.values()].map((dialer) => dialer.close()));
    await this.#nodes?.close();
  }

  #given(): Ports {
    if (this.#ports === null)
      throw new Fault('socket.no-ports', 'config', 'a WebSocket API cannot be opened for its schema');
    return this.#ports;
  }

  /** One pool per callback address, kept over a reload. */
  #dialer(options: DialerOptions, allow: readonly string[], openDialer: OpenDialer): Dialer {
    const name = JSON.stringify([options.url, options.timeouts, allow]);
    let dialer = this.#dialers.get(name);
    if (dialer === undefined) this.#dialers.set(name, (dialer = openDialer(options)));
    return dialer;
  }

  #observer(api: string): (happening: Happening) => void {
    const { version } = this.#loading;
    return (happening) => {
      if (happening.kind === 'dropped') this.#records?.write(happening, api, version);
      for (const listener of this.#listeners) listener(happening);
    };
  }

  /** The firewall for the messages of one API. */
  #judge(given: Pick<SocketApiDocument, 'api' | 'waf' | 'blocked'>, { clock }: Ports): Inspect | null {
    const guards = this.#loading.waf?.messages([`WebSocket API "${given.api}"`, 'waf'], given.waf) ?? null;
    return guards === null ? null : messageWaf(guards, given.blocked, clock);
  }

  /** The end of a route whose options are these. */
  openApi(given: SocketApiDocument, openFunction: OpenFunction): End {
    const ports = this.#given();
    const observe = this.#observer(given.api);
    const registry = this.registry(given.api);
    registry.watcher ??= this.#nodes === null ? null : told(given.api, this.#nodes);
    const judge = this.#judge(given, ports);
    const { document, authorizers } = this.#loading;
    const door = document === null ? null : socketDoor(given, { document, authorizers, ports, openFunction });
    const dial = (options: DialerOptions, allow: readonly string[]): Dialer =>
      this.#dialer(options, allow, ports.openDialer);
    const { upgrades } = this;
    const api = socketApi(given, {
      ports,
      rules: this.#rules,
      openFunction,
      dial,
      registry,
      upgrades,
      observe,
      judge,
      door,
    });
    return (exchange) => api.connect(exchange);
  }

  openPass(given: SocketOriginDocument): End {
    const ports = this.#given();
    const observe = this.#observer(given.api);
    const judge = this.#judge(given, ports);
    const registry = this.registry(given.api);
    registry.watcher ??= this.#nodes === null ? null : told(given.api, this.#nodes);
    const api = passApi(given, { ports, rules: this.#rules, registry, observe, judge });
    const timeoutMs = ms(given.timeout);
    const options: DialerOptions = {
      url: given.url,
      timeouts: { connect: timeoutMs, firstByte: timeoutMs, idle: timeoutMs },
      connections: 1,
      keepAliveMs: 0,
      mayDial: dialList(given.allow),
      tls: { ca: null, verify: true, serverName: null },
    };
    const connect = openSocketOrigin(options, systemResolver);
    const set = Object.entries(given.headers).map(([name, value]) => [name, fillSecrets(value, ports)] as const);
    const end = { api, given, upgrades: this.upgrades, connect, set };
    return (exchange) => passEnd(end, exchange);
  }

  openConnections(given: SocketConnectionsDocument): End {
    const ports = this.#given();
    const callers = Object.entries(given.callers).map(([key, secret]) => [key, fillSecrets(secret, ports)] as const);
    const authorize = socketGuard({
      callers: new Map(callers),
      tokens: given.tokens.map((token) => fillSecrets(token, ports)),
      digest: ports.digest,
      clock: ports.clock,
      skewMs: 300_000,
    });
    const reach = new Reach(given.api, this.registry(given.api), this.#nodes);
    const options = { reach, maxMessage: size(given.message), binary: given.binary, authorize };
    return (exchange) => {
      const path = managementPath(exchange.request.target.split('?', 1)[0]!);
      if (path === null) return refuse(exchange, 'socket', reasons['management-path']);
      return manage(options, exchange, path);
    };
  }
}

/** Tells the other nodes of connections that come and go. */
function told(api: string, nodes: SocketNodes): RegistryWatcher {
  return {
    added: (session, places) => nodes.add(api, session.id, places),
    removed: (session) => nodes.remove(api, session.id),
  };
}
