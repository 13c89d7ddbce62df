import type { CacheRoom } from '../cache/room.ts';
import { pathText, shown, DocumentError, type Issue } from '../config/issues.ts';
import type { Document } from '../config/document.ts';
import { ms, size } from '../config/words.ts';
import type { ResourceMap } from '../config/rules.ts';
import type { Handle, Stage } from '../flow/stage.ts';
import type { NamedRoute } from '../gateway/route.ts';
import { parseRouteKey, Router } from '../gateway/router.ts';
import { forwarder, type Forwarder } from '../integration/forward.ts';
import type { Ports } from '../ports/ports.ts';
import { compileMap, type CompiledMap } from '../rules/chain.ts';
import type { RuleContext } from '../rules/rule.ts';
import { apiLines, type ApiLines } from './api-lines.ts';
import type { Dialers } from './dialers.ts';
import type { Functions } from './functions.ts';
import type { edgeParts } from './edge.ts';
import { integrate, type Integrate } from './integrate.ts';
import { pipeline, stages } from './order.ts';
import type { Parts } from './parts.ts';
import type { Registry } from './registry.ts';
import { secretParameters } from './secret-names.ts';
import { readSlot } from './slots.ts';
import type { Sockets } from './sockets.ts';
import { namedByKey } from './tenants.ts';
import type { ReadWaf } from './waf-words.ts';

/** One loaded document, ready to be asked. Nothing in it changes; a new document is a new line. */
export interface Line {
  readonly version: string;
  readonly stages: readonly string[];
  readonly handle: Handle;
  readonly apis: ApiLines;
  readonly document: Document;
}

export interface AssembleOptions {
  readonly document: Document;
  /** The firewall's reader: the engine behind it is loaded only for documents that have one. */
  readonly readWaf: ReadWaf;
  /** The same for the document's edge. */
  readonly edgeParts: typeof edgeParts;
  readonly version: string;
  /** The rule map where it comes from a source; null where it stands in the document. */
  readonly sourcedMap: ResourceMap | null;
  readonly registry: Registry;
  readonly ports: Ports;
  readonly dialers: Dialers;
  readonly functions: Functions;
  /** The cache, kept over a reload; null where the document has no edge. */
  readonly room: CacheRoom | null;
  /** Of the document. */
  readonly folder: string;
  /** Told of the document before its WebSocket APIs are opened. */
  readonly sockets: Pick<Sockets, 'begin'>;
}

/** Document, registry and ports to a line. Throws `DocumentError` with everything that is wrong, not just the first. */
export function assemble(options: AssembleOptions): Line {
  const { document, registry, ports } = options;
  const issues: Issue[] = [];
  const map = readMap(
    options.sourcedMap ?? document.rules.map ?? null,
    options.sourcedMap ? ['rules', 'from'] : ['rules', 'map'],
    registry,
    ports,
    issues,
  );
  const tenantMaps = new Map<string, CompiledMap>();
  for (const [name, known] of Object.entries(document.tenants?.known ?? {})) {
    const own = readMap(known.rules ?? null, ['tenants', 'known', name, 'rules'], registry, ports, issues);
    if (own) tenantMaps.set(name, own);
  }
  const router = readRoutes(document, issues);
  const forwarders = readOrigins(options, issues);
  const waf = options.readWaf(document, ports, router, issues);
  options.sockets.begin({ version: options.version, waf, document, authorizers: registry.authorizers });
  const ends = readEnds(options, forwarders, issues);
  const openApis = apiLines({ ...options, waf, issues }, forwarders);
  const edge = options.edgeParts({ ...options, forwarders }, issues);
  if (issues.length > 0) throw new DocumentError(issues);

  const byKey = namedByKey(document.tenants);
  const ruleOptions = {
    map,
    tenants: byKey ? new Map<string, CompiledMap>() : tenantMaps,
    onFault: document.rules.onFault,
    bodyBytes: document.rules.bodyBytes,
    timeoutMs: ms(document.rules.timeout),
  };
  const parts: Parts = {
    clock: ports.clock,
    finish: {
      version: options.version,
      sinks: ports.sinks,
      logging: document.logging,
      answers: document.answers,
      secrets: secretParameters(document),
    },
    onFault: (fault, exchange) => {
      if (fault.source !== 'viewer' && fault.code !== 'integration.origin.gone') {
        ports.log('warn', fault.message, {
          code: fault.code,
          trace: exchange.trace.id,
          ...(fault.source === 'edge' ? { stack: stackOf(fault) } : {}),
        });
      }
    },
    admit: {
      targetBytes: size(document.listen.limits.targetBytes),
      headerCount: document.listen.limits.headerCount,
      paths: document.listen.paths,
      api: document.api,
    },
    tenants: document.tenants && !byKey ? document.tenants : null,
    tenantsByKey: document.tenants && byKey ? document.tenants : null,
    waf: waf.routes,
    rules: ruleOptions,
    tenantRules: { ...ruleOptions, map: null, tenants: tenantMaps },
    edge,
    router,
    throttles: { buckets: ports.buckets, ...pick(document.throttles) },
    keys: {
      header: document.keys.header.toLowerCase(),
      records: ports.records,
      digest: ports.digest,
      onFault: document.keys.onFault,
      rememberMs: ms(document.keys.rememberFor),
      namesTenant: byKey,
    },
    once: { counters: ports.counters },
  };
  const line: readonly Stage[] = stages(parts);
  return {
    version: options.version,
    stages: line.map((stage) => stage.name),
    handle: pipeline(line, integrate(ends, size(document.listen.limits.bodyBytes))),
    apis: openApis(parts),
    document,
  };
}

