import { profiles } from '../automaton/byte-groups.ts';
import type { Decisions } from '../fast/decisions.ts';
import type { Assumption, PhasePlan, Plan } from '../fast/fold.ts';
import type { Look, Screened, Step } from '../fast/look.ts';
import { add, bitsIn } from '../fast/rule-bits.ts';
import type { Selector } from '../condition.ts';
import type { Write } from '../fast/constants.ts';
import type { ScreenPlan } from '../fast/screen-shape.ts';
import { findField } from '../field-table.ts';
import type { Program } from '../program.ts';
import type { Phase } from '../rule.ts';
import type { Contents, Table } from './container.ts';

type Numbers = readonly number[];

/** Lists in the place of objects: a start reads them all, and names are most of an object's text. */
type StoredStep = readonly [
  transform: string | null,
  parent: number,
  triggers: number,
  lowered: 0 | 1,
  shortest: number,
  least: number,
  rules: Numbers,
  several: Numbers,
  few: Numbers | null,
];

type StoredLook = readonly [
  field: string,
  rules: Numbers,
  steps: readonly StoredStep[],
  choosy: readonly (readonly [bit: number, reads: readonly Selector[], leaves: readonly Selector[]])[],
];

type StoredScreened = readonly [
  phase: Phase,
  at: number,
  link: number,
  argument: string | null,
  alone: boolean,
  several: boolean,
  lowers: boolean,
  never: number,
  shortest: number,
];

type StoredPhase = Readonly<
  Record<'turns' | 'always' | 'screened' | 'neutral' | 'decided' | 'before', readonly number[]>
> & {
  readonly writes: readonly (readonly [at: number, writes: readonly Write[]])[];
};

interface StoredPlan {
  readonly phases: Readonly<Record<Phase, StoredPhase>>;
  readonly history: readonly Write[];
}

/** Decisions without what JSON cannot say, and without their tables. */
export interface StoredDecisions extends Pick<Decisions, 'memos' | 'start'> {
  readonly screen: Pick<ScreenPlan, 'words' | 'joined'> & {
    readonly screened: readonly StoredScreened[];
    readonly stride: number;
    readonly firstLoud: number;
    readonly looks: Readonly<Record<Phase, readonly StoredLook[]>>;
  };
  readonly plans: Readonly<Record<Assumption, StoredPlan>>;
}

/** The same thing for each phase. */
function each<From, To>(of: Readonly<Record<Phase, From>>, make: (from: From) => To): Record<Phase, To> {
  return { 1: make(of[1]), 2: make(of[2]), 3: make(of[3]), 4: make(of[4]), 5: make(of[5]) };
}

export function storeDecisions({ screen, plans, memos, start }: Decisions): Contents<StoredDecisions> {
  const { words, screened, joined, tables, looks } = screen;
  const { stride, firstLoud, classes, next, texts } = tables;
  const open = new Uint32Array(words * profiles.length);
  for (const [profile, rules] of screen.open.entries()) open.set(rules, profile * words);
  return {
    said: {
      memos,
      start,
      screen: {
        words,
        joined,
        stride,
        firstLoud,
        screened: screened.map(storeScreened),
        looks: each(looks, (all) => all.map(storeLook)),
      },
      plans: { quiet: storePlan(plans.quiet), loud: storePlan(plans.loud), plain: storePlan(plans.plain) },
    },
    tables: {
      classes,
      next,
      textCounts: counted(tables.starts),
      texts,
      askCounts: counted(screen.starts),
      asks: screen.asks,
      open,
      groups: screen.groups,
    },
  };
}

function storeScreened(one: Screened): StoredScreened {
  const { phase, at, link, argument, alone, several, lowers, never, shortest } = one;
  return [phase, at, link, argument, alone, several, lowers, never, shortest];
}

function readScreened(stored: StoredScreened, bit: number): Screened {
  const [phase, at, link, argument, alone, several, lowers, never, shortest] = stored;
  return { bit, phase, at, link, argument, alone, several, lowers, never, shortest };
}

