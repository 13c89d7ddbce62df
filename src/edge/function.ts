import type { z } from 'zod';
import type { MaybePromise } from '../base/later.ts';

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
export interface EdgeFunctionDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'edge-function';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  open(options: z.output<Schema>): EdgeMoments;
}

export function defineEdgeFunction<Schema extends z.ZodType>(
  definition: Omit<EdgeFunctionDefinition<Schema>, 'kind'>,
): EdgeFunctionDefinition<Schema> {
  return { ...definition, kind: 'edge-function' };
}
