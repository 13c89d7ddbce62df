import { cache } from '../cache/stage.ts';
import { access } from '../edge/access.ts';
import { behave, behaviourOf } from '../edge/behaviour.ts';
import { compress } from '../edge/compress.ts';
import { forwardLicence, licences } from '../edge/licences.ts';
import { marks } from '../edge/marks.ts';
import { originMoments, viewerMoments } from '../edge/moments.ts';
import { originRequest } from '../edge/origin-request.ts';
import { origins } from '../edge/origins.ts';
import { present } from '../edge/present.ts';
import { defaultRoot } from '../edge/root.ts';
import { viewerFields } from '../edge/viewer-fields.ts';
import { compose } from '../flow/compose.ts';
import { recover } from '../flow/recover.ts';
import type { Handle, Stage } from '../flow/stage.ts';
import { answers } from '../gateway/answers.ts';
import { apiAnswers } from '../gateway/api-answers.ts';
import { call } from '../gateway/api-call.ts';
import { apiRoute } from '../gateway/api-route.ts';
import type { GatewayApi } from '../gateway/api.ts';
import { applyPolicies } from '../gateway/apply-policies.ts';
import { authorize } from '../gateway/authorize.ts';
import { preflight } from '../gateway/cors-stage.ts';
import { key } from '../gateway/key.ts';
import { mapping } from '../gateway/mapping-stage.ts';
import { plan, type PlanOptions } from '../gateway/plan.ts';
import { resourcePolicy } from '../gateway/policy-stage.ts';
import { once } from '../gateway/once.ts';
import { route } from '../gateway/route.ts';
import type { SpendBook } from '../gateway/spend-book.ts';
import { spend } from '../gateway/spend.ts';
import type { Budget } from '../gateway/budget.ts';
import { stageCache } from '../gateway/stage-cache.ts';
import { stageThrottle, type MeteringOptions } from '../gateway/stage-throttle.ts';
import { throttle, throttleKey } from '../gateway/throttle.ts';
import { validate } from '../gateway/validate-stage.ts';
import { nodeCompressor } from '../net/compressor.ts';
import { rules } from '../rules/stage.ts';
import { waf, type WafStageOptions } from '../waf/stage.ts';
import { admit, type AdmitOptions } from './admit.ts';
import type { ApiCaches } from './api-caches.ts';
import type { EdgeParts } from './edge.ts';
import { finish } from './finish.ts';
import type { Parts } from './parts.ts';
import { tenant, tenantByKey } from './tenants.ts';

/*
 * THE STRAIGHT LINE. Every order in the product is in this file and nowhere else. A request goes down the list and its
 * response comes back up; whoever stops it signs for it. The order follows what AWS does: firewall before routing,
 * throttles before anybody is asked who he is, the key after them.
 */

/** Around everything, whatever the door. */
export const frame = (p: Parts): readonly Stage[] => [
  finish(p.finish), // outermost: closes the record, whatever happened
  answers(), // on the way out: gives a bare refusal its form
  recover(p.onFault), // the only catch: a fault becomes an answer
  admit(p.admit), // is this a request at all?
];

/** The firewall: whose request, and is it fit to be looked at. */
export const guardLine = (p: Parts): readonly Stage[] => [
  ...(p.tenants ? [tenant(p.tenants)] : []),
  ...(p.waf ? [waf(p.waf)] : []),
  rules(p.rules),
];

/** The edge: may it come in this way, and do we know the answer already? */
export const edgeLine = (e: EdgeParts, p: Parts): readonly Stage[] => [
  behave(e.paths), // by path, once
  ...(e.marks ? [marks(e.marks)] : []), // on the way out: by which an answer is found again
  present(e.present), // on the way out: error pages, response headers
  recover(p.onFault), // so that a broken origin gets its page too
  access(e.access), // protocol, method, country, signature
  ...(e.licences ? [licences(e.licences)] : []), // before any look at the cache: a hit is for licensed callers too
  ...(e.viewerSides ? [viewerMoments(e.viewerSides)] : []),
  ...(e.defaultRoot === null ? [] : [defaultRoot(e.defaultRoot)]),
  ...(e.viewerFields ? [viewerFields(e.viewerFields, e.geography)] : []), // may be part of the key
  cache(e.room, (exchange) => e.cache[behaviourOf(exchange)] ?? null),
  ...(e.compress ? [compress(e.compress, nodeCompressor)] : []), // what is stored
  originRequest(e.originRequest), // what the origin is told
  ...(e.licences && e.forwardLicence ? [forwardLicence()] : []),
  ...(e.origins ? [origins(e.origins)] : []), // which one, and the other where it fails
  ...(e.originSides ? [originMoments(e.originSides)] : []),
  ...(e.forward ? [e.forward] : []),
];

