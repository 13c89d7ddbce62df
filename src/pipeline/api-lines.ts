import type { CacheRoom } from '../cache/room.ts';
import { chance } from '../base/chance.ts';
import type { GatewayApiDocument } from '../config/apis.ts';
import { pathText, shown, type Issue } from '../config/issues.ts';
import { size } from '../config/words.ts';
import { Fault } from '../base/fault.ts';
import { compose } from '../flow/compose.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Answer, Handle } from '../flow/stage.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from '../gateway/api.ts';
import { findKey } from '../gateway/find-key.ts';
import { SpendBook, type Spending } from '../gateway/spend-book.ts';
import { splitTarget } from '../events/parts-target.ts';
import type { HttpRequest } from '../http/message.ts';
import { forward, type Forwarder } from '../integration/forward.ts';
import { MemoryBuckets } from '../stores/memory/buckets.ts';
import { readBudgets, readKeys, readPlans } from './api-plans.ts';
import { checkDomains, domainDoors } from './api-domains.ts';
import { readCanary } from './api-canary.ts';
import { apiCaches, cachesApis } from './api-caches.ts';
import { pickApi, type ApiDoor } from './api-pick.ts';
import { patiently, readPools, type Pools } from './pools.ts';
import { proxyDefaults } from './proxy-defaults.ts';
import { readApi, type ApisOptions } from './apis.ts';
import { httpLine, restLine, type ApiParts } from './order.ts';
import type { Parts } from './parts.ts';
import { readSlot } from './slots.ts';
import type { WafParts } from './waf-words.ts';

/** One API's line, beside the line of the document's own routes. */
export interface ApiLine extends ApiDoor {
  readonly stages: readonly string[];
  readonly handle: Handle;
  readonly api: GatewayApi;
  /** Another line that some of the requests get. */
  readonly canary: { readonly share: number; readonly line: ApiLine } | null;
}

export interface ApiLines {
  readonly lines: readonly ApiLine[];
  /** The API that a request is for; null: none of them, so the document's own routes. */
  pick(request: HttpRequest): ApiLine | null;
  spending(now: number): readonly Spending[];
  /** Counts in the store what was spent and is not counted there yet; when these lines are closed or replaced. */
  settle(now: number): Promise<unknown>;
}

/** All APIs of a document. Nothing is composed before the document is known to be whole. */
export function apiLines(
  options: ApisOptions & { readonly waf: WafParts; readonly room: CacheRoom | null },
  forwarders: ReadonlyMap<string, Forwarder>,
): (parts: Parts) => ApiLines {
  const { document, ports, issues } = options;
  const planOf = readPlans(document, issues);
  const budgets = readBudgets(document);
  const find = findKey({
    records: ports.records,
    digest: ports.digest,
    written: readKeys(document, ports, issues),
    rememberMs: 1000,
  });
  if (!options.room && cachesApis(document))
    issues.push({
      path: 'apis',
      wanted: 'a restart: a cache is opened when the edge starts',
      found: 'an API with a cache in a document that began without one',
      hint: null,
    });
  checkDomains(document, issues);
  const pools = readPools(document, forwarders, issues);
  const read = Object.entries(document.apis).map(([name, given]) => {
    const before = issues.length;
    const api = readApi(options, name, given);
    const ends = readEnds(options, api, forwarders, pools, issues);
    // What is wrong with the stage is not said again of its canary.
    const canary = issues.length > before ? null : readCanary(document, name, given);
    if (!canary) return { api, given, ends, canary: null };
    const its = { ...options, document: canary.document };
    const other = readApi(its, name, canary.api, canary);
    return {
      api,
      given,
      ends,
      canary: { ...canary, api: other, ends: readEnds(its, other, forwarders, pools, issues) },
    };
  });
  return (parts) => {
    const metering = {
      buckets: ports.buckets,
      local: new MemoryBuckets(ports.clock),
      onFault: document.metering.throttleOnFault,
      retryAfter: document.metering.retryAfter,
    };
    const book = new SpendBook(ports.counters, (says) => ports.log('warn', says));
    const lineOf = (api: GatewayApi, given: GatewayApiDocument, ends: ReadonlyMap<string, End>): ApiLine => {
      const own: ApiParts = {
        api,
        rules: given.rules,
        waf: options.waf.api(api.name),
        admit: { ...parts.admit, paths: { encodedSlash: 'keep', emptySegment: 'keep' } },
        metering,
        plan: {
          findKey: find,
          planOf: planOf(api.name),
          counters: ports.counters,
          records: ports.records,
          metering,
          onFault: document.metering.onFault,
          header: document.keys.header.toLowerCase(),
        },
        budgets,
        book,
        caches: apiCaches(given, document.keys.header, options.room, (says) => ports.log('warn', says)),
      };
      const stages = api.kind === 'rest' ? restLine(parts, own) : httpLine(parts, own);
      return {
        hosts: new Set(given.hosts.map((host) => host.toLowerCase())),
        api,
        stages: stages.map((stage) => stage.name),
        handle: compose(stages, ending(api, ends)),
        canary: null,
      };
    };
    const whole = ({ api, given, ends, canary }: (typeof read)[number], change: Partial<GatewayApi> = {}): ApiLine => ({
      ...lineOf({ ...api, ...change }, given, ends),
      canary: canary && { share: canary.share, line: lineOf({ ...canary.api, ...change }, given, canary.ends) },
    });
    const lines = read.map((each) => whole(each));
    const domains = domainDoors(document, (name, change) =>
      whole(read.find(({ api }) => api.name === name) as (typeof read)[number], change),
    );
    const fallback = Object.keys(document.routes).length === 0;
    return {
      lines,
      spending: (now) => book.report(budgets.values(), now),
      settle: (now) => book.settle(budgets, now),
      pick(request) {
        const host = (request.headers.get('host') ?? '').toLowerCase().replace(/:\d+$/, '');
        const ruled = domains.pick(host, request);
        const line = ruled === 'mapping' ? pickApi(lines, host, splitTarget(request.target).path, fallback) : ruled;
        return line?.canary && drawn(line.canary.share) ? line.canary.line : line;
      },
    };
  };
}

