import type { MaybePromise } from '../base/later.ts';

/** Tells the other processes something, and hears what they tell. At most once, in no promised order. */
export interface Bus {
  /** Does not come back to the process that said it. */
  publish(topic: string, message: string): MaybePromise<void>;
  /** Returns how to stop hearing. */
  subscribe(topic: string, hear: (message: string) => void): () => void;
  close(): Promise<void>;
}