/** The gateway: where, how often, by whom. */
export const gatewayLine = (p: Parts): readonly Stage[] => [
  route(p.router),
  throttle(p.throttles),
  key(p.keys),
  ...(p.tenantsByKey ? [tenantByKey(p.tenantsByKey), rules(p.tenantRules, 'rules.tenant')] : []),
  throttleKey(p.throttles),
  once(p.once),
];

export const stages = (p: Parts): readonly Stage[] => [
  ...frame(p),
  ...guardLine(p),
  ...(p.edge ? edgeLine(p.edge, p) : []),
  ...gatewayLine(p),
];

/** The whole line, ending where somebody answers. */
export const pipeline = (line: readonly Stage[], end: Handle): Handle => compose(line, end);

/** What one API's line is made from, beside the parts that all lines share. */
export interface ApiParts {
  readonly api: GatewayApi;
  /** Do the document's rules look at this API? */
  readonly rules: boolean;
  /** The firewall as this API has it; null for none. */
  readonly waf: WafStageOptions | null;
  readonly admit: AdmitOptions;
  readonly metering: MeteringOptions;
  readonly plan: PlanOptions;
  readonly budgets: ReadonlyMap<string, Budget>;
  readonly book: SpendBook;
  readonly caches: ApiCaches;
}

const apiFrame = (p: Parts, a: ApiParts): readonly Stage[] => [
  finish(p.finish),
  apiAnswers(a.api), // on the way out: gives what the gateway says the form of its kind of API
  recover(p.onFault),
  admit(a.admit),
  call(a.api), // which stage, under which id
];

const firewall = (p: Parts, a: ApiParts): readonly Stage[] => [
  ...(p.tenants ? [tenant(p.tenants)] : []),
  ...(a.waf ? [waf(a.waf)] : []),
  ...(a.rules ? [rules(p.rules)] : []),
];

/** What depends on who asks is never kept: the route notes it in a fact that both caches heed. */
const apiCache = ({ api, caches }: ApiParts): readonly Stage[] => [
  ...(caches.stage && api.routes.some((each) => each.stageCache) ? [stageCache(api, caches.stage)] : []),
  ...(caches.edge ? [cache(caches.edge.room, () => caches.edge?.policy ?? null)] : []),
];

/** A REST API: which method, how often, who, whose key, what shape. */
export const restLine = (p: Parts, a: ApiParts): readonly Stage[] => [
  ...apiFrame(p, a),
  ...firewall(p, a),
  apiRoute(a.api),
  stageThrottle(a.api, a.metering), // before the authorizer: a flood must not call it
  resourcePolicy(a.api),
  authorize(a.api),
  plan(a.api, a.plan), // after the authorizer, since the key may come from it
  spend(a.budgets, a.book, a.metering, p.clock),
  validate(a.api),
  applyPolicies(),
  ...apiCache(a), // after everybody was asked who may ask, before the integration
  mapping(a.api),
];

/** An HTTP API: preflights first, no resource policy; keys, plans and validation are more than AWS has there. */
export const httpLine = (p: Parts, a: ApiParts): readonly Stage[] => [
  ...apiFrame(p, a),
  ...firewall(p, a),
  preflight(a.api),
  apiRoute(a.api),
  stageThrottle(a.api, a.metering),
  authorize(a.api),
  plan(a.api, a.plan),
  spend(a.budgets, a.book, a.metering, p.clock),
  validate(a.api),
  applyPolicies(),
  ...apiCache(a),
  mapping(a.api),
];
