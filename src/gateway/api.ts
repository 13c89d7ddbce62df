import type { ApiPlace } from '../events/parts.ts';
import { defineSlot } from '../flow/facts.ts';
import type { BucketLimit } from '../ports/buckets.ts';
import type { Authorizer } from './authorizer.ts';
import type { CorsRules } from './cors.ts';
import type { GatewayResponses } from './gateway-responses.ts';
import type { RequestMapping, ResponseMapping } from './parameter-mapping.ts';
import type { PolicyStep } from './policy.ts';
import type { Policy } from './resource-policy.ts';
import type { Router } from './router.ts';
import type { StageCacheRules } from './stage-cache-rules.ts';
import type { Transform } from './transform.ts';
import type { Validator } from './validate.ts';

/** One REST or HTTP API with its stage, compiled: what its stages are made from. */
export interface GatewayApi {
  readonly name: string;
  readonly kind: 'rest' | 'http';
  readonly place: ApiPlace;
  /** Without slashes at its ends; null where the stage stands in the path, or nothing. */
  readonly basePath: string | null;
  readonly customDomain: boolean;
  /** True: events do not show the base path either. */
  readonly stripBasePath?: boolean;
  readonly variables: Readonly<Record<string, string>> | null;
  readonly binaryMediaTypes: readonly string[];
  readonly cors: CorsRules | null;
  readonly responses: GatewayResponses;
  readonly keySource: 'header' | 'authorizer';
  /** Is this the canary of its stage? Null where the stage has none. */
  readonly canary: boolean | null;
  /** Answers are kept in the stage cache under this name: another deployment has other ones. */
  readonly cacheSpace: string;
  readonly policy: Policy | null;
  readonly throttle: BucketLimit | null;
  readonly accountThrottle: BucketLimit;
  readonly behindProxy: boolean;
  readonly mutualTls: boolean;
  readonly positive: 'off' | 'shadow' | 'enforce';
  readonly resources: Router<Resource>;
  readonly routes: readonly ApiRoute[];
  /** Told each finished request, where an access log is wanted. */
  readonly accessLog: { readonly template: string; readonly write: (line: string) => void } | null;
}

/** REST: one resource with its methods. HTTP: one route stands alone in its resource. */
export interface Resource {
  readonly template: string;
  readonly id: string;
  readonly methods: ReadonlyMap<string, ApiRoute>;
}

export interface ApiRoute {
  /** As in the document: `GET /orders/{id}`. */
  readonly key: string;
  readonly resource: string;
  readonly resourceId: string;
  /** The integration's or origin's name. */
  readonly to: string;
  readonly authorizer: { readonly name: string; readonly ask: Authorizer } | null;
  readonly scopes: readonly string[];
  readonly keyRequired: boolean;
  readonly throttle: BucketLimit | null;
  readonly validator: Validator | null;
  readonly mapping: {
    readonly request: RequestMapping | null;
    readonly responses: ReadonlyMap<string, ResponseMapping>;
  } | null;
  readonly transform: Transform | null;
  /** Null: this method is not cached. */
  readonly stageCache: StageCacheRules | null;
  /** Is every method of the route cached, or GET alone? */
  readonly stageCacheAnyMethod: boolean;
  readonly policies: readonly PolicyStep[];
  readonly operation: string | null;
  readonly shareable: boolean;
  readonly bodyBytes: number;
  readonly timeoutMs: number;
  readonly rewrite: string | undefined;
  readonly budget: { readonly name: string; readonly dollars: number } | null;
  /** What the description knows; null: nothing is described, so nothing is asked. */
  readonly describes: { readonly query: ReadonlySet<string>; readonly content: readonly string[] } | null;
}

export const apiRouteFact = defineSlot<ApiRoute>('gateway.api-route');
