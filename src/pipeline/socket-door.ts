import { Fault } from '../base/fault.ts';
import type { Document } from '../config/document.ts';
import { DocumentError, type Issue } from '../config/issues.ts';
import type { SocketApiDocument } from '../config/socket.ts';
import type { SocketFacts } from '../events/websocket.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Handle, Stage } from '../flow/stage.ts';
import { apiRouteFact, type ApiRoute, type GatewayApi } from '../gateway/api.ts';
import { authorize } from '../gateway/authorize.ts';
import type { Authorizer, AuthorizerDefinition } from '../gateway/authorizer.ts';
import { callFact, type Call } from '../gateway/call.ts';
import { findKey } from '../gateway/find-key.ts';
import { plan } from '../gateway/plan.ts';
import { Router } from '../gateway/router.ts';
import type { OpenFunction } from '../ports/invoker.ts';
import type { Ports } from '../ports/ports.ts';
import type { Door } from '../socket/api-options.ts';
import { MemoryBuckets } from '../stores/memory/buckets.ts';
import { readKeys, readPlans } from './api-plans.ts';
import { readSlot } from './slots.ts';

export interface DoorParts {
  readonly document: Document;
  readonly authorizers: ReadonlyMap<string, AuthorizerDefinition>;
  readonly ports: Ports;
  readonly openFunction: OpenFunction;
}

/** Who stands before `$connect`: the gateway's own authorizers and plans. Null when nobody does. */
export function socketDoor(given: SocketApiDocument, parts: DoorParts): Door | null {
  if (given.authorizer === undefined && given.key === 'none') return null;
  const api = apiOf(given, parts.document);
  const authorizer = given.authorizer === undefined ? null : openAuthorizer(given, api, parts);
  const keyRequired = given.key === 'required';
  const route: ApiRoute = { ...bareRoute, authorizer, keyRequired };
  const line: readonly Stage[] = [
    ...(authorizer ? [authorize(api)] : []),
    ...(keyRequired ? [plan(api, planOptions(given, parts))] : []),
  ];
  return (exchange, facts, go) => {
    exchange.facts.set(apiRouteFact, route);
    exchange.facts.set(callFact, callOf(exchange, facts, api));
    return line.reduceRight<Handle>((next, stage) => (at) => stage.handle(at, next), go)(exchange);
  };
}

const bareRoute: ApiRoute = {
  key: '$connect',
  resource: '$connect',
  resourceId: '',
  to: 'websocket',
  authorizer: null,
  scopes: [],
  keyRequired: false,
  throttle: null,
  validator: null,
  mapping: null,
  transform: null,
  operation: null,
  shareable: false,
  bodyBytes: 0,
  timeoutMs: 29_000,
  rewrite: undefined,
  budget: null,
  describes: null,
  stageCache: null,
  stageCacheAnyMethod: false,
  policies: [],
};

function apiOf(given: SocketApiDocument, document: Document): GatewayApi {
  const { region, account } = document.api;
  const domainName = `${given.id}.execute-api.${region}.amazonaws.com`;
  const place = {
    ...({ kind: 'websocket', region, account, id: given.id, stage: given.stage } as const),
    deploymentId: given.id,
    domainName,
    domainPrefix: given.id,
  };
  return {
    ...({ name: given.api, kind: 'rest', place, basePath: null, customDomain: false, binaryMediaTypes: [] } as const),
    ...({
      cors: null,
      responses: {},
      policy: null,
      throttle: null,
      behindProxy: false,
      mutualTls: false,
      positive: 'off',
    } as const),
    ...({ canary: null, cacheSpace: given.id } as const),
    variables: given.variables ?? null,
    keySource: given.keySource,
    accountThrottle: document.account.throttle,
    resources: new Router(),
    routes: [bareRoute],
    accessLog: null,
  };
}

/** A handshake as the gateway's stages know requests: its route key stands where methods stand. */
function callOf(exchange: Exchange, facts: SocketFacts, { place, variables }: GatewayApi): Call {
  const requestId = exchange.trace.id;
  return {
    place,
    requestId,
    extendedRequestId: requestId,
    at: facts.connectedAt,
    method: '$connect',
    path: '/',
    eventPath: '/',
    contextPath: `/${place.stage}`,
    stageVariables: variables,
    binaryMediaTypes: [],
    basePath: null,
    canary: null,
    domainName: facts.domainName,
    sourceIp: facts.sourceIp,
    socket: facts,
    routeKey: '$connect',
    resource: '$connect',
    resourceId: '',
    params: null,
    identity: {},
    authorizer: null,
    usageKey: null,
    policy: null,
    principals: [],
    may: null,
    callerAccount: 'same',
    plan: null,
    error: null,
    authorizerLatency: null,
    integration: null,
    overrides: { status: null, headers: new Map() },
  };
}

function openAuthorizer(
  given: SocketApiDocument,
  { place }: GatewayApi,
  { authorizers, ports, openFunction }: DoorParts,
): { readonly name: string; readonly ask: Authorizer } {
  const issues: Issue[] = [];
  const path = [`WebSocket API "${given.api}"`, 'authorizer'];
  const name = given.authorizer?.use ?? '';
  const slot = given.authorizer && readSlot('authorizer', given.authorizer, authorizers, path, issues);
  if (!slot) throw new DocumentError(issues);
  const { region, account, id } = place;
  try {
    const ask = slot.definition.open(slot.options, {
      ...({ name, api: 'websocket', account, openFunction } as const),
      arnPrefix: `arn:aws:execute-api:${region}:${account}:${id}/`,
      clock: ports.clock,
      digest: ports.digest,
      fetchJson: ports.fetchJson,
      secret: ports.secret,
      warn: (says, facts) => ports.log('warn', says, facts),
    });
    return { name, ask };
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.source !== 'config') throw thrown;
    const wanted = 'options that go together';
    throw new DocumentError([{ path: path.join('.'), wanted, found: thrown.message, hint: null }]);
  }
}

function planOptions(given: SocketApiDocument, { document, ports }: DoorParts): Parameters<typeof plan>[1] {
  const issues: Issue[] = [];
  const { records, digest, buckets, counters, clock } = ports;
  const written = readKeys(document, ports, issues);
  const metering = {
    buckets,
    local: new MemoryBuckets(clock),
    onFault: document.metering.throttleOnFault,
    retryAfter: document.metering.retryAfter,
  };
  // What is wrong with plans and keys is told once, with the document itself.
  return {
    findKey: findKey({ records, digest, written, rememberMs: 1000 }),
    planOf: readPlans(document, issues)(given.api),
    counters,
    records,
    metering,
    onFault: document.metering.onFault,
    header: document.keys.header.toLowerCase(),
  };
}
