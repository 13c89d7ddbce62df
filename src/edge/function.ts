import type { $ZodType, output } from 'zod/v4/core';
import type { MaybePromise } from '../base/later.ts';
import { late, type Late } from '../config/late.ts';

/** What an edge function of your own is told beside the request. */
export interface EdgeFunctionContext {
  readonly clientAddress: string;
  readonly requestId: string;
  readonly country: string | null;
}

/**
 * Code at the four moments, with the platform's `Request` and `Response`. A request moment may return a changed request,
 * a response that ends the trip, or nothing; a response moment a changed response or nothing.
 */
export interface EdgeMoments {
  viewerRequest?(request: Request, context: EdgeFunctionContext): MaybePromise<Request | Response | undefined | void>;
  originRequest?(request: Request, context: EdgeFunctionContext): MaybePromise<Request | Response | undefined | void>;
  originResponse?(
    response: Response,
    request: Request,
    context: EdgeFunctionContext,
  ): MaybePromise<Response | undefined | void>;
  viewerResponse?(
    response: Response,
    request: Request,
    context: EdgeFunctionContext,
  ): MaybePromise<Response | undefined | void>;
}

/** An edge function is a page in `functions/`, or one of your own: what `{ use, with }` names at a moment. */
export interface EdgeFunctionDefinition<Schema extends $ZodType = $ZodType> {
  readonly kind: 'edge-function';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  open(options: output<Schema>): EdgeMoments;
}

export function defineEdgeFunction<Schema extends $ZodType>(
  definition: Omit<EdgeFunctionDefinition<Schema>, 'kind' | 'options'> & { readonly options: Late<Schema> },
): EdgeFunctionDefinition<Schema> {
  const options = late(definition.options);
  return {
    ...definition,
    kind: 'edge-function',
    get options() {
      return options();
    },
  };
}
