import type { Behaviour } from '../../config/behaviours.ts';
import type { Document } from '../../config/document.ts';
import { edge as edgePage } from '../../config/edge.ts';
import { nativeAcl, type NativeAcl } from '../../lab/native.ts';
import { plan as planRules } from '../../lab/plan.ts';
import { registry } from '../../pipeline/registry.ts';
import { cacheShape, type CacheShape } from './cache-policy.ts';
import { restOfCache } from './cache-rest.ts';
import { momentsOf, type CodeShape, type Moments } from './code.ts';
import { errorShapes, type ErrorShape } from './error-pages.ts';
import { guardOf, type Guard } from './guard.ts';
import { licenceShape, type LicenceShape } from './licences.ts';
import { ordered } from './order.ts';
import { originChoice, type OneOrigin, type OriginChoice } from './origins.ts';
import { originShape, type OriginShape } from './origin-policy.ts';
import { inPage, type Page } from './page.ts';
import { headersShape, type HeadersShape } from './response-headers.ts';
import { inClear } from './in-clear.ts';
import { Said } from './said.ts';
import { keysShape, type KeysShape } from './signed.ts';
import { storesFit } from './stores.ts';

/** One behaviour as CloudFront has it. */
export interface BehaviourShape {
  readonly path: string;
  readonly viewerProtocol: Behaviour['viewerProtocol'];
  readonly methods: Behaviour['methods'];
  /** Are answers to OPTIONS kept as well? */
  readonly keepsOptions: boolean;
  readonly compress: boolean;
  readonly cache: CacheShape | null;
  readonly originRequest: OriginShape | null;
  readonly headers: HeadersShape | null;
  readonly keys: KeysShape | null;
  readonly origin: OriginChoice;
  readonly moments: Moments;
}

/** A document's edge as a distribution: plain data, checked whole before anything is made. */
export interface EdgePlan {
  readonly first: readonly BehaviourShape[];
  /** The distribution's default; null: every other path is refused, as the document says nothing of it. */
  readonly last: BehaviourShape | null;
  readonly guard: Guard;
  /** The part of the rules that AWS WAF can run; null: no web ACL was asked for. */
  readonly native: NativeAcl | null;
  readonly licence: LicenceShape | null;
  readonly stores: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly errors: readonly ErrorShape[];
  readonly root: string | null;
  readonly geo: { readonly kind: 'allow' | 'block'; readonly countries: readonly string[] } | null;
  readonly tagHeader: string | null;
  /** Said, and harmless. */
  readonly differences: readonly string[];
}

export interface EdgeGiven {
  readonly webAcl: boolean;
  readonly modules: boolean;
  readonly readFile: (file: string) => string;
}

/** Parts of a distribution, and of an account, that CloudFront bounds. */
const most = { origins: 25, groups: 10, policies: 20, functions: 100 } as const;

/** Reads a document's edge; throws with every place that CloudFront cannot carry, and what to write instead. */
export function edgePlan(document: Document, given: EdgeGiven): EdgePlan {
  const said = new Said();
  const { edge } = document;
  if (!edge) throw new Error('the document has no `edge`');
  const known = registry();
  const { first, last } = ordered(edge, said);
  const licence = licenceShape(edge, said);
  const pages = edge.behaviours.map((behaviour, at): Page => {
    const name = behaviour.origin;
    const origin = name === undefined ? undefined : document.origins[edge.originGroups[name]?.origins[0] ?? name];
    return {
      at,
      behaviour,
      host: origin?.host ?? 'origin',
      sentKeys: behaviour.licences && licence?.forward ? licence.places : [],
    };
  });
  const caches = pages.map((page) => cacheShape(page, said));
  const open = pages.filter(({ at, behaviour }) => behaviour.origin !== undefined || caches[at]).map(({ at }) => at);
  const guard = guardOf(document, planRules(document, known, 'cloudfront'), { ...given, open }, said);
  const shapes = pages.map((page): BehaviourShape => {
    const { behaviour, at } = page;
    const cache = caches[at] ?? null;
    restOfCache(page, cache !== null, said);
    const guarded = guard === 'lambda' && open.includes(at);
    return {
      path: behaviour.path,
      viewerProtocol: behaviour.viewerProtocol,
      methods: behaviour.methods,
      keepsOptions: cache !== null && behaviour.cache?.options === true && behaviour.methods !== 'read',
      compress: behaviour.compress,
      cache,
      originRequest: originShape(page, cache, said),
      headers: headersShape(page, said),
      keys: keysShape(page, given.readFile, said),
      origin: originChoice(page, document, said),
      moments: momentsOf(page, { document, known, ...given, licence, guarded }, said),
    };
  });
  const plan: Omit<EdgePlan, 'differences'> = {
    first: first.map((at) => shapes[at] as BehaviourShape),
    last: last < 0 ? null : (shapes[last] as BehaviourShape),
    guard,
    native: given.webAcl ? nativeAcl(document, known.rules) : null,
    licence,
    stores: edge.keyValueStores,
    errors: errorShapes(edge, pages, said),
    root: edge.defaultRoot ?? null,
    geo: geoOf(edge, said),
    tagHeader: tagHeaderOf(pages, said),
  };
  storesFit(edge, licence, said);
  for (const page of pages) inClear(page, document, said);
  withinLimits(shapes, said);
  restOfEdge(document, shapes, said);
  if (said.errors.length > 0)
    throw new Error(`the document’s edge cannot become a CloudFront distribution:\n${said.errors.join('\n')}`);
  return { ...plan, differences: said.differences };
}

