import type { z } from 'zod';
import type { Exchange } from '../flow/exchange.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import type { Call } from './call.ts';

/** What a policy sees of a request on its way. */
export interface PolicyAbout {
  readonly exchange: Exchange;
  readonly call: Call;
}

/** One opened policy: it may change the request on its way in and the response on its way out. */
export interface PolicyStep {
  request?(request: HttpRequest, about: PolicyAbout): HttpRequest;
  response?(response: HttpResponse, about: PolicyAbout): HttpResponse;
}

/** A policy is a page in `policies/`: what a route's `policies: [{ use, with }]` may name. */
export interface PolicyDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'policy';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  /** Called once at load. Throws a `Fault` when the options make no sense. */
  open(options: z.output<Schema>): PolicyStep;
}

export function definePolicy<Schema extends z.ZodType>(
  definition: Omit<PolicyDefinition<Schema>, 'kind'>,
): PolicyDefinition<Schema> {
  return { ...definition, kind: 'policy' };
}
