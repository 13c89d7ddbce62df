import type { $ZodType, output } from 'zod/v4/core';
import { late, type Late } from '../config/late.ts';
import type { Exchange } from '../flow/exchange.ts';
import type { Answer } from '../flow/stage.ts';
import type { OpenFolder } from '../ports/folder.ts';
import type { OpenFunction } from '../ports/invoker.ts';

/** What an integration is opened with, beside its options. */
export interface IntegrationParts {
  /** The kind of API that it stands behind; `plain` for a route of the document itself. */
  readonly api: 'rest' | 'http' | 'plain';
  /** Patience of the gateway, in milliseconds. */
  readonly timeoutMs: number;
  /** Most bytes of a request body. */
  readonly bodyBytes: number;
  /** A number as a header value of a function is a malformed answer. */
  readonly strict: boolean;
  readonly openFunction: OpenFunction;
  readonly openFolder: OpenFolder;
}

/** An integration is a page in `integrations/`: what a route's `{ use, with }` may name besides an origin. */
export interface IntegrationDefinition<Schema extends $ZodType = $ZodType> {
  readonly kind: 'integration';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  /** Called once at load. */
  open(options: output<Schema>, parts: IntegrationParts): (exchange: Exchange) => Answer;
}

export function defineIntegration<Schema extends $ZodType>(
  definition: Omit<IntegrationDefinition<Schema>, 'kind' | 'options'> & { readonly options: Late<Schema> },
): IntegrationDefinition<Schema> {
  const options = late(definition.options);
  return {
    ...definition,
    kind: 'integration',
    get options() {
      return options();
    },
  };
}
