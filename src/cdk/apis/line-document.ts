import type { ApiRouteDocument } from '../../config/api-routes.ts';
import type { Document, DocumentInput } from '../../config/document.ts';
import type { ApiPlan } from './plan.ts';
import { originsOf, type RoutePlan } from './route-plan.ts';

/**
 * The document of a function that answers some routes of one API: what API Gateway does in front of it is left out, so
 * that nothing is asked or counted twice. `mapped`: the API is asked at a domain of its own.
 */
export function lineDocument(
  document: Document,
  { name, api }: ApiPlan,
  routes: readonly RoutePlan[],
  mapped: boolean,
): DocumentInput {
  const http = api.kind === 'http';
  const {
    basePath,
    policy: _,
    stageCache: __,
    canary: ___,
    cors: ____,
    accessLog: _____,
    throttle: ______,
    ...rest
  } = api;
  const names = [...new Set(routes.flatMap(({ given }) => (typeof given.to === 'string' ? [given.to] : [])))];
  const origins = new Set(names.flatMap((to) => originsOf(document, to)));
  const authorizers = new Set(routes.flatMap((route) => (route.authorizedByLine ? [route.given.authorizer] : [])));
  const asked = http && routes.some(({ given }) => given.key === 'required');
  const budgets = new Set(routes.map(({ given }) => given.budget));
  // An API that the rules do not stand before reads no map, and has no right to.
  const { modules: ______1, from, ...rules } = document.rules;
  return {
    name: document.name,
    api: document.api,
    ...(document.tenants && { tenants: document.tenants }),
    ...(document.waf && { waf: document.waf }),
    rules: { ...rules, ...(from && api.rules && { from }) },
    keys: document.keys,
    metering: document.metering,
    account: document.account,
    answers: document.answers,
    pools: picked(document.pools, (pool) => names.includes(pool)),
    origins: picked(document.origins, (origin) => origins.has(origin)),
    budgets: picked(document.budgets, (budget) => budgets.has(budget)),
    ...(asked && {
      apiKeys: document.apiKeys,
      plans: Object.fromEntries(
        Object.entries(document.plans)
          .map(
            ([plan, given]) =>
              [plan, { ...given, stages: given.stages.filter((stage) => stage.api === name) }] as const,
          )
          .filter(([, given]) => given.stages.length > 0),
      ),
    }),
    apis: {
      [name]: {
        ...rest,
        ...(mapped && basePath !== undefined && { basePath }),
        // REST events tell no stage in their path, and nobody else asks this function.
        ...((!http || mapped) && { customDomain: true }),
        hosts: [],
        mutualTls: false,
        responses: {},
        authorizers: picked(api.authorizers, (own) => authorizers.has(own)),
        routes: Object.fromEntries(routes.map((route) => [route.key, inLine(route, http)])),
      },
    },
  };
}

/** A route without what API Gateway has done when the line sees the request. */
function inLine({ given, authorizedByLine }: RoutePlan, http: boolean): ApiRouteDocument {
  const { throttle: _, stageCache: __, validate, authorizer, scopes, key, ...rest } = given;
  return {
    ...rest,
    authorizer: authorizedByLine ? authorizer : 'none',
    scopes: authorizedByLine ? scopes : [],
    key: http ? key : 'none',
    ...(http && validate && { validate }),
  };
}

/** Those members whose names are wanted. */
export const picked = <Value>(
  all: Readonly<Record<string, Value>>,
  wanted: (name: string) => boolean,
): Record<string, Value> => Object.fromEntries(Object.entries(all).filter(([name]) => wanted(name)));