/** Each request is drawn on its own; nobody is kept on the side that he was on before. */
const drawn = (share: number): boolean => {
  const [high = 0, low = 0] = chance(2);
  return (high * 256 + low) / 65_536 < share;
};

type End = (exchange: Exchange, route: ApiRoute) => Answer;

function ending(api: GatewayApi, ends: ReadonlyMap<string, End>): Handle {
  return (exchange) => {
    const route = exchange.facts.get(apiRouteFact);
    const end = route && ends.get(route.key);
    if (!end)
      throw new Fault('integration.none', 'config', `the line of API ${api.name} came to its end without a route`);
    return end(exchange, route);
  };
}

function readEnds(
  options: ApisOptions,
  api: GatewayApi,
  forwarders: ReadonlyMap<string, Forwarder>,
  pools: Pools,
  issues: Issue[],
): ReadonlyMap<string, End> {
  const { document, registry, ports, functions } = options;
  const ends = new Map<string, End>();
  for (const route of api.routes) {
    const given = document.apis[api.name]?.routes[route.key];
    if (!given) continue;
    const path = ['apis', api.name, 'routes', route.key, 'to'];
    if (typeof given.to === 'string') {
      const most = Math.min(route.bodyBytes, size(document.listen.limits.bodyBytes));
      const many = pools.get(given.to);
      if (many) {
        const send = many(route.timeoutMs);
        ends.set(route.key, (exchange, at) => {
          if (api.kind === 'rest') exchange.request = proxyDefaults(exchange.request, api.place.id);
          return send(exchange, at.rewrite, most);
        });
        continue;
      }
      const to = forwarders.get(given.to);
      if (!to) {
        const known = [...forwarders.keys(), ...pools.keys()];
        issues.push({
          path: pathText(path),
          wanted: 'the name of an origin or pool',
          found: shown(given.to),
          hint: `known: ${known.join(', ') || 'none; add it under `origins`'}`,
        });
        continue;
      }
      const patient = patiently(to, route.timeoutMs);
      ends.set(route.key, (exchange, at) => {
        if (api.kind === 'rest') exchange.request = proxyDefaults(exchange.request, api.place.id);
        return forward(patient, exchange, at.rewrite, most);
      });
      continue;
    }
    // `function` means the form that this kind of API speaks by default.
    const use = given.to.use === 'function' ? (api.kind === 'rest' ? 'function-rest' : 'function-http') : given.to.use;
    const slot = readSlot('integration', { ...given.to, use }, registry.integrations, path, issues);
    if (!slot) continue;
    const parts = {
      api: api.kind,
      timeoutMs: route.timeoutMs,
      bodyBytes: route.bodyBytes,
      strict: document.apis[api.name]?.strict ?? true,
      openFunction: functions.open,
      openFolder: ports.openFolder,
    };
    try {
      ends.set(route.key, slot.definition.open(slot.options, parts));
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.source !== 'config') throw thrown;
      issues.push({
        path: pathText([...path, 'with']),
        wanted: 'options that go together',
        found: thrown.message,
        hint: null,
      });
    }
  }
  return ends;
}
