import type { $ZodType, output } from 'zod/v4/core';
import { late, type Late } from '../config/late.ts';
import type { Clock } from '../base/clock.ts';
import type { BucketStore } from '../ports/buckets.ts';
import type { CounterStore } from '../ports/counters.ts';
import type { RecordStore } from '../ports/records.ts';

/** The small state of an edge: keys and plans, buckets, counters. One store keeps all three. */
export interface State {
  readonly buckets: BucketStore;
  readonly counters: CounterStore;
  readonly records: RecordStore;
  /** Can it answer right now? For `/readyz`. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}

export interface StoreContext {
  readonly clock: Clock;
  /** Relative paths in options are relative to this folder: the document's. */
  readonly folder: string;
  /** Something broke that a request did not see. */
  warn(says: string): void;
}

/** A store is a page in `pages/`: what `store: { use, with }` may name. */
export interface StoreDefinition<Schema extends $ZodType = $ZodType> {
  readonly kind: 'store';
  readonly name: string;
  readonly says: string;
  readonly options: Schema;
  open(options: output<Schema>, context: StoreContext): Promise<State>;
}

export function defineStore<Schema extends $ZodType>(
  definition: Omit<StoreDefinition<Schema>, 'kind' | 'options'> & { readonly options: Late<Schema> },
): StoreDefinition<Schema> {
  const options = late(definition.options);
  return {
    ...definition,
    kind: 'store',
    get options() {
      return options();
    },
  };
}
