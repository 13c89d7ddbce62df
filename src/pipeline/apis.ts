import type { GatewayApiDocument } from '../config/apis.ts';
import { pathText, shown, type Issue } from '../config/issues.ts';
import { ms } from '../config/words.ts';
import type { Document } from '../config/document.ts';
import { Fault } from '../base/fault.ts';
import { accessLogFormats, accessLogProblem } from '../gateway/access-log.ts';
import type { GatewayApi } from '../gateway/api.ts';
import type { Authorizer, AuthorizerParts } from '../gateway/authorizer.ts';
import { corsProblem, type CorsRules } from '../gateway/cors.ts';
import { responseTypes, type GatewayResponses } from '../gateway/gateway-responses.ts';
import { lintPolicy } from '../gateway/policy-lint.ts';
import { compilePolicy, type Policy } from '../gateway/resource-policy.ts';
import type { Ports } from '../ports/ports.ts';
import type { Functions } from './functions.ts';
import type { Canary } from './api-canary.ts';
import { readApiRoutes } from './api-routes.ts';
import type { Registry } from './registry.ts';
import { readSlot } from './slots.ts';

export interface ApisOptions {
  readonly document: Document;
  readonly registry: Registry;
  readonly ports: Ports;
  readonly functions: Functions;
  readonly issues: Issue[];
}

const idOf = (name: string): string => {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return plain.slice(0, 20) || 'api';
};

