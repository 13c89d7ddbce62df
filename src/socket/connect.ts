import { whenHere } from '../base/later.ts';
import { ownText } from '../base/own-text.ts';
import { gatewayHeaders } from '../events/gateway-headers.ts';
import { connectEvent, type SocketFacts } from '../events/websocket.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Answer } from '../flow/stage.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import { readHandshake, type Handshake, type HandshakeRefusal } from '../wire/ws/handshake.ts';
import type { Entry, SocketApiOptions } from './api-options.ts';
import { nothing, type SocketCall, type SocketOutcome } from './call.ts';
import { newConnectionId } from './connection-id.ts';
import { errorFrame } from './error-frame.ts';
import { reasons } from './reasons.ts';
import type { Registry } from './registry.ts';
import { Session } from './session.ts';
import type { Reason } from '../trace/reason.ts';
import type { Upgrade, UpgradeTarget } from './upgrades.ts';

const STAGE = 'socket';

/**
 * The end of the line for a WebSocket API: checks the handshake, holds a place, asks the `$connect` integration, and only
 * then answers 101 (spec WC-1, WC-2). Key, authorizer and rules stand before it in the line.
 */
export function connect(api: UpgradeTarget, options: SocketApiOptions, exchange: Exchange): Answer {
  const checked = checkHandshake(exchange, options.registry, options.entry);
  if (checked.kind === 'refused') return checked.response;
  const facts = factsOf(exchange, options);
  // Spec WE-1: authorizer and `$connect` integration see one trace, and who asked by which port and protocol.
  exchange.request = { ...exchange.request, headers: gatewayHeaders(exchange) };
  const { door } = options;
  if (door === undefined) return enter(api, options, exchange, facts, checked.handshake);
  return door(exchange, facts, (at) => enter(api, options, at, facts, checked.handshake));
}

function enter(
  api: UpgradeTarget,
  options: SocketApiOptions,
  exchange: Exchange,
  facts: SocketFacts,
  handshake: Handshake,
): Answer {
  const { key, authorizer } = options.caller(exchange);
  const session = new Session({ ...facts, authorizer }, key);
  const full = options.registry.add(session, options.budgets);
  if (full !== null) return noPlace(exchange, full);
  const pending = { api, session, handshake };
  // Nobody is asked about a connection that has no place on any node.
  return whenHere(session.shared ? session.known : null, (late) =>
    late === null ? ask(pending, options, exchange) : noPlace(exchange, late),
  );
}

/** There are as many connections as there may be. */
export function noPlace(exchange: Exchange, why: Reason): HttpResponse {
  return refuse(exchange, STAGE, why, { headers: HeaderList.of({ 'retry-after': '1' }) });
}

function ask(pending: Pending, options: SocketApiOptions, exchange: Exchange): Answer {
  const { request } = exchange;
  const { session } = pending;
  const route = options.routes.get('$connect');
  if (route === undefined) return whenHere(session.known, () => accepted(pending, options, exchange, HeaderList.empty));
  const requestId = exchange.trace.id;
  const call: SocketCall = {
    kind: 'CONNECT',
    session,
    routeKey: '$connect',
    requestId,
    body: null,
    binary: false,
    bytes: nothing,
    event: () => connectEvent(request, session.facts, requestId, exchange.clock.now()),
  };
  // The other nodes are told meanwhile: whoever hears of this connection may post to it as soon as it is open.
  return whenHere(route.integration.invoke(call), (outcome) =>
    whenHere(session.known, () => judged(pending, options, exchange, call, outcome)),
  );
}

/** The handshake, or the answer that refuses it: what is none uses up nothing of what may come in a second. */
export function checkHandshake(
  exchange: Exchange,
  registry: Registry,
  entry: Entry,
):
  | { readonly kind: 'fit'; readonly handshake: Handshake }
  | { readonly kind: 'refused'; readonly response: HttpResponse } {
  const { request } = exchange;
  const read = readHandshake({
    method: request.method,
    version: request.version,
    values: (name) => request.headers.all(name),
  });
  if (read.kind === 'refusal') return { kind: 'refused', response: refused(exchange, read) };
  if (request.target.length > entry.maxUrl)
    return { kind: 'refused', response: refuse(exchange, STAGE, reasons['url-long']) };
  if (!registry.enters(entry.perSecond, exchange.clock.now()))
    return { kind: 'refused', response: noPlace(exchange, reasons['too-many-new']) };
  return { kind: 'fit', handshake: read };
}

/** What is remembered of a handshake for the life of its connection; who asks is not known yet. */
export function factsOf(
  exchange: Exchange,
  about: Pick<SocketFacts, 'apiId' | 'stage' | 'stageVariables'>,
): SocketFacts {
  const { headers } = exchange.request;
  const host = headers.get('host')?.replace(/:\d+$/, '') ?? '';
  const userAgent = headers.get('user-agent');
  return {
    connectionId: newConnectionId(),
    connectedAt: exchange.clock.now(),
    apiId: about.apiId,
    stage: about.stage,
    domainName: ownText(host),
    sourceIp: ownText(exchange.viewer.address),
    userAgent: userAgent === undefined ? undefined : ownText(userAgent),
    authorizer: null,
    stageVariables: about.stageVariables,
  };
}

type Pending = Omit<Upgrade, 'protocol'>;

function judged(
  pending: Pending,
  options: SocketApiOptions,
  exchange: Exchange,
  call: SocketCall,
  outcome: SocketOutcome,
): HttpResponse {
  const { session } = pending;
  const { integration } = options.routes.get('$connect')!;
  if (outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300) {
    return accepted(pending, options, exchange, outcome.headers);
  }
  options.registry.remove(session);
  session.state = 'gone';
  if (outcome.kind === 'answer') {
    exchange.trace.note(STAGE, 'connect refused', { status: outcome.status, by: integration.name });
    return {
      status: outcome.status,
      headers: HeaderList.empty,
      body: null,
      from: { by: 'function', name: integration.name },
    };
  }
  exchange.trace.note(STAGE, 'connect failed', { why: outcome.why, says: outcome.says });
  const body = Body.of(errorFrame('failed', session.id, call.requestId));
  const headers = HeaderList.of([
    ['Content-Type', 'application/json'],
    ['Content-Length', String(body.length)],
  ]);
  return { status: 502, headers, body, from: { by: 'fault', code: `socket.connect.${outcome.why}`, source: 'origin' } };
}

function accepted(pending: Pending, options: SocketApiOptions, exchange: Exchange, said: HeaderList): HttpResponse {
  // Spec WC-6: only what the integration says is echoed, whatever the client offered.
  const protocol = said.get('sec-websocket-protocol');
  exchange.trace.note(STAGE, 'accepted', { connection: pending.session.id, protocol: protocol ?? null });
  options.upgrades.offer(exchange.arrived, { ...pending, protocol });
  return { status: 101, headers: HeaderList.empty, body: null, from: { by: 'function', name: 'socket' } };
}

function refused(exchange: Exchange, why: HandshakeRefusal): HttpResponse {
  const reason =
    why.status === 426
      ? reasons['upgrade-required']
      : why.status === 405
        ? reasons['method-not-allowed']
        : reasons['bad-handshake'];
  return refuse(exchange, STAGE, reason, {
    facts: { rule: why.key, clause: why.clause },
    headers: HeaderList.of(why.headers),
  });
}
