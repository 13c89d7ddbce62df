import { pathText, shown, type Issue } from '../config/issues.ts';
import type { Document } from '../config/document.ts';
import { ms } from '../config/words.ts';
import { priceOf, type Budget } from '../gateway/budget.ts';
import type { KnownKey } from '../gateway/find-key.ts';
import type { StagePlan } from '../gateway/plan.ts';
import { capped } from '../gateway/stage-throttle.ts';
import type { BucketLimit } from '../ports/buckets.ts';
import type { Ports } from '../ports/ports.ts';

/** AWS's limits on plans. */
const MOST_METHODS = 20;

/** `/orders/{id}/GET` as AWS writes it, or `GET /orders/{id}`, to the key of a route. */
export function methodKey(text: string): string | null {
  if (/^[A-Z]+ \//.test(text) || text === '$default' || text === '$connect') return text;
  const parts = /^(\/.*?)\/?([A-Z]+)$/.exec(text);
  if (!parts) return null;
  const path = parts[1] === '/' ? '/' : (parts[1] as string).replace(/\/$/, '');
  return `${parts[2]} ${path}`;
}

/** Who has which plan at which API. `stage` names an API of the document. */
export function readPlans(document: Document, issues: Issue[]): (api: string) => (key: KnownKey) => StagePlan | null {
  const byApi = new Map<string, Map<string, StagePlan>>();
  const byName = new Map<string, Map<string, StagePlan>>();
  const sockets = socketApis(document);
  for (const [name, plan] of Object.entries(document.plans)) {
    for (const [at, stage] of plan.stages.entries()) {
      const path = ['plans', name, 'stages', at];
      const api = document.apis[stage.api] ?? sockets.get(stage.api);
      if (!api) {
        issues.push({
          path: pathText([...path, 'api']),
          wanted: 'the name of an API',
          found: shown(stage.api),
          hint: `known: ${Object.keys(document.apis).join(', ') || 'none'}`,
        });
        continue;
      }
      const methods = new Map<string, BucketLimit>();
      for (const [text, limit] of Object.entries(stage.throttle)) {
        const key = methodKey(text);
        if (key === null || !api.routes[key]) {
          issues.push({
            path: pathText([...path, 'throttle', text]),
            wanted: `a method of API ${stage.api}`,
            found: shown(text),
            hint: `known: ${Object.keys(api.routes).join(', ')}`,
          });
        } else methods.set(key, capped(limit, document.account.throttle));
      }
      if (methods.size > MOST_METHODS)
        issues.push({
          path: pathText([...path, 'throttle']),
          wanted: `at most ${MOST_METHODS} methods`,
          found: String(methods.size),
          hint: null,
        });
      const all = plan.throttle ? capped(plan.throttle, document.account.throttle) : null;
      const made: StagePlan = { name, quota: plan.quota ?? null, throttle: (routeKey) => methods.get(routeKey) ?? all };
      const named = byName.get(stage.api) ?? new Map<string, StagePlan>();
      byName.set(stage.api, named.set(name, made));
      const keys = byApi.get(stage.api) ?? new Map<string, StagePlan>();
      byApi.set(stage.api, keys);
      for (const [index, key] of plan.keys.entries()) {
        const other = keys.get(key);
        if (other) {
          issues.push({
            path: pathText(['plans', name, 'keys', index]),
            wanted: 'a key that is in one plan of this stage',
            found: shown(key),
            hint: `it is in plan ${other.name} for API ${stage.api} already`,
          });
        } else keys.set(key, made);
      }
    }
  }
  return (api) => {
    const keys = byApi.get(api);
    const named = byName.get(api);
    const imported = (key: KnownKey): StagePlan | undefined =>
      key.plans?.map((plan) => named?.get(plan)).find((plan) => plan !== undefined);
    return (key) => keys?.get(key.id) ?? keys?.get(key.name) ?? imported(key) ?? null;
  };
}

/** Characters of an API key, as API Gateway wants them. */
const LEAST = 20;

/** Keys that stand in the document, by their hash. */
export function readKeys(
  document: Document,
  ports: Pick<Ports, 'digest' | 'secret'>,
  issues: Issue[],
): ReadonlyMap<string, KnownKey> {
  const keys = new Map<string, KnownKey>();
  for (const [name, given] of Object.entries(document.apiKeys)) {
    const path = pathText(['apiKeys', name, 'value']);
    const value = given.value.replaceAll(/\$\{secret:([^}]+)\}/g, (_, secret: string) => {
      const found = ports.secret(secret);
      if (found === null)
        issues.push({
          path,
          wanted: `a secret named ${secret}`,
          found: 'nothing',
          hint: `set the environment variable ${secret}`,
        });
      return found ?? '';
    });
    if (value !== '' && value.length < LEAST)
      issues.push({ path, wanted: `${LEAST} characters or more`, found: `a secret of ${value.length}`, hint: null });
    const hash = ports.digest.sha256(value);
    const there = keys.get(hash);
    if (there)
      issues.push({ path, wanted: 'a key that no other has', found: `the value of ${there.name}`, hint: null });
    else if (given.enabled) keys.set(hash, { id: name, name });
  }
  return keys;
}

/** Budgets by name, ready to be asked. */
export function readBudgets(document: Document): ReadonlyMap<string, Budget> {
  return new Map(
    Object.entries(document.budgets).map(([name, { flush, ...rest }]): [string, Budget] => [
      name,
      { ...rest, name, flushMs: ms(flush) },
    ]),
  );
}

/** What a route spends, from which budget. */
export function readSpending(
  document: Document,
  api: string,
  key: string,
  isFunction: boolean,
  issues: Issue[],
): { readonly name: string; readonly dollars: number } | null {
  const route = document.apis[api]?.routes[key];
  if (route?.budget === undefined) return null;
  const budget = document.budgets[route.budget];
  if (!budget) {
    issues.push({
      path: pathText(['apis', api, 'routes', key, 'budget']),
      wanted: 'the name of a budget',
      found: shown(route.budget),
      hint: `known: ${Object.keys(document.budgets).join(', ') || 'none'}`,
    });
    return null;
  }
  return { name: route.budget, dollars: priceOf(route.price, budget.rates, isFunction) };
}

/** WebSocket APIs that routes end in, by name; of what a plan may throttle they have `$connect`. */
function socketApis(document: Document): ReadonlyMap<string, { readonly routes: Readonly<Record<string, unknown>> }> {
  const ends = [document, ...Object.values(document.apis)].flatMap(({ routes }) => Object.values(routes));
  return new Map(
    ends.flatMap(({ to }) => {
      if (typeof to === 'string' || to.use !== 'websocket') return [];
      return [[String(to.with['api'] ?? 'default'), { routes: { $connect: {} } }] as const];
    }),
  );
}
