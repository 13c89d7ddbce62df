import { whenHere } from '../base/later.ts';
import { connectEvent, type SocketFacts } from '../events/websocket.ts';
import type { Exchange } from '../flow/exchange.ts';
import { refuse } from '../flow/refuse.ts';
import type { Answer } from '../flow/stage.ts';
import { Body } from '../http/body.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import { readHandshake, type HandshakeHead, type HandshakeRefusal } from '../wire/ws/handshake.ts';
import type { SocketApiOptions } from './api-options.ts';
import type { SocketCall, SocketOutcome } from './call.ts';
import { newConnectionId } from './connection-id.ts';
import { errorFrame } from './error-frame.ts';
import { reasons } from './reasons.ts';
import { Session } from './session.ts';
import type { Upgrade, UpgradeTarget } from './upgrades.ts';

const STAGE = 'socket';

/**
 * The end of the line for a WebSocket API: checks the handshake, holds a place, asks the `$connect` integration, and only
 * then answers 101 (spec WC-1, WC-2). Key, authorizer and rules stand before it in the line.
 */
export function connect(api: UpgradeTarget, options: SocketApiOptions, exchange: Exchange): Answer {
  const { request } = exchange;
  const head: HandshakeHead = {
    method: request.method,
    version: request.version,
    values: (name) => request.headers.all(name),
  };
  const handshake = readHandshake(head);
  if (handshake.kind === 'refusal') return refused(exchange, handshake);
  const caller = options.caller(exchange);
  const facts: SocketFacts = {
    connectionId: newConnectionId(),
    connectedAt: exchange.clock.now(),
    apiId: options.apiId,
    stage: options.stage,
    domainName: request.headers.get('host')?.replace(/:\d+$/, '') ?? '',
    sourceIp: exchange.viewer.address,
    userAgent: request.headers.get('user-agent'),
    authorizer: caller.authorizer,
    stageVariables: options.stageVariables,
  };
  const session = new Session(facts, caller.key);
  const full = options.registry.add(session, options.budgets);
  if (full !== null) return refuse(exchange, STAGE, full, { headers: HeaderList.of({ 'retry-after': '1' }) });
  const route = options.routes.get('$connect');
  if (route === undefined) return accepted({ api, session, handshake }, options, exchange, HeaderList.empty);
  const requestId = exchange.trace.id;
  const call: SocketCall = {
    kind: 'CONNECT',
    session,
    routeKey: '$connect',
    requestId,
    body: null,
    binary: false,
    event: () => connectEvent(request, facts, requestId, exchange.clock.now()),
  };
  return whenHere(route.integration.invoke(call), (outcome) =>
    judged({ api, session, handshake }, options, exchange, call, outcome),
  );
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
