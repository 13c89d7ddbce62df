import type { z } from 'zod';
import type { Exchange } from '../flow/exchange.ts';
import type { Answer } from '../flow/stage.ts';

/** An integration is a page in `integrations/`: what a route's `{ use, with }` may name besides an origin. */
export interface IntegrationDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'integration';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  /** Called once at load. */
  open(options: z.output<Schema>): (exchange: Exchange) => Answer;
}

export function defineIntegration<Schema extends z.ZodType>(definition: Omit<IntegrationDefinition<Schema>, 'kind'>): IntegrationDefinition<Schema> {
  return { ...definition, kind: 'integration' };
}