/** One API of the document, compiled; everything that is wrong lands in `issues`. */
export function readApi(
  options: ApisOptions,
  name: string,
  api: GatewayApiDocument,
  canary: Canary | null = null,
): GatewayApi {
  const { ports, issues, document } = options;
  const problem = (at: readonly PropertyKey[], wanted: string, found: string, hint: string | null = null): void =>
    void issues.push({ path: pathText(['apis', name, ...at]), wanted, found, hint });
  const rest = api.kind === 'rest';
  const stage = api.stage ?? (rest ? 'prod' : '$default');
  if (rest && stage === '$default')
    problem(['stage'], 'a stage with a name', '"$default"', 'only HTTP APIs have $default');
  const id = api.id ?? idOf(name);
  const domainName = api.hosts[0] ?? `${id}.execute-api.${api.region}.amazonaws.com`;
  const place = {
    kind: api.kind,
    region: api.region,
    account: api.account,
    id,
    stage,
    deploymentId: idOf(`${canary?.ownRoutes ? 'c' : 'd'}${name}`),
    domainName,
    domainPrefix: domainName.split('.')[0] ?? id,
  };
  if (!rest) {
    if (api.canary) problem(['canary'], 'nothing: HTTP APIs have no canary', 'a canary', 'make it a REST API');
    if (api.stageCache)
      problem(
        ['stageCache'],
        'nothing: HTTP APIs have no stage cache',
        'a stage cache',
        'use `cache`, or make it a REST API',
      );
    if (api.policy !== undefined)
      problem(['policy'], 'nothing: HTTP APIs have no resource policy', 'a policy', 'make it a REST API');
    if (Object.keys(api.responses).length > 0)
      problem(['responses'], 'nothing: HTTP APIs have no gateway responses', 'responses', 'make it a REST API');
  } else if (api.cors)
    problem(
      ['cors'],
      'nothing: a REST API has no automatic CORS',
      'cors',
      'add OPTIONS methods, and `responses` for errors',
    );
  for (const type of Object.keys(api.responses)) {
    if (!(responseTypes as readonly string[]).includes(type) && type !== 'DEFAULT_4XX' && type !== 'DEFAULT_5XX')
      problem(
        ['responses', type],
        'a type of gateway response',
        shown(type),
        `known: DEFAULT_4XX, DEFAULT_5XX, ${responseTypes.join(', ')}`,
      );
    if (type === 'REQUEST_TOO_LARGE')
      problem(['responses', type], 'another type', shown(type), 'this one cannot be customised');
  }
  if (api.mutualTls && !document.listen.tls?.clients)
    problem(
      ['mutualTls'],
      'a truststore',
      'nobody asks clients for certificates',
      'add `listen.tls.clients: { truststore: "clients.pem" }`',
    );
  const cors: CorsRules | null = api.cors ? { ...api.cors, maxAge: api.cors.maxAge ?? null } : null;
  const corsWrong = cors && corsProblem(cors);
  if (corsWrong) problem(['cors'], 'rules that browsers accept', corsWrong);
  if (!/^\d+(?:ms|s)$/.test(api.timeout) || ms(api.timeout) > 300_000)
    problem(['timeout'], 'at most 300s', shown(api.timeout));

  const authorizers = readAuthorizers(options, name, api);
  const { routes, resources } = readApiRoutes({
    document,
    name,
    api,
    authorizers,
    policies: options.registry.policies,
    issues,
  });
  const policy =
    api.policy === undefined
      ? null
      : readPolicy(
          options,
          api,
          name,
          place.id,
          routes.map((route) => route.authorizer?.ask.kind ?? 'none'),
          problem,
        );
  let accessLog: GatewayApi['accessLog'] = null;
  if (api.accessLog !== undefined) {
    const template = accessLogFormats[api.accessLog as keyof typeof accessLogFormats] ?? api.accessLog;
    const wrong = accessLogProblem(template);
    if (wrong) problem(['accessLog'], 'a format', wrong);
    accessLog = {
      template,
      write: (line) => ports.log('info', line, { log: 'access', api: name, ...(canary ? { canary: true } : {}) }),
    };
  }
  const responses: GatewayResponses = Object.fromEntries(
    Object.entries(api.responses).map(([type, each]) => [
      type,
      { statusCode: each.status, headers: each.headers, templates: each.templates },
    ]),
  );
  return {
    name,
    kind: api.kind,
    place,
    basePath: api.basePath === undefined ? null : api.basePath.replace(/^\//, ''),
    customDomain: api.customDomain ?? api.basePath !== undefined,
    variables: Object.keys(api.variables).length > 0 ? api.variables : null,
    binaryMediaTypes: api.binaryMediaTypes,
    cors,
    responses,
    keySource: api.keySource,
    canary: api.canary ? canary !== null : null,
    cacheSpace: canary && !canary.useStageCache ? `${place.deploymentId} canary` : place.deploymentId,
    policy,
    throttle: api.throttle ?? null,
    accountThrottle: document.account.throttle,
    behindProxy: api.behindProxy,
    mutualTls: api.mutualTls,
    positive: api.positive,
    resources,
    routes,
    accessLog,
  };
}

function readAuthorizers(options: ApisOptions, name: string, api: GatewayApiDocument): ReadonlyMap<string, Authorizer> {
  const { ports, issues, registry, functions } = options;
  const found = new Map<string, Authorizer>();
  for (const [own, slot] of Object.entries(api.authorizers)) {
    const path = ['apis', name, 'authorizers', own];
    const read = readSlot('authorizer', slot, registry.authorizers, path, issues);
    if (!read) continue;
    const parts: AuthorizerParts = {
      name: own,
      api: api.kind,
      arnPrefix: `arn:aws:execute-api:${api.region}:${api.account}:${api.id ?? idOf(name)}/`,
      account: api.account,
      clock: ports.clock,
      digest: ports.digest,
      fetchJson: ports.fetchJson,
      secret: (name) => ports.secret(name),
      openFunction: functions.open,
      warn: (says, facts) => ports.log('warn', says, facts),
    };
    try {
      found.set(own, read.definition.open(read.options, parts));
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
  return found;
}

type Problem = (at: readonly PropertyKey[], wanted: string, found: string, hint?: string | null) => void;

function readPolicy(
  options: ApisOptions,
  api: GatewayApiDocument,
  name: string,
  id: string,
  kinds: readonly string[],
  problem: Problem,
): Policy | null {
  let document: unknown = api.policy;
  const file = (document as { file?: unknown }).file;
  if (typeof file === 'string') {
    try {
      document = JSON.parse(options.ports.readFile(file));
    } catch (thrown) {
      problem(['policy', 'file'], 'a JSON file that can be read', (thrown as Error).message);
      return null;
    }
  }
  const { policy, problems } = compilePolicy(document, {
    principals: 'wanted',
    arnPrefix: `arn:aws:execute-api:${api.region}:${api.account}:${id}/`,
  });
  for (const { path, says } of problems) problem(['policy', path], 'a policy that API Gateway takes', says);
  const about = {
    authorizers: kinds.map((kind) => (kind === 'cognito' ? 'jwt' : kind) as 'none' | 'lambda' | 'iam' | 'jwt'),
    behindProxy: api.behindProxy,
    length: JSON.stringify(document).length,
  };
  for (const finding of lintPolicy(policy, about)) {
    if (finding.code === 'too-long') problem(['policy'], 'at most 8192 characters', finding.says);
    else
      options.ports.log('warn', `policy of API ${name}: ${finding.says}`, {
        code: finding.code,
        statement: finding.sid ?? finding.at,
      });
  }
  return policy;
}

/** Which libraries the APIs of a document cannot do without. */
export function enginesFor(document: Document): { readonly schemas: boolean; readonly templates: boolean } {
  const routes = Object.values(document.apis).flatMap((api) => [
    ...Object.values(api.routes),
    ...Object.values(api.canary?.routes ?? {}),
  ]);
  return {
    schemas:
      routes.some((route) => route.validate !== undefined && Object.keys(route.validate.body).length > 0) ||
      [...routes, ...Object.values(document.routes)].some(({ to }) => typeof to !== 'string' && hasModels(to)),
    templates: routes.some((route) => route.transform !== undefined),
  };
}

/** A WebSocket API whose routes have models. Its options are not read yet, so they may be of any form. */
function hasModels(to: { readonly use: string; readonly with?: unknown }): boolean {
  if (to.use !== 'websocket') return false;
  const { routes } = (to.with ?? {}) as { readonly routes?: unknown };
  if (typeof routes !== 'object' || routes === null) return false;
  return Object.values(routes).some((route) => typeof route === 'object' && route !== null && 'model' in route);
}
