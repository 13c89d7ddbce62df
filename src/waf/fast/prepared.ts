import { profiles } from '../automaton/byte-groups.ts';
import type { ScreenPlan } from './screen-shape.ts';

/** The part of a screen's plan that takes long to work out, as flat tables. */
export interface Prepared {
  readonly classes: Uint8Array;
  readonly stride: number;
  readonly next: Uint16Array;
  readonly firstLoud: number;
  readonly tableStarts: Uint32Array;
  readonly texts: Uint16Array;
  readonly starts: Uint32Array;
  readonly asks: Uint32Array;
  /** The open rules of all profiles, one after the other. */
  readonly open: Uint32Array;
  readonly groups: Int32Array;
  /** Per condition. */
  readonly shortest: Uint16Array;
  /** Per condition one bit for each profile of which no value can match. */
  readonly never: Uint8Array;
}

export function prepare({ tables, starts, asks, open, groups, screened, words }: ScreenPlan): Prepared {
  const { classes, stride, next, firstLoud, texts } = tables;
  const all = new Uint32Array(words * profiles.length);
  for (const [profile, rules] of open.entries()) all.set(rules, profile * words);
  const shortest = Uint16Array.from(screened, (one) => Math.min(one.shortest, 65_535));
  const never = Uint8Array.from(screened, (one) => one.never);
  return {
    classes,
    stride,
    next,
    firstLoud,
    tableStarts: tables.starts,
    texts,
    starts,
    asks,
    open: all,
    groups,
    shortest,
    never,
  };
}

/** The tables of a plan out of what was prepared. */
export function tablesOf(prepared: Prepared, words: number): Pick<ScreenPlan, 'tables' | 'starts' | 'asks' | 'open'> {
  const { classes, stride, next, firstLoud, tableStarts, texts, starts, asks } = prepared;
  const open = profiles.map((_, profile) => prepared.open.subarray(profile * words, (profile + 1) * words));
  return { tables: { classes, stride, next, firstLoud, starts: tableStarts, texts }, starts, asks, open };
}
