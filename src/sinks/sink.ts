import type { z } from 'zod';
import type { Sink } from '../ports/sink.ts';

export interface SinkContext {
  /** Relative paths in options are relative to this folder: the document's. */
  readonly folder: string;
}

/** A sink is a page in `pages/`: what `logging.sinks` may name. */
export interface SinkDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'sink';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  open(options: z.output<Schema>, context: SinkContext): Sink;
}

export function defineSink<Schema extends z.ZodType>(
  definition: Omit<SinkDefinition<Schema>, 'kind'>,
): SinkDefinition<Schema> {
  return { ...definition, kind: 'sink' };
}
