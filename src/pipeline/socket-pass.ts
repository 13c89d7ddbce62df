import type { Duplex } from 'node:stream';

import { Fault } from '../base/fault.ts';
import { whenHere } from '../base/later.ts';
import { ms } from '../config/words.ts';
import type { SocketOriginDocument } from '../config/socket.ts';
import type { Exchange } from '../flow/exchange.ts';
import { keyFact } from '../flow/shared-facts.ts';
import type { Answer } from '../flow/stage.ts';
import { hopByHopFields, nominatedFields } from '../http/hop-by-hop.ts';
import { HeaderList } from '../http/headers.ts';
import type { HttpResponse } from '../http/message.ts';
import { shakeHands } from '../net/socket-origin.ts';
import { checkHandshake, factsOf, noPlace } from '../socket/connect.ts';
import { PassApi } from '../socket/pass.ts';
import { Meter } from '../socket/meter.ts';
import type { Registry } from '../socket/registry.ts';
import type { Happening } from '../socket/happening.ts';
import type { Inspect } from '../socket/inspect.ts';
import { compileMap } from '../rules/chain.ts';
import type { RuleDefinition } from '../rules/rule.ts';
import type { Ports } from '../ports/ports.ts';
import { DocumentError } from '../config/issues.ts';
import { inInspection } from './message-inspect.ts';
import { messageRules } from './message-rules.ts';
import { socketLimits } from './socket-limits.ts';
import { agreedThrough, offersThrough } from '../wire/ws/extensions-through.ts';
import type { Handshake } from '../wire/ws/handshake.ts';
import type { Upgrades } from '../socket/upgrades.ts';
import { Session } from '../socket/session.ts';

export interface PassEnd {
  readonly api: PassApi;
  readonly given: SocketOriginDocument;
  readonly upgrades: Upgrades;
  /** Rejects with a `Fault`. */
  readonly connect: () => Promise<Duplex>;
  /** Fields set on the handshake with the origin, secrets filled in. */
  readonly set: readonly (readonly [string, string])[];
}

export interface PassParts {
  readonly ports: Ports;
  readonly rules: ReadonlyMap<string, RuleDefinition>;
  readonly registry: Registry;
  readonly observe: (happening: Happening) => void;
  /** The firewall's look at each message; null for none. */
  readonly judge: Inspect | null;
}

const RULE_TIMEOUT_MS = 1000;

/** The end of the line for a connection that passes through: the origin's handshake decides over the client's. */
export function passEnd(end: PassEnd, exchange: Exchange): Answer {
  const { given, api } = end;
  const { connections, limits } = given;
  const entry = { maxUrl: limits.url, perSecond: connections.perSecond };
  const handshake = checkHandshake(exchange, api.options.registry, entry);
  if (handshake.kind === 'refused') return handshake.response;
  const facts = { apiId: given.id, stage: given.stage, stageVariables: null };
  const session = new Session(factsOf(exchange, facts), exchange.facts.get(keyFact)?.id ?? null);
  const budgets = {
    total: connections.total ?? null,
    perAddress: connections.perAddress ?? null,
    perKey: connections.perKey ?? null,
  };
  const full = api.options.registry.add(session, budgets);
  if (full !== null) return noPlace(exchange, full);
  return whenHere(session.shared ? session.known : null, (late) =>
    late === null ? begin(end, exchange, handshake.handshake, session) : noPlace(exchange, late),
  );
}

function begin(end: PassEnd, exchange: Exchange, handshake: Handshake, session: Session): Promise<HttpResponse> {
  return open(end, exchange, handshake, session).catch((thrown: unknown) => {
    end.api.options.registry.remove(session);
    throw thrown;
  });
}

