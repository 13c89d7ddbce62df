import type { $ZodType, output } from 'zod/v4/core';
import { late, type Late } from '../config/late.ts';
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
export interface PolicyDefinition<Schema extends $ZodType = $ZodType> {
  readonly kind: 'policy';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  /** Called once at load. Throws a `Fault` when the options make no sense. */
  open(options: output<Schema>): PolicyStep;
}

export function definePolicy<Schema extends $ZodType>(
  definition: Omit<PolicyDefinition<Schema>, 'kind' | 'options'> & { readonly options: Late<Schema> },
): PolicyDefinition<Schema> {
  const options = late(definition.options);
  return {
    ...definition,
    kind: 'policy',
    get options() {
      return options();
    },
  };
}
