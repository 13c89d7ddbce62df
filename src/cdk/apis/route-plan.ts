import type { ApiRouteDocument } from '../../config/api-routes.ts';
import type { GatewayApiDocument } from '../../config/apis.ts';
import type { Document } from '../../config/document.ts';
import { pathText } from '../../config/issues.ts';
import { size } from '../../config/words.ts';
import { isLoopback, isPrivate, loopbackError } from '../private-host.ts';
import { functionWords } from './function-words.ts';
import type { RuleNeeds } from './needs.ts';

/** Who answers a route, and where its rules stand. */
export interface RoutePlan {
  readonly key: string;
  readonly given: ApiRouteDocument;
  /** `origin`, `function` and `mock` are API Gateway's own integrations; the other two are functions with the line. */
  readonly ends: 'origin' | 'function' | 'mock' | 'line' | 'forwarder';
  readonly rules: 'none' | 'authorizer' | 'function' | 'line';
  /** Does the line ask who this is? Otherwise API Gateway does, where anybody does. */
  readonly authorizedByLine: boolean;
  /** Why it is not API Gateway alone. */
  readonly why: readonly string[];
}

export interface RouteScope {
  readonly document: Document;
  readonly name: string;
  readonly api: GatewayApiDocument;
  readonly needs: RuleNeeds;
  readonly vpc: boolean;
  readonly errors: string[];
}

/** Most bytes that API Gateway takes, and the default of `bodyBytes`. */
const gatewayBytes = 10 * 1024 * 1024;

export function planRoute(scope: RouteScope, key: string, given: ApiRouteDocument): RoutePlan {
  const { document, name, needs, errors } = scope;
  const at = (...more: readonly PropertyKey[]): string => pathText(['apis', name, 'routes', key, ...more]);
  const line: string[] = [];
  const ends = endsOf(scope, given, line, at);
  const authorizedByLine = authorizerOf(scope, given, line, at);
  featuresOf(scope, given, line, at);
  let rules: RoutePlan['rules'] = needs.any ? 'authorizer' : 'none';
  if (needs.any) {
    const heavy =
      needs.line ??
      needs.body ??
      (given.authorizer !== 'none' && !authorizedByLine
        ? `${at('authorizer')}: API Gateway asks one authorizer, so the rules stand behind it`
        : null);
    if (ends === 'function') {
      if (needs.line !== null)
        errors.push(`${needs.line}, and ${at('to')} is a function: let an origin answer, or leave it out`);
      else if (heavy !== null) {
        rules = 'function';
        const words = functionWords(given);
        if (words?.stream || words?.proxy === false)
          errors.push(
            `${at('to', 'with', words.stream ? 'stream' : 'proxy')}: ${heavy}; the rules would have to stand in this function, and it ${words.stream ? 'streams' : 'is given no whole request'}: leave it out, or take that rule off this API (\`rules: false\`)`,
          );
      }
    } else if (heavy !== null || line.length > 0) {
      if (heavy !== null) line.push(heavy);
      rules = 'line';
    }
  }
  if (ends === 'function')
    for (const reason of line)
      errors.push(
        `${reason}, and the line cannot call the function of ${at('to')}: let an origin answer, or leave it out`,
      );
  const hidden = typeof given.to === 'string' && originsOf(document, given.to).some((each) => isHidden(document, each));
  return {
    key,
    given,
    ends: ends === 'function' || line.length === 0 ? ends : hidden ? 'forwarder' : 'line',
    rules,
    authorizedByLine,
    why: ends === 'function' ? (rules === 'function' ? [needs.body ?? 'one authorizer for each route'] : []) : line,
  };
}

/** Fields that HTTP APIs do not let a mapping touch. */
const reserved =
  /^(?:access-control-.*|apigw-.*|authorization|connection|content-(?:encoding|length|location)|forwarded|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-(?:for|host|proto)|via)$/i;

type At = (...more: readonly PropertyKey[]) => string;

/** The origins that a name means: its own, or those of a pool. */
export const originsOf = (document: Document, to: string): readonly string[] =>
  document.pools[to]?.targets.map((target) => target.origin) ?? [to];

const isHidden = (document: Document, name: string): boolean => {
  const url = document.origins[name]?.url;
  return url !== undefined && isPrivate(new URL(url).hostname);
};