async function open(end: PassEnd, exchange: Exchange, handshake: Handshake, session: Session): Promise<HttpResponse> {
  const { api, given } = end;
  const origin = await end.connect();
  const { request } = exchange;
  const query = request.target.indexOf('?');
  const target =
    given.path === undefined ? request.target : given.path + (query < 0 ? '' : request.target.slice(query));
  const extensions = given.compression ? offersThrough(handshake.extensions) : null;
  const { key, protocols } = handshake;
  const headers = fieldsFor(exchange, given, end.set);
  const timeoutMs = ms(given.timeout);
  const answer = await shakeHands(origin, { target, headers, key, protocols, extensions, timeoutMs });
  if (answer.kind === 'failed') {
    const status = answer.why === 'timeout' ? 504 : 502;
    throw new Fault(`socket.origin.${answer.why}`, 'origin', 'the origin did not finish the handshake', { status });
  }
  const from = { by: 'integration', name: given.url } as const;
  if (answer.kind === 'refused') {
    origin.destroy();
    api.options.registry.remove(session);
    // Its body stays behind: it may be framed in any way, and nobody who wants a WebSocket reads it.
    const kept = answer.headers.filter(
      ([name]) => !hopByHopFields.has(name.toLowerCase()) && !/^content-(length|encoding)$/i.test(name),
    );
    return { status: answer.status, headers: HeaderList.of(kept), body: null, from };
  }
  const agreed = agreedThrough(answer.extensions, extensions !== null, api.looks);
  if (agreed === null || (answer.protocol !== null && !protocols.includes(answer.protocol))) {
    origin.destroy();
    throw new Fault('socket.origin.agreement', 'origin', 'the origin agreed to what was not offered', { status: 502 });
  }
  const protocol = answer.protocol ?? undefined;
  const offer = { api, session, handshake, protocol, headers: answer.headers, agreed, origin, originHead: answer.head };
  end.upgrades.offer(exchange.arrived, offer);
  exchange.trace.note('socket', 'passes through', { connection: session.id, origin: given.url });
  return { status: 101, headers: HeaderList.empty, body: null, from };
}

function fieldsFor(
  exchange: Exchange,
  given: SocketOriginDocument,
  set: readonly (readonly [string, string])[],
): (readonly [string, string])[] {
  const ours = new Set([...set.map(([name]) => name.toLowerCase()), 'host', 'x-forwarded-for']);
  const nominated = nominatedFields(exchange.request.headers);
  const kept = [...exchange.request.headers].filter(([name]) => {
    const lower = name.toLowerCase();
    return (
      !ours.has(lower) &&
      !hopByHopFields.has(lower) &&
      nominated?.has(lower) !== true &&
      lower !== given.dropKey.toLowerCase()
    );
  });
  const before = exchange.request.headers.joined('x-forwarded-for');
  const chain = before === undefined ? exchange.viewer.peer : `${before}, ${exchange.viewer.peer}`;
  return [['Host', new URL(given.url).host], ...kept, ['X-Forwarded-For', chain], ...set];
}

/** The API of a pass, from its document. Throws `DocumentError` with what is wrong in its rules. */
export function passApi(given: SocketOriginDocument, parts: PassParts): PassApi {
  const { ports, registry, observe } = parts;
  const where = `WebSocket origin "${given.url}"`;
  const compiled = given.rules === undefined ? null : compileMap(given.rules, parts.rules, ports);
  const issues = (compiled?.issues ?? []).map((issue) => ({
    ...issue,
    path: [where, 'rules', ...issue.path].join('.'),
  }));
  if (issues.length > 0) throw new DocumentError(issues);
  const { rates } = given;
  const metered = rates.perConnection ?? rates.perAddress ?? rates.perKey;
  const each = {
    perConnection: rates.perConnection ?? null,
    perAddress: rates.perAddress ?? null,
    perKey: rates.perKey ?? null,
  };
  const arnPrefix = `arn:aws:execute-api:us-east-1:000000000000:${given.id}/${given.stage}`;
  const map = compiled?.compiled ?? null;
  return new PassApi({
    limits: socketLimits(given),
    registry,
    meter: metered === undefined ? null : new Meter(each, ports.buckets, given.id, given.onFault),
    overRate: rates.over,
    inspect: inInspection([
      parts.judge,
      map === null ? null : messageRules(map, arnPrefix, given.onFault, RULE_TIMEOUT_MS),
    ]),
    observe,
    now: () => ports.clock.now(),
  });
}