const stackOf = (fault: Error): string | undefined => (fault.cause instanceof Error ? fault.cause.stack : fault.stack);

const pick = ({
  overall,
  perKey,
  perAddress,
  onFault,
}: Document['throttles']): Omit<Parts['throttles'], 'buckets'> => ({ overall, perKey, perAddress, onFault });

function readMap(
  map: ResourceMap | null,
  path: readonly PropertyKey[],
  registry: Registry,
  context: RuleContext,
  issues: Issue[],
): CompiledMap | null {
  if (!map) return null;
  const { compiled, issues: found } = compileMap(map, registry.rules, context);
  for (const issue of found) issues.push({ ...issue, path: pathText([...path, ...issue.path]) });
  return compiled;
}

function readRoutes(document: Document, issues: Issue[]): Router<NamedRoute> {
  const router = new Router<NamedRoute>();
  for (const [name, route] of Object.entries(document.routes)) {
    const parsed = parseRouteKey(name);
    if (typeof parsed === 'string') {
      issues.push({ path: pathText(['routes', name]), wanted: 'a route', found: shown(name), hint: parsed });
      continue;
    }
    const holes = new Set(parsed.segments?.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name])));
    for (const [, hole = ''] of (route.rewrite ?? '').matchAll(/\{([^}+]*)\+?\}/g)) {
      if (!holes.has(hole)) {
        issues.push({
          path: pathText(['routes', name, 'rewrite']),
          wanted: 'parameters that the route has',
          found: `{${hole}}`,
          hint: holes.size > 0 ? `it has ${[...holes].join(', ')}` : 'it has none',
        });
      }
    }
    try {
      router.add(parsed, { name, to: typeof route.to === 'string' ? route.to : route.to.use, route });
    } catch (thrown) {
      issues.push({
        path: pathText(['routes', name]),
        wanted: 'routes that differ',
        found: shown(name),
        hint: (thrown as Error).message,
      });
    }
  }
  return router;
}

function readOrigins(
  { document, ports, dialers: open }: AssembleOptions,
  issues: Issue[],
): ReadonlyMap<string, Forwarder> {
  const forwarders = new Map<string, Forwarder>();
  for (const [name, origin] of Object.entries(document.origins)) {
    const set: [string, string][] = [];
    for (const [field, value] of Object.entries(origin.headers)) {
      const filled = value.replaceAll(/\$\{secret:([^}]+)\}/g, (_, secret: string) => {
        const found = ports.secret(secret);
        if (found === null)
          issues.push({
            path: pathText(['origins', name, 'headers', field]),
            wanted: `a secret named ${secret}`,
            found: 'nothing',
            hint: `set the environment variable ${secret}`,
          });
        return found ?? '';
      });
      set.push([field, filled]);
    }
    let ca: string | null = null;
    if (origin.tls.ca !== undefined) {
      try {
        ca = ports.readFile(origin.tls.ca);
      } catch (thrown) {
        issues.push({
          path: pathText(['origins', name, 'tls', 'ca']),
          wanted: 'a file that can be read',
          found: (thrown as Error).message,
          hint: null,
        });
      }
    }
    const dialer = open.open(origin, ca);
    forwarders.set(name, forwarder(name, origin, dialer, { set, remove: [document.keys.header.toLowerCase()] }));
  }
  return forwarders;
}

function readEnds(
  { document, registry, ports, functions }: AssembleOptions,
  forwarders: ReadonlyMap<string, Forwarder>,
  issues: Issue[],
): ReadonlyMap<string, Integrate> {
  const ends = new Map<string, Integrate>();
  for (const [name, route] of Object.entries(document.routes)) {
    if (typeof route.to === 'string') {
      const to = forwarders.get(route.to);
      if (to) ends.set(name, { kind: 'forward', to });
      else {
        issues.push({
          path: pathText(['routes', name, 'to']),
          wanted: 'the name of an origin',
          found: shown(route.to),
          hint: forwarders.size > 0 ? `known: ${[...forwarders.keys()].join(', ')}` : 'add it under `origins`',
        });
      }
      continue;
    }
    const slot = readSlot('integration', route.to, registry.integrations, ['routes', name, 'to'], issues);
    if (!slot) continue;
    const bodyBytes = size(route.bodyBytes ?? document.listen.limits.bodyBytes);
    const answer = slot.definition.open(slot.options, {
      api: 'plain',
      timeoutMs: 29_000,
      bodyBytes,
      strict: false,
      openFunction: functions.open,
      openFolder: ports.openFolder,
    });
    ends.set(name, { kind: 'integration', answer });
  }
  return ends;
}
