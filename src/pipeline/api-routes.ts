import type { ApiRouteDocument } from '../config/api-routes.ts';
import type { GatewayApiDocument } from '../config/apis.ts';
import { Fault } from '../base/fault.ts';
import { pathText, shown, type Issue } from '../config/issues.ts';
import { ms, size } from '../config/words.ts';
import type { Document } from '../config/document.ts';
import type { ApiRoute, Resource } from '../gateway/api.ts';
import type { Authorizer } from '../gateway/authorizer.ts';
import type { PolicyDefinition, PolicyStep } from '../gateway/policy.ts';
import { parseRouteKey, Router } from '../gateway/router.ts';
import { validator, type Validator } from '../gateway/validate.ts';
import { readStageCache } from './api-caches.ts';
import { readMappings, type RouteProblem } from './api-mapping.ts';
import { readSpending } from './api-plans.ts';
import { readSlot } from './slots.ts';

export interface RoutesOptions {
  readonly document: Document;
  readonly name: string;
  readonly api: GatewayApiDocument;
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  readonly policies: ReadonlyMap<string, PolicyDefinition>;
  readonly issues: Issue[];
}

/** A short, stable id such as AWS gives its resources. */
export function resourceId(text: string): string {
  let hash = 2_166_136_261;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) as number), 16_777_619) >>> 0;
  return hash.toString(36).padStart(6, '0').slice(-6);
}

/** The routes of one API and the router over them: resources with methods on REST, single routes on HTTP. */
export function readApiRoutes(options: RoutesOptions): {
  readonly routes: readonly ApiRoute[];
  readonly resources: Router<Resource>;
} {
  const { api, name, issues } = options;
  const resources = new Router<Resource>();
  const byTemplate = new Map<string, Map<string, ApiRoute>>();
  const routes: ApiRoute[] = [];
  for (const [key, given] of Object.entries(api.routes)) {
    const path = ['apis', name, 'routes', key];
    const parsed = parseRouteKey(key);
    const wrong =
      typeof parsed === 'string'
        ? parsed
        : api.kind === 'rest' && key === '$default'
          ? 'REST APIs have no $default route'
          : null;
    if (wrong !== null || typeof parsed === 'string') {
      issues.push({ path: pathText(path), wanted: 'a route', found: shown(key), hint: wrong });
      continue;
    }
    const route = readRoute(options, key, given, path);
    routes.push(route);
    if (parsed.segments === null) continue;
    try {
      if (api.kind === 'rest') {
        const there = byTemplate.get(route.resource);
        if (there) there.set(key.slice(0, key.indexOf(' ')), route);
        else {
          const methods = new Map([[key.slice(0, key.indexOf(' ')), route]]);
          byTemplate.set(route.resource, methods);
          resources.add(
            { method: null, segments: parsed.segments },
            { template: route.resource, id: route.resourceId, methods },
          );
        }
      } else
        resources.add(parsed, { template: route.resource, id: route.resourceId, methods: new Map([[key, route]]) });
    } catch (thrown) {
      issues.push({
        path: pathText(path),
        wanted: 'routes that differ',
        found: shown(key),
        hint: (thrown as Error).message,
      });
    }
  }
  return { routes, resources };
}

function readRoute(
  options: RoutesOptions,
  key: string,
  given: ApiRouteDocument,
  path: readonly PropertyKey[],
): ApiRoute {
  const { document, api, name, authorizers, issues } = options;
  const problem: RouteProblem = (at, wanted, found, hint = null) =>
    void issues.push({ path: pathText([...path, ...at]), wanted, found, hint });
  const resource = key === '$default' ? '$default' : key.slice(key.indexOf(' ') + 1);
  const to = typeof given.to === 'string' ? given.to : given.to.use;
  const isFunction = to.startsWith('function');

  let authorizer: ApiRoute['authorizer'] = null;
  if (given.authorizer !== 'none') {
    const found = authorizers.get(given.authorizer);
    if (found) authorizer = { name: given.authorizer, ask: found };
    else if (!api.authorizers[given.authorizer])
      problem(
        ['authorizer'],
        'the name of an authorizer of this API',
        shown(given.authorizer),
        `known: ${['none', ...Object.keys(api.authorizers)].join(', ')}`,
      );
  }
  return {
    key,
    resource,
    resourceId: resourceId(resource),
    to,
    authorizer,
    scopes: given.scopes,
    keyRequired: given.key === 'required',
    throttle: given.throttle ?? null,
    validator: readValidator(options, given, problem),
    ...readMappings(api.kind, given, resource, problem),
    ...readStageCache(api, key, given, problem),
    policies: readPolicies(options, given, path),
    operation: given.operation ?? null,
    shareable: given.shareable,
    bodyBytes: Math.min(size(given.bodyBytes), 10 * 1024 * 1024),
    timeoutMs: given.timeout === undefined ? ms(api.timeout) : Math.min(ms(given.timeout), ms(api.timeout)),
    budget: readSpending(document, name, key, isFunction, issues),
    describes: given.describes
      ? { query: new Set(given.describes.query), content: given.describes.content.map((type) => type.toLowerCase()) }
      : null,
  };
}

function readValidator(options: RoutesOptions, given: ApiRouteDocument, problem: RouteProblem): Validator | null {
  if (!given.validate) return null;
  const { header, path, query, body } = given.validate;
  const models: Record<string, unknown> = {};
  for (const [type, model] of Object.entries(body)) {
    if (typeof model !== 'string') models[type] = model;
    else if (Object.hasOwn(options.api.models, model)) models[type] = options.api.models[model];
    else
      problem(
        ['validate', 'body', type],
        'the name of a model, or a JSON Schema',
        shown(model),
        `known: ${Object.keys(options.api.models).join(', ') || 'none'}`,
      );
  }
  const made = validator({ required: { header, path, querystring: query }, models });
  if (typeof made !== 'string') return made;
  problem(['validate', 'body'], 'JSON Schemas', made);
  return null;
}

function readPolicies(
  { policies, issues }: RoutesOptions,
  given: ApiRouteDocument,
  path: readonly PropertyKey[],
): readonly PolicyStep[] {
  return given.policies.flatMap((use, at) => {
    const where = [...path, 'policies', at];
    const slot = readSlot('policy', use, policies, where, issues);
    if (!slot) return [];
    try {
      return [slot.definition.open(slot.options)];
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.source !== 'config') throw thrown;
      issues.push({
        path: pathText([...where, 'with']),
        wanted: 'options that go together',
        found: thrown.message,
        hint: null,
      });
      return [];
    }
  });
}
