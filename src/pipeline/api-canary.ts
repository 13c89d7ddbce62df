import type { Document } from '../config/document.ts';
import type { GatewayApiDocument } from '../config/apis.ts';

/** The canary of a stage: another deployment of the same API, which some of the requests get. */
export interface Canary {
  /** From 0 to 1. */
  readonly share: number;
  /** The document as the canary has it. */
  readonly document: Document;
  readonly api: GatewayApiDocument;
  /** Does it share the stage's cache? */
  readonly useStageCache: boolean;
  /** Are its routes its own, or only its variables? */
  readonly ownRoutes: boolean;
}

/** The canary's API: overrides over the stage's variables, its routes over the stage's. Null where the stage has none. */
export function readCanary(document: Document, name: string, api: GatewayApiDocument): Canary | null {
  if (!api.canary) return null;
  const { percent, variables, routes, useStageCache } = api.canary;
  const own: GatewayApiDocument = {
    ...api,
    variables: { ...api.variables, ...variables },
    routes: { ...api.routes, ...routes },
  };
  return {
    share: percent / 100,
    document: { ...document, apis: { ...document.apis, [name]: own } },
    api: own,
    useStageCache,
    ownRoutes: Object.keys(routes).length > 0,
  };
}