function endsOf(scope: RouteScope, given: ApiRouteDocument, line: string[], at: At): 'origin' | 'function' | 'mock' {
  const { document, api, errors } = scope;
  if (typeof given.to !== 'string') {
    const { use } = given.to;
    if (use === 'function' || use === 'function-rest' || use === 'function-http') {
      if (use === 'function-http' && api.kind === 'rest')
        errors.push(`${at('to', 'use')}: a REST API sends payload 1.0 only: write "function", or make it kind "http"`);
      return 'function';
    }
    if (use === 'mock') {
      if (api.kind === 'http') line.push(`${at('to')}: HTTP APIs have no mock`);
      return 'mock';
    }
    if (use === 'redirect') line.push(`${at('to')}: the line redirects`);
    else
      errors.push(
        use === 'websocket'
          ? `${at('to')}: a WebSocket API is an API of its own: give \`socket: { handler: "file" }\``
          : use === 'files'
            ? `${at('to')}: a function has no files: put them into a bucket, and write it as an origin`
            : `${at('to')}: the integration "${use}" is not in a function's bundle: write an origin or a function`,
      );
    return 'mock';
  }
  const names = originsOf(document, given.to);
  if (document.pools[given.to]) line.push(`${at('to')}: a pool is balanced by the line`);
  for (const name of names) {
    const origin = document.origins[name];
    const place = pathText(['origins', name]);
    if (!origin) {
      errors.push(
        `${at('to')}: there is no origin "${name}": known are ${[...Object.keys(document.origins), ...Object.keys(document.pools)].join(', ') || 'none'}`,
      );
      continue;
    }
    const host = new URL(origin.url).hostname;
    if (isLoopback(host)) errors.push(loopbackError(place, origin.url));
    else if (isPrivate(host)) {
      line.push(`${place}: only a function in the VPC reaches it`);
      if (!scope.vpc)
        errors.push(
          `${place}: ${origin.url} is private: give \`vpc: { vpc, target: { securityGroup, port } }\`, so that the function can reach it and nothing else`,
        );
    }
    const { tls } = origin;
    if (origin.host === 'viewer')
      line.push(`${pathText(['origins', name, 'host'])}: API Gateway sends the origin’s own`);
    if (tls.ca !== undefined || !tls.verify || tls.serverName !== undefined)
      line.push(`${pathText(['origins', name, 'tls'])}: API Gateway trusts public authorities only`);
    if (api.kind === 'http' && Object.keys(origin.headers).some((field) => reserved.test(field)))
      line.push(
        `${pathText(['origins', name, 'headers'])}: an HTTP API lets nobody set ${Object.keys(origin.headers).find((field) => reserved.test(field))}`,
      );
    if (origin.retries > 1) line.push(`${pathText(['origins', name, 'retries'])}: API Gateway asks once`);
    if (origin.responseBytes !== undefined)
      line.push(`${pathText(['origins', name, 'responseBytes'])}: API Gateway lets up to 10 MB through`);
    if (Object.values(origin.headers).some((value) => /\$\{secret:|['$]/.test(value)))
      line.push(`${pathText(['origins', name, 'headers'])}: a secret would stand in the template`);
  }
  return 'origin';
}

/** Authorizers that API Gateway has stay there; true: the line asks. */
function authorizerOf({ api, errors, name }: RouteScope, given: ApiRouteDocument, line: string[], at: At): boolean {
  if (given.authorizer === 'none') return false;
  const authorizer = api.authorizers[given.authorizer];
  if (!authorizer) {
    errors.push(
      `${at('authorizer')}: there is no authorizer "${given.authorizer}": known are ${['none', ...Object.keys(api.authorizers)].join(', ')}`,
    );
    return false;
  }
  const place = pathText(['apis', name, 'authorizers', given.authorizer]);
  const { use, with: options } = authorizer;
  if (use === 'lambda' || use === 'iam') return false;
  if (use === 'jwt' && api.kind === 'http') return false;
  if (use === 'cognito') {
    if (api.kind === 'rest' && options['clients'] === undefined) return false;
    if (api.kind === 'http') {
      errors.push(`${place}: user pools are for REST APIs: write \`jwt\` with the issuer of the pool`);
      return false;
    }
    line.push(`${place}.with.clients: API Gateway takes every client of a pool`);
    return true;
  }
  if (use === 'jwt') {
    line.push(`${place}: REST APIs have no jwt authorizer`);
    return true;
  }
  errors.push(
    `${place}: the authorizer "${use}" is not in a function's bundle: write it as a function, \`{ use: "lambda", with: { file } }\``,
  );
  return false;
}

function featuresOf(
  { api, document, errors, name }: RouteScope,
  given: ApiRouteDocument,
  line: string[],
  at: At,
): void {
  if (given.policies.length > 0) line.push(`${at('policies')}: API Gateway has none`);
  if (api.positive !== 'off')
    line.push(`${pathText(['apis', name, 'positive'])}: API Gateway lets pass what is not described`);
  if (size(given.bodyBytes) < gatewayBytes) line.push(`${at('bodyBytes')}: API Gateway takes 10 MB`);
  if (given.budget !== undefined) {
    line.push(`${at('budget')}: the line counts it`);
    if (api.kind === 'rest' && document.budgets[given.budget]?.per === 'key')
      errors.push(
        `${pathText(['budgets', given.budget, 'per'])}: the keys of a REST API are API Gateway's, so the line does not know them: write "address", or make it kind "http"`,
      );
  }
  if (api.kind === 'rest') return;
  if (given.key === 'required') line.push(`${at('key')}: HTTP APIs have no API keys`);
  if (given.validate) line.push(`${at('validate')}: HTTP APIs validate nothing`);
}
