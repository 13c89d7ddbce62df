import type { MaybePromise } from '../base/later.ts';

export interface CounterStore {
  /**
   * Adds to a counter that starts at 0 in each period and returns the new sum. `period` names it (`2026-11-21`), so a
   * new period is a new counter; `expiresAt` (ms since 1970) says when the old one may be forgotten.
   */
  add(key: string, by: number, period: string, expiresAt: number): MaybePromise<number>;
  read(key: string, period: string): MaybePromise<number>;
  reset(key: string, period: string, to: number): MaybePromise<void>;
  close(): Promise<void>;
}
