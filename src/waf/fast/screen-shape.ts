import type { Starts } from '../automaton/starts.ts';
import type { LiteralTables } from '../automaton/tables.ts';
import type { Phase } from '../rule.ts';
import type { Entry } from './entries.ts';
import type { Look, Screened } from './look.ts';

/** A rule whose turn comes when several conditions hold. */
export interface Joined {
  readonly at: number;
  readonly bits: readonly number[];
  readonly counts: readonly Entry[];
}

export interface ScreenPlan {
  /** Words of 32 rules each that a set of rules takes. */
  readonly words: number;
  /** By number. */
  readonly screened: readonly Screened[];
  readonly tables: LiteralTables;
  /** The rules that ask for the n-th text are the n-th list in `asks`: rule number * 16 + one bit per profile. */
  readonly starts: Starts;
  readonly asks: Uint32Array;
  /** Per profile the rules that ask for no text, and can match at all. */
  readonly open: readonly Uint32Array[];
  /** `groups[(rule * 4 + profile) * 3]` on: sets of groups of which the value must have one each; 0 for none. */
  readonly groups: Int32Array;
  readonly looks: Readonly<Record<Phase, readonly Look[]>>;
  readonly joined: Readonly<Record<Phase, readonly Joined[]>>;
}
