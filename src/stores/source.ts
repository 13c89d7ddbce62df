import type { z } from 'zod';
import type { DocumentSource } from '../ports/documents.ts';
import type { MapHistory } from '../ports/map-history.ts';

export interface SourceContext {
  /** A path of the document as a path of this machine. */
  at(path: string): string;
}

/** A place that a rule map comes from is a page in `sources/`: what `rules.from: { use, with }` may name. */
export interface SourceDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'source';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  open(options: z.output<Schema>, context: SourceContext): DocumentSource;
  /** Left out where versions are kept by other means, as those of a file are. */
  history?(options: z.output<Schema>): MapHistory;
}

export function defineSource<Schema extends z.ZodType>(
  definition: Omit<SourceDefinition<Schema>, 'kind'>,
): SourceDefinition<Schema> {
  return { ...definition, kind: 'source' };
}
