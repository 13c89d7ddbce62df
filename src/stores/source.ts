import type { $ZodType, output } from 'zod/v4/core';
import { late, type Late } from '../config/late.ts';
import type { DocumentSource } from '../ports/documents.ts';
import type { MapHistory } from '../ports/map-history.ts';

export interface SourceContext {
  /** A path of the document as a path of this machine. */
  at(path: string): string;
}

/** A place that a rule map comes from is a page in `sources/`: what `rules.from: { use, with }` may name. */
export interface SourceDefinition<Schema extends $ZodType = $ZodType> {
  readonly kind: 'source';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  open(options: output<Schema>, context: SourceContext): DocumentSource;
  /** Left out where versions are kept by other means, as those of a file are. */
  history?(options: output<Schema>): MapHistory;
}

export function defineSource<Schema extends $ZodType>(
  definition: Omit<SourceDefinition<Schema>, 'kind' | 'options'> & { readonly options: Late<Schema> },
): SourceDefinition<Schema> {
  const options = late(definition.options);
  return {
    ...definition,
    kind: 'source',
    get options() {
      return options();
    },
  };
}
