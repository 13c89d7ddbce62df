import { messageOf } from '../base/fault.ts';
import { DocumentError } from '../config/issues.ts';
import { ms } from '../config/words.ts';
import type { SocketApiDocument, SocketRouteDocument } from '../config/socket.ts';
import { keyFact } from '../flow/shared-facts.ts';
import { callFact } from '../gateway/call.ts';
import { validator } from '../gateway/validate.ts';
import { dialList } from '../integration/private.ts';
import type { Dialer, DialerOptions } from '../ports/dialer.ts';
import type { OpenFunction } from '../ports/invoker.ts';
import type { Ports } from '../ports/ports.ts';
import { compileMap } from '../rules/chain.ts';
import type { RuleDefinition } from '../rules/rule.ts';
import { SocketApi } from '../socket/api.ts';
import type { Door } from '../socket/api-options.ts';
import type { Happening } from '../socket/happening.ts';
import type { Inspect } from '../socket/inspect.ts';
import type { SocketIntegration, SocketRoute } from '../socket/call.ts';
import { functionIntegration } from '../socket/integrations/function.ts';
import { httpIntegration } from '../socket/integrations/http.ts';
import { mockIntegration } from '../socket/integrations/mock.ts';
import type { Registry } from '../socket/registry.ts';
import { parseSelection } from '../socket/select.ts';
import type { Upgrades } from '../socket/upgrades.ts';
import { inInspection } from './message-inspect.ts';
import { messageRules } from './message-rules.ts';
import { packing, socketLimits } from './socket-limits.ts';

export interface SocketParts {
  readonly ports: Ports;
  readonly rules: ReadonlyMap<string, RuleDefinition>;
  readonly openFunction: OpenFunction;
  /** A pool to a callback address. */
  readonly dial: (options: DialerOptions, allow: readonly string[]) => Dialer;
  readonly registry: Registry;
  readonly upgrades: Upgrades;
  readonly observe: (happening: Happening) => void;
  /** The firewall's look at each message; null for none. */
  readonly judge: Inspect | null;
  readonly door: Door | null;
}

const RULE_TIMEOUT_MS = 1000;

/** A WebSocket API as the document has it. Throws `DocumentError` with everything that is wrong. */
export function socketApi(given: SocketApiDocument, parts: SocketParts): SocketApi {
  const { ports } = parts;
  const issues: { path: string; wanted: string; found: string; hint: string | null }[] = [];
  const where = `WebSocket API "${given.api}"`;
  const selection = parseSelection(given.select);
  if (typeof selection === 'string')
    issues.push({ path: `${where}.select`, wanted: selection, found: given.select, hint: null });
  const routes = new Map<string, SocketRoute>();
  for (const [key, route] of Object.entries(given.routes)) {
    if (key.startsWith('$') && !['$connect', '$disconnect', '$default'].includes(key)) {
      issues.push({
        path: `${where}.routes.${key}`,
        wanted: 'a route key',
        found: key,
        hint: 'keys that begin with "$" are the gateway\'s own',
      });
      continue;
    }
    try {
      routes.set(key, readRoute(key, route, ms(given.timeout), parts));
    } catch (thrown) {
      issues.push({ path: `${where}.routes.${key}`, wanted: 'a route', found: messageOf(thrown), hint: null });
    }
  }
  const compiled = given.rules === undefined ? null : compileMap(given.rules, parts.rules, ports);
  for (const issue of compiled?.issues ?? [])
    issues.push({ ...issue, path: [where, 'rules', ...issue.path].join('.') });
  if (issues.length > 0 || typeof selection === 'string') throw new DocumentError(issues);
  const { limits, connections, rates } = given;
  const packs = packing(given.compression);
  const map = compiled?.compiled ?? null;
  const arnPrefix = `arn:aws:execute-api:us-east-1:000000000000:${given.id}/${given.stage}`;
  return new SocketApi({
    apiId: given.id,
    stage: given.stage,
    stageVariables: given.variables ?? null,
    selection,
    routes,
    limits: {
      ...socketLimits(given),
      pingsKeepAlive: given.pingsKeepAlive,
      ...(packs === null ? {} : { compressFrom: packs.from }),
    },
    compression: packs?.choice ?? null,
    registry: parts.registry,
    budgets: {
      total: connections.total ?? null,
      perAddress: connections.perAddress ?? null,
      perKey: connections.perKey ?? null,
    },
    entry: { maxUrl: limits.url, perSecond: connections.perSecond },
    rates: {
      perConnection: rates.perConnection ?? null,
      perAddress: rates.perAddress ?? null,
      perKey: rates.perKey ?? null,
    },
    overRate: rates.over,
    onFault: given.onFault,
    maxInFlight: limits.inFlight,
    inspect: inInspection([
      parts.judge,
      map === null ? null : messageRules(map, arnPrefix, given.onFault, RULE_TIMEOUT_MS),
    ]),
    buckets: ports.buckets,
    clock: ports.clock,
    upgrades: parts.upgrades,
    door: parts.door ?? undefined,
    caller: (exchange) => ({
      key: exchange.facts.get(keyFact)?.id ?? null,
      authorizer: exchange.facts.get(callFact)?.authorizer ?? null,
    }),
    observe: parts.observe,
    // A goodbye's integration never rejects, and nobody waits for it.
    later: (work) => void work,
  });
}

function readRoute(key: string, route: SocketRouteDocument, withinMs: number, parts: SocketParts): SocketRoute {
  const model =
    route.model === undefined
      ? null
      : validator({ required: { header: [], path: [], querystring: [] }, models: { 'application/json': route.model } });
  if (typeof model === 'string') throw new TypeError(model);
  return {
    key,
    integration: integrationOf(key, route.to, withinMs, parts),
    replies: route.replies,
    validate: model === null ? null : (text) => model.body(text, undefined)?.detail ?? null,
  };
}

function integrationOf(
  key: string,
  to: SocketRouteDocument['to'],
  withinMs: number,
  { ports, openFunction, dial }: SocketParts,
): SocketIntegration {
  if ('mock' in to) {
    const { status, says, protocol } = to.mock;
    return mockIntegration(key, { status, says, ...(protocol === undefined ? {} : { protocol }) });
  }
  if ('function' in to) {
    const { file, handler, timeout, memory, concurrency, env } = to.function;
    const options = { file, handler, timeoutMs: ms(timeout), memoryMb: memory, concurrency, env };
    return functionIntegration(key, openFunction(options), withinMs);
  }
  const { url, path, allow, headers } = to.http;
  const options: DialerOptions = {
    url,
    timeouts: { connect: Math.min(3000, withinMs), firstByte: withinMs, idle: withinMs },
    connections: 64,
    keepAliveMs: 30_000,
    mayDial: dialList(allow),
    tls: { ca: null, verify: true, serverName: null },
  };
  const filled = Object.entries(headers).map(([name, value]) => [name, fillSecrets(value, ports)] as const);
  const host = new URL(url).host;
  return httpIntegration(key, dial(options, allow), {
    target: path,
    host,
    headers: filled,
    timeoutMs: withinMs,
    maxAnswer: 131_072,
  });
}

/** `${secret:NAME}` filled in. Throws when there is no such secret. */
export function fillSecrets(text: string, ports: Pick<Ports, 'secret'>): string {
  return text.replaceAll(/\$\{secret:([^}]+)\}/g, (_, name: string) => {
    const found = ports.secret(name);
    if (found === null) throw new TypeError(`there is no secret named ${name}`);
    return found;
  });
}