function storeLook({ field, rules, steps, choosy }: Look): StoredLook {
  return [
    field.name,
    bitsIn(rules),
    steps.map(storeStep),
    choosy.map(({ bit, reads, leaves }) => [bit, reads, leaves]),
  ];
}

function storeStep(step: Step): StoredStep {
  const { transform, parent, triggers, lowered, shortest, least, list, several, few } = step;
  const lists = [list, bitsIn(several), few === null ? null : bitsIn(few)] as const;
  return [transform?.name ?? null, parent, triggers, lowered, shortest, least, ...lists];
}

function storePlan({ phases, history }: Plan): StoredPlan {
  const stored = each(phases, ({ turns, always, screened, neutral, decided, before, writes }) => ({
    turns: [...turns],
    always: [...always],
    screened: [...screened],
    neutral: [...neutral],
    decided: [...decided],
    before: [...before],
    writes: [...writes],
  }));
  return { phases: stored, history };
}

/** The decisions about `program`, which has to be the one that they were made about. */
export function readDecisions(
  stored: StoredDecisions,
  tables: Readonly<Record<string, Table>>,
  program: Program,
): Decisions {
  const { words, screened, joined, stride, firstLoud, looks } = stored.screen;
  const { plans, memos, start } = stored;
  const open = tables['open'] as Uint32Array;
  return {
    memos,
    start,
    plans: { quiet: readPlan(plans.quiet), loud: readPlan(plans.loud), plain: readPlan(plans.plain) },
    screen: {
      words,
      screened: screened.map(readScreened),
      joined,
      looks: each(looks, (all) => all.map((look) => readLook(look, words, program))),
      tables: {
        stride,
        firstLoud,
        classes: tables['classes'] as Uint8Array,
        next: tables['next'] as Uint16Array,
        starts: summed(tables['textCounts']!),
        texts: tables['texts'] as Uint16Array,
      },
      starts: summed(tables['askCounts']!),
      asks: tables['asks'] as Uint32Array,
      open: profiles.map((_, profile) => open.subarray(profile * words, (profile + 1) * words)),
      groups: tables['groups'] as Int32Array,
    },
  };
}

function readLook([name, rules, steps, choosy]: StoredLook, words: number, program: Program): Look {
  const field = findField(name);
  if (field === undefined) throw new Error(`this rule asset reads \`${name}\`, which does not exist: write it again`);
  return {
    field,
    rules: setOf(rules, words),
    steps: steps.map((step) => readStep(step, words, program)),
    choosy: choosy.map(([bit, reads, leaves]) => ({ bit, reads, leaves })),
  };
}

function readStep(stored: StoredStep, words: number, program: Program): Step {
  const [name, parent, triggers, lowered, shortest, least, rules, several, few] = stored;
  const transform = name === null ? null : program.transform(name);
  return {
    transform,
    parent,
    triggers,
    lowers: transform?.name === 'lowercase',
    lowered,
    shortest,
    least,
    rules: setOf(rules, words),
    list: rules,
    several: setOf(several, words),
    few: few === null ? null : setOf(few, words),
  };
}

function setOf(numbers: Numbers, words: number): Uint32Array {
  const set = new Uint32Array(words);
  for (const bit of numbers) add(set, bit);
  return set;
}

function readPlan({ phases, history }: StoredPlan): Plan {
  return { history, phases: each(phases, readPhase) };
}

function readPhase({ turns, always, screened, neutral, decided, before, writes }: StoredPhase): PhasePlan {
  return {
    turns: Uint8Array.from(turns),
    always: Uint32Array.from(always),
    screened: Uint32Array.from(screened),
    neutral: Uint8Array.from(neutral),
    decided: Uint8Array.from(decided),
    before: Uint32Array.from(before),
    writes: new Map(writes),
  };
}

/** Where lists start that follow each other, as how long each is: small numbers pack well. */
function counted(starts: Uint32Array): Uint16Array {
  return Uint16Array.from({ length: starts.length - 1 }, (_, at) => starts[at + 1]! - starts[at]!);
}

function summed(counts: Table): Uint32Array {
  const starts = new Uint32Array(counts.length + 1);
  for (let at = 0; at < counts.length; at++) starts[at + 1] = starts[at]! + counts[at]!;
  return starts;
}