/** Every function of a plan; the refusal of other paths is not among them. */
export const codesOf = (behaviours: readonly BehaviourShape[]): CodeShape[] =>
  behaviours.flatMap(({ moments }) => Object.values(moments));

/** Lambda@Edge stands in us-east-1, and copies itself from there. */
export const needsLambda = ({ first, last }: EdgePlan): boolean =>
  codesOf(last ? [...first, last] : first).some(({ kind }) => kind !== 'script');

function geoOf({ geo }: NonNullable<Document['edge']>, said: Said): EdgePlan['geo'] {
  if (!geo) return null;
  if (geo.unknown === 'block')
    said.wrong(
      ['edge', 'geo', 'unknown'],
      'CloudFront lets in whoever is in no country: leave it out, or ask for `webAcl` and a rule about countries',
    );
  const countries = geo.allow ?? geo.block ?? [];
  if (geo.allow?.length === 0) said.wrong(['edge', 'geo', 'allow'], 'nobody would get in: name a country');
  if (countries.length === 0) return null;
  return { kind: geo.allow ? 'allow' : 'block', countries };
}

function tagHeaderOf(pages: readonly Page[], said: Said): string | null {
  let found: string | null = null;
  for (const page of pages) {
    const own = page.behaviour.cache?.tagHeader;
    if (own === undefined) continue;
    if (found !== null && found.toLowerCase() !== own.toLowerCase())
      said.wrong(
        inPage(page, 'cache', 'tagHeader'),
        `a distribution reads tags from one field, and another behaviour says ${found}: write the same in both`,
      );
    found ??= own;
  }
  return found;
}

function withinLimits(shapes: readonly BehaviourShape[], said: Said): void {
  const distinct = (values: readonly unknown[]): number =>
    new Set(values.filter((value) => value !== null).map((value) => JSON.stringify(value))).size;
  const own = <Shape extends { readonly id: string | null }>(shape: Shape | null): Shape | null =>
    shape?.id === null ? shape : null;
  const bound = (count: number, limit: number, what: string): void => {
    if (count > limit)
      said.wrong(['edge', 'behaviours'], `${count} ${what}, and CloudFront has ${limit}: make more of them alike`);
  };
  const singles: OneOrigin[] = shapes.flatMap(({ origin }) =>
    origin.kind === 'one' ? [origin.origin] : origin.kind === 'group' ? [origin.primary, origin.secondary] : [],
  );
  bound(distinct(singles), most.origins, 'different origins (of a name, an `originPath` and `attempts`)');
  bound(distinct(shapes.map(({ origin }) => (origin.kind === 'group' ? origin : null))), most.groups, 'origin groups');
  bound(distinct(shapes.map(({ cache }) => own(cache))), most.policies, 'different cache policies in an account');
  bound(
    distinct(shapes.map(({ originRequest }) => own(originRequest))),
    most.policies,
    'different origin request policies in an account',
  );
  bound(
    distinct(shapes.map(({ headers }) => headers)),
    most.policies,
    'different response headers policies in an account',
  );
  for (const kind of ['script', 'lambda', 'typed'] as const)
    bound(
      distinct(codesOf(shapes).filter((code) => code.kind === kind)),
      most.functions,
      `different functions (${kind})`,
    );
}

/** Of a document that says nothing about its edge. */
const left = edgePage.parse({ behaviours: [{}] });

function restOfEdge(document: Document, shapes: readonly BehaviourShape[], said: Said): void {
  const { edge } = document;
  if (JSON.stringify(edge?.objects) !== JSON.stringify(left.objects))
    said.differs(['edge', 'objects'], 'CloudFront keeps objects where it likes, and has room for them');
  if (JSON.stringify(edge?.distribution) !== JSON.stringify(left.distribution))
    said.differs(['edge', 'distribution'], 'the distribution has an id, a domain and places of its own');
  if (Object.keys(document.routes).length > 0 && shapes.every(({ origin }) => origin.kind !== 'line'))
    said.differs(['routes'], 'no behaviour leaves `origin` out, so no request comes to the routes');
}
