import type { ApiRouteDocument } from '../../config/api-routes.ts';
import type { GatewayApiDocument } from '../../config/apis.ts';
import type { Document } from '../../config/document.ts';
import { pathText } from '../../config/issues.ts';
import { ms } from '../../config/words.ts';
import { text } from '../../openapi/importing.ts';

/** API Gateway's own limits, held at synth: what is over one of them would fail in the middle of a deployment. */

const most = {
  routes: 300,
  variables: 100,
  authorizers: 10,
  audiences: 50,
  scopes: 10,
  accessLog: 3072,
  template: 300 * 1024,
  authorizerSeconds: { rest: 29, http: 10 },
} as const;
/** How long API Gateway waits for a route's integration, in milliseconds: what the route, its API and its origin say at most. */
export function patienceOf(document: Document, api: GatewayApiDocument, route: ApiRouteDocument): number {
  const timeouts = typeof route.to === 'string' ? document.origins[route.to]?.timeouts : undefined;
  const all = [route.timeout ?? api.timeout, api.timeout, timeouts?.total, timeouts?.firstByte];
  return Math.max(patience.least, Math.min(...all.flatMap((text) => (text === undefined ? [] : [ms(text)]))));
}

/** Milliseconds that an integration may take, and may not be given less than. */
const patience = { least: 50, most: { rest: 29_000, http: 30_000 } } as const;
const verbs: ReadonlySet<string> = new Set(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

export function limitErrors(name: string, api: GatewayApiDocument): string[] {
  const errors: string[] = [];
  const at = (...path: readonly PropertyKey[]): string => pathText(['apis', name, ...path]);
  const count = (place: string, found: number, limit: number, instead: string): void => {
    if (found > limit) errors.push(`${place}: ${found}, and API Gateway takes ${limit}: ${instead}`);
  };
  count(at('routes'), Object.keys(api.routes).length, most.routes, 'gather some under {proxy+}, or make two APIs');
  count(at('variables'), Object.keys(api.variables).length, most.variables, 'put some into one');
  count(at('authorizers'), Object.keys(api.authorizers).length, most.authorizers, 'let one judge for several routes');
  const template = api.accessLog ?? '';
  count(at('accessLog'), template.length, most.accessLog, 'log fewer variables');
  for (const [own, { use, with: options }] of Object.entries(api.authorizers)) {
    const place = at('authorizers', own, 'with');
    const audience = options['audience'];
    if (use === 'jwt' && Array.isArray(audience))
      count(`${place}.audience`, audience.length, most.audiences, 'take fewer');
    if (use === 'jwt' && api.kind === 'http' && !text(options['issuer']).startsWith('https://'))
      errors.push(
        `${place}.issuer: ${text(options['issuer'])}: API Gateway asks issuers by https only: write its https address`,
      );
    const timeout = options['timeout'];
    const limit = most.authorizerSeconds[api.kind];
    if (use === 'lambda' && typeof timeout === 'string' && ms(timeout) > limit * 1000)
      errors.push(`${place}.timeout: ${timeout}: API Gateway waits ${limit}s for an authorizer: write at most that`);
  }
  for (const [key, route] of Object.entries(api.routes)) errors.push(...routeErrors(name, api, key, route));
  return errors;
}

function routeErrors(name: string, api: GatewayApiDocument, key: string, route: ApiRouteDocument): string[] {
  const errors: string[] = [];
  const at = (...path: readonly PropertyKey[]): string => pathText(['apis', name, 'routes', key, ...path]);
  if (key === '$default') {
    if (api.kind === 'rest')
      errors.push(`${at()}: REST APIs have no $default route: write "ANY /{proxy+}" and "ANY /"`);
  } else {
    const [verb = '', path = ''] = key.split(' ', 2);
    if (!verbs.has(verb)) errors.push(`${at()}: API Gateway knows no ${verb}: write one of ${[...verbs].join(', ')}`);
    const strange = path.split('/').find((part) => part !== '' && !/^(?:[\w\-.,:]+|\{[\w\-.]+\+?\})$/.test(part));
    if (strange !== undefined)
      errors.push(
        `${at()}: "${strange}" is no part of a path at API Gateway: letters, digits and _ - . , : or one whole {name}`,
      );
  }
  const wanted = ms(route.timeout ?? api.timeout);
  const limit = patience.most[api.kind];
  if (wanted > limit || wanted < patience.least) {
    const place = route.timeout === undefined ? pathText(['apis', name, 'timeout']) : at('timeout');
    const more =
      wanted > limit
        ? 'write that, and let what takes longer be fetched later (WebhookForwarder queues it)'
        : 'write that';
    errors.push(`${place}: ${wanted} ms: API Gateway waits ${patience.least} to ${limit} ms: ${more}`);
  }
  if (route.scopes.length > most.scopes)
    errors.push(`${at('scopes')}: ${route.scopes.length}, and API Gateway takes ${most.scopes}: name fewer`);
  const texts = [
    ...Object.entries(route.transform?.templates ?? {}),
    ...(route.transform?.responses ?? []).flatMap(({ templates }) => Object.entries(templates)),
  ];
  for (const [type, text] of texts)
    if (text.length > most.template)
      errors.push(
        `${at('transform')}: the template of ${type} has ${text.length} bytes, and API Gateway takes ${most.template}: let a function do it`,
      );
  return errors;
}
