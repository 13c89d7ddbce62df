import type { $ZodType, output } from 'zod/v4/core';
import { late, type Late } from '../config/late.ts';
import type { Sink } from '../ports/sink.ts';

export interface SinkContext {
  /** Relative paths in options are relative to this folder: the document's. */
  readonly folder: string;
}

/** A sink is a page in `pages/`: what `logging.sinks` may name. */
export interface SinkDefinition<Schema extends $ZodType = $ZodType> {
  readonly kind: 'sink';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  open(options: output<Schema>, context: SinkContext): Sink;
}

export function defineSink<Schema extends $ZodType>(
  definition: Omit<SinkDefinition<Schema>, 'kind' | 'options'> & { readonly options: Late<Schema> },
): SinkDefinition<Schema> {
  const options = late(definition.options);
  return {
    ...definition,
    kind: 'sink',
    get options() {
      return options();
    },
  };
}
